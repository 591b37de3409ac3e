"""Runs in which everything acts back: their files tell one story, and can be audited again."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from sim.audit.auditor import audits
from sim.audit.exposure import exposure
from sim.audit.inputs.external import read_external
from sim.audit.inputs.simulated import facts_of
from sim.audit.shown import document
from sim.commands.audit import audit as audit_command
from sim.engine import fast, reference
from sim.engine.plan.stage import Stage
from sim.jobs.accept import Acceptance
from sim.jobs.audit import read_run
from sim.jobs.check import check
from sim.jobs.found import baseline_path
from sim.jobs.run import run_scenario
from sim.measure.columns import FEEDBACK_TABLES
from sim.regimes.load import load_regime
from sim.scenario.consent import Consent
from sim.store.columns import TABLES
from sim.store.read import load_run
from sim.store.recipients import (
    LONG_AGO,
    People,
    recipients_table,
    write_recipients,
)
from sim.store.tables import schema
from sim.world.slots import consent_slots

BOTH = ("as-run", "consenting")
KEYS_OF = {"complaints": ("line",), "call_backs": ("line", "attempt")}
"""What the call log adds to other tables."""


def rows_of(frame: Any, strategy: str) -> Any:
    return frame[frame["strategy"] == strategy]


def test_every_file_is_there_and_reads_back(followed: Any, acting_back: Any) -> None:
    run = load_run(followed.path)
    run.verify()
    assert {name for name in TABLES if TABLES[name].file in run.manifest["files"]} == set(TABLES)
    for name, table in TABLES.items():
        if name == "recipients":
            table = recipients_table(acting_back.scenario.world)
            assert "register_bloctel" in table.column_names
            assert "register_NAME" not in table.column_names
        else:  # calls that fail are not of this world
            table = table.with_columns(tuple(c for c in table.columns if c.name != "failed"))
        assert run.arrow(name).schema.equals(schema(table)), name
        frame = run.table(name)
        for column in table.columns:
            assert column.nullable or frame[column.name].notna().all(), (name, column.name)
        if name not in {"calls", "recipients", "optouts", "complaints", "call_backs"}:
            assert not {"line", "lines_id"} & set(frame.columns)
    for name in (*FEEDBACK_TABLES, "violations", "exposure"):
        assert len(run.table(name)) == run.manifest["files"][f"{name}.parquet"]["rows"] > 0


@pytest.mark.parametrize("strategy", BOTH)
def test_tables_and_metrics_agree(followed: Any, strategy: str) -> None:
    run, metric = followed.run, followed.metrics[strategy]
    complaints = rows_of(run.complaints, strategy)
    assert len(complaints) == metric["complaints"] > 20
    for channel in ("regulator", "operator", "social", "press"):
        assert (complaints["channel"] == channel).sum() == metric[f"complaints_{channel}"]
    assert complaints["before_cutoff"].sum() == metric["complaints_before_cutoff"]
    assert complaints["at_utc"].is_monotonic_increasing
    about = complaints[complaints["call_start_utc"].notna()]
    assert set(about["kind"].astype(str)) <= {"live", "voicemail", "unanswered"}
    assert (about["at_utc"] > about["call_start_utc"]).all()
    night = (about["part"] == "night").mean()
    assert metric["complaints_night_share"] == pytest.approx(night)
    # Quarter-hours decide: from 17:30 on it is night here.
    assert set(about[about["part"] == "night"]["hour"]) == {17}
    assert set(about[about["part"] == "meal"]["hour"]) <= {12, 13}
    zones = {"mainland": "Europe/Paris", "reunion": "Indian/Reunion"}
    for territory, zone in zones.items():
        here = about[about["territory"] == territory]
        local = here["call_start_utc"].dt.tz_convert(zone)
        assert (local.dt.hour == here["hour"]).all()
        assert (local.dt.day_of_week == here["weekday"]).all()
    callers = rows_of(run.call_backs, strategy)
    assert len(callers) == metric["call_backs"]
    assert callers["served"].sum() == metric["call_backs_served"]
    assert (callers["handling_ms"] > 0).equals(callers["served"])
    assert (callers["last_try_utc"] > callers["first_try_utc"]).equals(callers["tries"] > 1)
    steps = rows_of(run.regulator, strategy)
    assert len(steps) >= 1
    assert (
        metric["regulator_stage"]
        == ["contact", "reminder", "order"].index(steps["stage"].iloc[-1]) + 1
    )
    labels = rows_of(run.labels, strategy)
    assert labels["numbers_labelled"].max() == metric["numbers_labelled_most"] > 0
    optouts = rows_of(run.table("optouts"), strategy)
    for by in ("key", "call_back", "complaint"):
        assert (optouts["by"] == by).sum() == metric[f"opt_outs_by_{by}"] > 0
    assert optouts["line"].nunique() == metric["lines_opted_out"]
    recipients = run.table("recipients")
    assert metric["consents_on_list"] <= recipients["consent_from_utc"].notna().sum()


def test_a_stop_leaves_lines_and_the_list_balances(followed: Any) -> None:
    metric = followed.metrics["as-run"]
    assert metric["stopped_hours"] == metric["regulator_order_hours"] == 54.0
    assert metric["lines_left_alone"] > 0
    assert metric["lines_on_list"] == (
        metric["lines_dialled"] + metric["lines_left_alone"] + metric["lines_undialled"]
    )
    last = rows_of(followed.run.timeline, "as-run").query("attempts > 0")["bin_start_utc"].max()
    assert last < rows_of(followed.run.regulator, "as-run")["at_utc"].iloc[-1]


def test_keys_and_numbers_of_the_call_log_in_every_posture(followed: Any) -> None:
    """After the first step the message tells of objection first: another message, other times."""
    for strategy in BOTH:
        log = followed.run.calls(strategy=strategy)
        metric = followed.metrics[strategy]
        opted = log[log["key"] == 9]
        assert len(opted) == metric["opt_outs_by_key"]
        contact = rows_of(followed.run.regulator, strategy)["at_utc"].iloc[0]
        after = opted[opted["start_utc"] >= contact]
        assert (opted[opted["start_utc"] < contact]["listened_ms"] == 45_000).all()
        assert (after["listened_ms"] == 0).all()
        assert len(after) > 0 or strategy == "consenting"  # whose list was done by then
        optouts = rows_of(followed.run.table("optouts"), strategy)
        ends = opted["start_utc"] + opted["hold_ms"].astype("timedelta64[ms]")
        pressed = optouts[optouts["by"] == "key"]
        assert sorted(zip(ends, opted["line"], strict=True)) == sorted(
            zip(pressed["at_utc"], pressed["line"], strict=True)
        )
        for mark in (6, 19, 30):
            live = log[log["listened_ms"] >= 1000 * mark]["line"].nunique()
            assert live == metric[f"lines_live_{mark}s"]
        assert log["caller_number"].max() == 11
        assert log["caller_number"].nunique() == 12
    labelled = followed.metrics["as-run"]["labelled_call_share"]
    assert 0 < labelled < 1


# ── The files of an audit ────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def alone(acting_back: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A run of each strategy alone, as files for an audit are of one campaign."""
    folder = tmp_path_factory.mktemp("alone")
    return {
        name: run_scenario(acting_back, strategies=[name], calls=True, out=folder / name).path
        for name in BOTH
    }


@pytest.mark.parametrize("strategy", BOTH)
def test_its_own_files_give_the_violations_of_the_run(
    alone: dict[str, Path], acting_back: Any, strategy: str
) -> None:
    folder = alone[strategy]
    files = [folder / f"{name}.parquet" for name in ("calls", "recipients", "optouts")]
    facts = facts_of(acting_back.scenario.strategies[strategy])
    external, notes = read_external(*files, facts=facts)
    assert not [note for note in notes if "recipients" in note]
    (own,) = read_run(folder)
    for name in ("connected", "delivered", "person", "abandoned", "rang_out", "pressed"):
        assert (getattr(external.calls, name) == getattr(own.calls, name)).all(), name
    regimes = [load_regime(name) for name in acting_back.scenario.regimes]
    broken = 0
    for theirs, ours in zip(audits(external, regimes), audits(own, regimes), strict=True):
        for left, right in zip(theirs.results, ours.results, strict=True):
            assert left.rule.id == right.rule.id
            for what in ("status", "calls", "violations", "lines", "first_ms", "last_ms"):
                assert getattr(left, what) == getattr(right, what), (left.rule.id, what)
            assert (theirs.violating(left) == ours.violating(right)).all()
            broken += left.violations > 0
    assert broken >= (5 if strategy == "as-run" else 2)


def test_the_command_takes_them(alone: dict[str, Path], tmp_path: Path) -> None:
    folder = alone["as-run"]
    regime = ["--regime", "fr-consumer-2023"]
    files = [f"--{name}={folder / name}.parquet" for name in ("calls", "recipients", "optouts")]
    rows = []
    for given in ([str(folder)], files):
        out = tmp_path / f"{len(rows)}.parquet"
        done = CliRunner().invoke(audit_command, [*given, *regime, "--out", str(out)])
        assert done.exit_code == 1, done.output
        found = pq.read_table(out).to_pandas()
        rows.append(found[["rule", "call", "start_utc", "territory", "hour"]].astype(str))
        assert set(found["rule"]) >= {"hours", "bloctel", "pause-after-refusal"}
    assert rows[0].equals(rows[1])


def test_recipients_say_what_the_world_does(followed: Any, acting_back: Any) -> None:
    people, table = Stage(acting_back.scenario).population, followed.run.table("recipients")
    assert table["line"].tolist() == list(range(people.lines))  # all are on the list
    gave = people.consent != 0
    assert (table["consent_from_utc"].notna() == gave).all()
    assert (table["consent_scope"].notna() == gave).all()
    assert (table["consent_slot"].dropna() == "all 00:00-24:00").all()
    since = table["consent_from_utc"].dropna().astype("int64")
    assert since.tolist() == people.consent_from_ms[gave].tolist()
    withdrawn = people.consent_until_ms < np.iinfo(np.int64).max
    assert (table["consent_until_utc"].notna() == withdrawn).all()
    assert 0 < withdrawn.sum() < gave.sum()
    assert (table["register_bloctel"] == (people.registers & 1 > 0)).all()
    assert (table["opposition"] == (people.opposed != 0)).all()
    assert set(table["zone"].astype(str)) == {"Europe/Paris", "Indian/Reunion"}


def test_recipients_of_worlds_that_know_less(loaded: Any, tmp_path: Path) -> None:
    people = Stage(loaded.scenario).population
    listed = np.arange(people.lines) % 7 == 3

    def written(scenario: Any) -> Any:
        file = tmp_path / "recipients.parquet"
        with file.open("wb") as stream:
            rows, _ = write_recipients(stream, People(scenario, people, listed))
        table = pq.read_table(file).to_pandas()
        assert len(table) == rows == listed.sum()
        return table

    bare = written(loaded.scenario)
    voters = ["voters", "voters_by_voicemail"]
    assert list(bare) == ["line", "zone", "line_type", "territory", *voters]
    assert bare["line"].tolist() == np.flatnonzero(listed).tolist()
    consent = Consent.model_validate(
        {
            "share": 0.5,
            "slot": {"length": "2 h", "days": "mon-fri", "from": "09:00", "to": "21:00"},
        }
    )
    update = {"consent": consent, "registers": {"do-not-call": 0.1}}
    world = loaded.scenario.world.model_copy(update=update)
    people = replace(
        people,
        consent=(np.arange(people.lines) % 2).astype(np.uint8),
        slot=(np.arange(people.lines) % 30).astype(np.uint8),
    )
    known = written(loaded.scenario.model_copy(update={"world": world}))
    assert "register_do_not_call" in known
    assert "opposition" not in known
    gave = known["line"] % 2 == 1
    assert known["consent_from_utc"][gave].dt.tz_localize(None).eq(LONG_AGO).all()
    assert known["consent_from_utc"][~gave].isna().all()
    assert known["consent_until_utc"].isna().all()
    names = [slot.name for slot in consent_slots(world)]
    assert known["consent_slot"][gave].tolist() == [
        names[line % 30] for line in known["line"][gave]
    ]


# ── Law ──────────────────────────────────────────────────────────────────────────────────────────


def test_violations_by_place_and_hour_add_up_to_those_of_each_rule(followed: Any) -> None:
    run = followed.run
    rules = run.audit[(run.audit["counts"] == "call") & (run.audit["violations"] > 0)]
    counted = run.violations.groupby(["strategy", "regime", "rule"])["violations"].sum()
    assert len(counted) == len(rules) >= 6
    for row in rules.itertuples():
        assert counted[row.strategy, row.regime, row.rule] == row.violations
    assert (run.violations["violations"] > 0).all()
    hours = run.violations[run.violations["rule"] == "hours"]
    assert set(hours["hour"]) == {13}  # the regime closes from 13:00 to 14:00


def test_exposure_is_what_the_audit_shows(followed: Any, acting_back: Any) -> None:
    regimes = [load_regime(name) for name in acting_back.scenario.regimes]
    table = followed.run.exposure
    compared = 0
    for data in read_run(followed.path):
        for found in audits(data, regimes):
            shown = document(found, exposure(found))["exposure"]
            mine = table[(table["strategy"] == data.name) & (table["regime"] == found.regime.id)]
            nominal = mine[mine["basis"] == "nominal"]
            assert len(nominal) == len(shown["nominal"])
            for row, figure in zip(nominal.itertuples(), shown["nominal"], strict=True):
                assert (row.penalty, row.role, row.force, row.readings, row.per) == tuple(
                    figure[k] for k in ("penalty", "role", "force", "readings", "per")
                )
                assert (row.count, row.each, row.amount) == (
                    figure["count"],
                    figure["amount"],
                    figure["total"],
                )
                assert row.rules == ",".join(figure["rules"])
                compared += 1
            observed = mine[mine["basis"] == "observed"]
            concerned = {figure["penalty"] for figure in shown["nominal"]}
            practice = [p for p in shown["observed_practice"] if p["penalty"] in concerned]
            assert observed["cases"].tolist() == [p["n"] for p in practice]
            for row, figure in zip(observed.itertuples(), practice, strict=True):
                if figure["n"]:
                    assert (row.amount_low, row.amount_median, row.amount_high) == (
                        figure["lowest"],
                        figure["median"],
                        figure["highest"],
                    )
            assert observed["amount"].isna().all()
            assert set(mine["currency"]) <= {"EUR"}
    assert compared >= 3


# ── The rest ─────────────────────────────────────────────────────────────────────────────────────


def test_the_manifest_tells_what_mattered(acting_back: Any, tmp_path: Path) -> None:
    run = run_scenario(acting_back, scale=0.5, out=tmp_path / "run").run
    facts = run.manifest["plans"]["as-run"]
    assert facts["objections"] == ["key", "call_back", "complaint"]
    assert (facts["inbound_lines"], facts["inbound_lines_simulated"]) == (1, 1)
    assert (facts["caller_numbers"], facts["caller_numbers_simulated"]) == (12, 6)
    assert facts["refresh_ms"] == 6 * 3_600_000
    assert facts["reactions"]["reminder"] == ["objection_first", "narrow_hours", "suspend"]
    assert facts["reactions"]["suspend_for_ms"] == 2 * 3_600_000
    assert len(facts["feedback_sha256"]) == 64


def test_a_scaled_run_shows_the_complaints_of_the_full_size(
    acting_back: Any, followed: Any, tmp_path: Path
) -> None:
    half = run_scenario(acting_back, scale=0.5, strategies=["consenting"], out=tmp_path / "half")
    full, shown = followed.shown["consenting"], half.shown["consenting"]
    simulated = half.metrics["consenting"]
    assert half.scale == Fraction(1, 2)
    assert shown["attempts"] == 2 * simulated["attempts"]
    assert shown["complaints"] == simulated["complaints"]
    # About as many, from half the calls; halves would be 5 standard deviations away.
    assert abs(shown["complaints"] - full["complaints"]) < 3 * np.sqrt(2 * full["complaints"])
    rate = 1e6 * simulated["complaints"] / (2 * simulated["attempts"])
    assert shown["complaints_per_million_dials"] == pytest.approx(rate)
    assert shown["inbound_lines_for_1_percent"] is None
    risk = {
        which.path.name: which.run.complaint_risk.query(
            "strategy == 'consenting' and channel == 'all' and threshold == 30"
        )["probability"].iloc[0]
        for which in (half, followed)
    }
    assert risk["half"] == pytest.approx(risk["back"], abs=0.06)


def test_the_call_log_changes_none_of_it(acting_back: Any, followed: Any, tmp_path: Path) -> None:
    without = run_scenario(acting_back, out=tmp_path / "without")
    for table in TABLES.values():
        file = without.path / table.file
        assert file.exists() != table.optional
        if table.optional:
            continue
        keys = [c.name for c in table.columns if c.name in KEYS_OF.get(table.name, ())]
        found = followed.run.arrow(table.name).drop_columns(keys)
        assert found.equals(without.run.arrow(table.name))
        assert keys or file.read_bytes() == (followed.path / table.file).read_bytes()


def test_both_engines_fill_the_same_tables(
    acting_back: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a fifth, and all the tables, those of single calls too."""
    quick = run_scenario(acting_back, scale=0.2, calls=True, out=tmp_path / "fast")
    monkeypatch.setattr(fast, "run", lambda plan, sink, **_: reference.run(plan, sink))
    slow = run_scenario(acting_back, scale=0.2, calls=True, out=tmp_path / "reference")
    for table in TABLES.values():
        one, two = (run.path / table.file for run in (quick, slow))
        assert one.read_bytes() == two.read_bytes(), table.name
    assert quick.metrics["as-run"]["complaints"] > 20


# ── Baselines ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def accepted(acting_back: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("scenarios") / "acting-back.yaml"
    file.write_bytes(acting_back.sources[0].read_bytes())
    assert check([file], Acceptance("first")).exit_code == 0
    return file


def test_baselines_hold_what_followed_and_what_was_violated(accepted: Path) -> None:
    content = json.loads(baseline_path(accepted).read_text("utf-8"))
    counters = content["counters"]["as-run"]
    for name in (
        "complaints", "complaints_regulator", "complaints_press", "opt_outs_by_key",
        "opt_outs_by_call_back", "opt_outs_by_complaint", "lines_opted_out", "call_backs",
        "call_backs_served", "labelled_calls", "regulator_stage", "lines_left_alone",
        "reports at the reminder", "violations of fr-consumer-2023/hours",
        "violations of fr-cnil-political/prior-consent-strict",
    ):  # fmt: skip
        assert counters[name] >= 0, name
    assert counters["violations of fr-consumer-2023/hours"] > 0
    assert "violations of fr-cnil-political/data-notice" not in counters  # not assessable
    digests = content["digests"]["as-run"]
    assert {"complaints", "call_backs", "regulator", "labels", "call_log"} <= set(digests)
    assert "complaint_risk" not in digests
    assert check([accepted]).exit_code == 0


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("counters", "violations of fr-consumer-2023/bloctel"),
        ("counters", "complaints_operator"),
        ("counters", "opt_outs_by_call_back"),
        ("counters", "labelled_calls"),
        ("digests", "complaints"),
        ("digests", "labels"),
    ],
)
def test_a_planted_change_is_found(accepted: Path, kind: str, name: str) -> None:
    path = baseline_path(accepted)
    before = path.read_text("utf-8")
    content = json.loads(before)
    old = content[kind]["as-run"][name]
    content[kind]["as-run"][name] = old + 1 if isinstance(old, int) else "0" * 64
    path.write_text(json.dumps(content), "utf-8")
    try:
        (row,) = check([accepted]).changed
    finally:
        path.write_text(before, "utf-8")
    assert row.metric == (name if kind == "counters" else f"digest of {name}")
