"""``ringfence audit``: what it prints, and its exit codes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import Result

from sim.jobs.run import run_scenario
from sim.loading.load import load
from tests.audit.test_from_run import SMALL
from tests.console import ringfence


def give(*arguments: str | Path) -> Result:
    return ringfence("audit", *arguments)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("command")
    (folder / "small.yaml").write_text(SMALL, encoding="utf-8")
    run_scenario(load(folder / "small.yaml"), calls=True, out=folder / "run")
    return folder / "run"


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    """Sixty calls to lines of their own, a third of them at night."""
    rows = ["line,start_utc,zone,line_type"]
    for number in range(60):
        hour = 2 if number % 3 == 0 else 16
        digest = f"{number:032x}"
        rows.append(f"{digest},2024-03-05T{hour:02}:{number:02}:00Z,America/New_York,landline")
    file = tmp_path / "calls.csv"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return file


def test_a_run_against_two_regimes(run: Path) -> None:
    answer = give(run, "--regime", "fr-consumer-2023", "--regime", "fr-electoral-silence")
    assert answer.exit_code == 1
    for strategy in ("one", "two"):
        assert f"{strategy} against fr-consumer-2023: " in answer.stdout
        assert f"{strategy} against fr-electoral-silence: " in answer.stdout
    assert "warning: fr-consumer-2023 binds commercial calls" in answer.stdout
    assert "–  opt-outs are not known" in answer.stdout
    assert "modelling, not legal advice" in answer.stdout
    assert "compliant" not in answer.stdout.lower()


def test_no_violation_of_law_is_exit_code_0(run: Path) -> None:
    answer = give(run, "--regime", "fr-electoral-silence", "--strategy", "one")
    assert answer.exit_code == 0
    assert "No violation found is said of 1 of 2 rules." in answer.stdout
    assert answer.stdout.endswith("Exit 0: no rule of law found broken.\n")
    # A recommendation that is broken is no law that is broken.
    answer = give(run, "--regime", "fr-cnil-political", "--strategy", "two")
    assert "(recommendation, strict reading)" in answer.stdout


def test_tables_by_hour_and_by_territory(run: Path) -> None:
    by_hour = give(run, "--regime", "fr-consumer-2023", "--strategy", "one", "--by", "hour")
    assert "violations by local hour" in by_hour.stdout
    places = give(run, "--regime", "fr-consumer-2023", "--strategy", "one", "--by", "territory")
    assert all(f"\n  {name} " in places.stdout for name in ("north", "south", "far"))


def test_one_json_document_and_the_violations(run: Path, tmp_path: Path) -> None:
    file = tmp_path / "violations.parquet"
    answer = give(run, "--regime", "fr-consumer-2023", "--by", "hour", "--json", "--out", file)
    document = json.loads(answer.stdout)
    assert document["format"] == 1
    one, two = document["audits"]
    assert (one["audited"], two["audited"]) == ("one", "two")
    counted = sum(
        rule["violations"] or 0
        for found in (one, two)
        for rule in found["rules"]
        if rule["counts"] == "call"
    )
    assert pq.read_metadata(file).num_rows == counted > 0
    hours = next(rule for rule in one["rules"] if rule["rule"] == "hours")
    assert sum(one["table"]["rules"]["hours"]) == hours["violations"]
    assert "violations: " in answer.stderr


def test_a_real_dialer_s_log(calls: Path, tmp_path: Path) -> None:
    law = tmp_path / "night.yaml"
    law.write_text(LAW, encoding="utf-8")
    answer = give("--calls", calls, "--regime", law, "--by", "hour")
    assert answer.exit_code == 1
    assert "calls.csv against night" in answer.stdout
    # 02:00 UTC is 21:00 of the day before in New York; twenty lines.
    assert re.search(r"^  hours \(law\) +20 +60$", answer.stdout, re.MULTILINE)
    assert "on 20 lines; first 2024-03-05 02h" in answer.stdout
    assert "–  opt-outs are not known" in answer.stdout
    assert max(map(len, answer.stdout.splitlines())) <= 80
    assert "0000000000000000" not in answer.stdout


def test_a_log_against_a_regime_that_holds_nothing_for_it(calls: Path) -> None:
    answer = give("--calls", calls, "--regime", "de-uwg7")
    assert answer.exit_code == 2
    assert "no rule could be assessed" in answer.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "one of the two"),
        (["RUN", "--calls", "CALLS"], "one of the two"),
        (["RUN"], "name a regime"),
        (["RUN", "--regime", "fr-cnil-politcal"], "did you mean 'fr-cnil-political'?"),
        (["RUN", "--regime", "uk-pecr", "--strategy", "three"], "no strategy 'three'"),
        (["RUN", "--regime", "uk-pecr", "--optouts", "CALLS"], "go with --calls"),
        (["--calls", "CALLS", "--strategy", "one", "--regime", "uk-pecr"], "with a run directory"),
        (["--calls", "CALLS", "--regime", "uk-pecr", "--region", "Norway"], "two capital letters"),
        (["--calls", "CALLS", "--regime", "uk-pecr", "--encoding", "morse"], "no encoding"),
        (["RUN", "--regime", "uk-pecr", "--region", "FR"], "go with --calls"),
        (["absent", "--regime", "uk-pecr"], "does not exist"),
        (["--calls", "absent.csv", "--regime", "uk-pecr"], "there is no such file"),
        (["RUN", "--regime", "uk-pecr", "--out", "absent/v.parquet"], "cannot write"),
    ],
)
def test_bad_input_is_exit_code_2(
    run: Path, calls: Path, arguments: list[Any], message: str
) -> None:
    places = {"RUN": run, "CALLS": calls}
    answer = give(*(places.get(argument, argument) for argument in arguments))
    assert answer.exit_code == 2
    assert message in answer.stderr


LAW = """
id: night
title: No calls at night
jurisdiction: Nowhere
binds: all
currency: USD
summary: Made up.
valid: {from: 2020-01-01}
rules:
  - id: hours
    kind: hours
    title: From 08:00 to 21:00
    force: law
    from: 2020-01-01
    windows: [{days: all, from: "08:00", to: "21:00"}]
    source: {ref: U3, text: Made up.}
  - id: honour
    kind: honour_opt_out
    title: Honour opt-outs
    force: law
    from: 2020-01-01
    delay: 24 h
    source: {ref: U3, text: Made up.}
"""
