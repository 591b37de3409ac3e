"""What followed from calls, from tables by hand; and lines that were left alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.behaviour.calling_back import CallBackTables
from sim.behaviour.quantiles import QuantileTable, tabulate
from sim.engine.plan.feedback_plan import FeedbackPlan
from sim.errors import LedgerError
from sim.measure.chapters.call_backs import CallBackTotals, mean_ms
from sim.measure.findings import find
from sim.measure.ledger import balance
from sim.measure.metrics import compute
from sim.measure.tally import Tally
from sim.record.feedback import (
    Channel,
    FeedbackResult,
    Kind,
    OptOutBy,
    PartOfDay,
    Stage,
)
from sim.record.log import Outcome
from sim.record.result import EngineResult
from sim.store.tables import result_tables
from tests import hand_built as hand
from tests.hand_built import BIN, START_UTC

HOUR, DAY = 3_600_000, 86_400_000
CUTOFF = 4 * BIN
WORLD = {
    "opting_out": {"at_start": 0.1, "at_end": 0.1, "delay": "2 s"},
    "complaints": {
        "per_million": 16,
        "casebook_effect": 0.2,
        "effects": dict.fromkeys(
            (
                "unanswered", "voicemail", "consented", "opposed", "night", "meal", "repeat",
                "after_opt_out", "objection_first", "silence", "labelled", "blocked",
            ),
            1,
        ),
        "night": {"from": "21:00", "to": "08:00"},
        "delay": "1 h",
        "channels": {"regulator": 0.25, "operator": 0.25, "social": 0.25, "press": 0.25},
    },
    "regulator": {
        "reviews": {"timezone": "Europe/Paris", "days": "all", "at": "18:00"},
        "thresholds": {"contact": 1, "reminder": 2, "order": 3},
    },
    "call_back": {
        "share": 0.1, "delay": "1 h", "handling": "80 s", "opts_out": 0.1, "redials": 0.5,
        "redial_delay": "5 min",
    },
    "reputation": {
        "update": "1 h", "allowed_per_day": 75, "short_call": 2, "report": 20, "label_at": 300,
        "half_life": "4 d", "labelled_odds": 0.4,
    },
    "consent": {"share": 0.2},
}  # fmt: skip
PEOPLE = replace(
    hand.population([0, 1, 0, 0, 1, 0]), consent=np.array([1, 0, 1, 0, 0, 1], dtype=np.uint8)
)
ROWS = [
    (0, 1, 0, 60_000, int(Outcome.HEARD) + 3),
    (1, 1, 1_000, 50_000, int(Outcome.MACHINE_VOICEMAIL)),
    (2, 1, BIN, 30_000, int(Outcome.HUMAN_AT_GATE)),
    (0, 2, 2 * BIN, 60_000, int(Outcome.HEARD)),
]


def complaints(rows: list[tuple[Any, ...]]) -> dict[str, Any]:
    """Columns from rows of (moment, line, attempt, kind, channel, generation, part, call)."""
    names = ("ms", "line", "attempt", "kind", "channel", "generation", "part", "call_ms")
    dtypes = ("i8", "i4", "u1", "u1", "u1", "u2", "u1", "i8")
    return {
        f"complaint_{name}": np.array([row[i] for row in rows], dtype=dtype)
        for i, (name, dtype) in enumerate(zip(names, dtypes, strict=True))
    }


def callers(rows: list[tuple[Any, ...]]) -> dict[str, Any]:
    """Columns from rows of (line, attempt, first, last, tries, served, handling, opted out)."""
    names = ("line", "attempt", "first_ms", "last_ms", "tries", "served", "handling_ms")
    dtypes = ("i4", "u1", "i8", "i8", "u1", "?", "i4", "?")
    return {
        f"call_back_{name}": np.array([row[i] for row in rows], dtype=dtype)
        for i, (name, dtype) in enumerate(zip((*names, "opted_out"), dtypes, strict=True))
    }


def opt_outs(rows: list[tuple[int, int, int]]) -> dict[str, Any]:
    """Columns from rows of (moment, line, by)."""
    return {
        "opt_out_ms": np.array([row[0] for row in rows], dtype=np.int64),
        "opt_out_line": np.array([row[1] for row in rows], dtype=np.int32),
        "opt_out_by": np.array([row[2] for row in rows], dtype=np.uint8),
    }


RESULT = FeedbackResult(
    **complaints(
        [
            (10 * 60_000, 0, 1, Kind.LIVE, Channel.OPERATOR, 0, PartOfDay.DAY, 0),
            (CUTOFF - 1, 1, 1, Kind.VOICEMAIL, Channel.REGULATOR, 0, PartOfDay.NIGHT, 1_000),
            (CUTOFF, 0, 2, Kind.LIVE, Channel.REGULATOR, 0, PartOfDay.MEAL, 2 * BIN),
            (DAY, 4, 0, Kind.CONTAGION, Channel.SOCIAL, 1, PartOfDay.DAY, -1),
            (DAY + 5, 1, 1, Kind.BLOCKED, Channel.PRESS, 0, PartOfDay.DAY, -1),
        ]
    ),
    **callers(
        [
            (1, 1, HOUR, HOUR + 900_000, 3, False, 0, False),
            (1, 2, HOUR + 1, HOUR + 1, 1, True, 90_000, True),
            (4, 1, 3 * HOUR, 3 * HOUR + 5, 2, True, 70_000, False),
        ]
    ),
    **opt_outs(
        [
            (60_000, 0, OptOutBy.KEY),
            (10 * 60_000, 0, OptOutBy.COMPLAINT),
            (CUTOFF - 1, 1, OptOutBy.COMPLAINT),
            (HOUR + 90_001, 1, OptOutBy.CALL_BACK),
            (DAY, 4, OptOutBy.COMPLAINT),
        ]
    ),
    stages=((2 * HOUR, int(Stage.REMINDER), 2),),
    labelled=((HOUR, 3), (2 * HOUR, 2)),
    labelled_calls=2,
    reference_weight=3 << 31,
)


def world() -> Any:
    """A scenario whose world has everything."""
    return hand.scenario(
        territories=("main", "far"),
        lines=6,
        world_too=WORLD,
        prices={"per_consent": "0.5 EUR"},
    )


def plan(handling: QuantileTable | None = None) -> Any:
    """The plan, with a call-back table: its lines alone matter, and its handling times."""
    handling = handling or tabulate(lambda p: np.full_like(p, 80_000.0))
    tables = CallBackTables((True,), 1, handling, handling, 1, 1, handling, 3, 1)
    callings = (
        hand.calling([(0, CUTOFF)], CUTOFF),
        # Four hours later, and its calls end a quarter of an hour sooner.
        hand.calling([(0, CUTOFF - BIN)], CUTOFF - BIN, first_quarter=150, last_ms=CUTOFF),
    )
    built = hand.plan(PEOPLE, callings=callings)
    return replace(built, feedback=FeedbackPlan(call_back=tables))


def found(
    result: EngineResult, rows: list[Any] = ROWS, handling: QuantileTable | None = None
) -> Any:
    built = plan(handling)
    tally = Tally(built, hearing=lambda line, _attempt: (line < 0, line.astype(np.int64)))
    if rows:
        tally.add(hand.log(rows, PEOPLE))
    return find(tally, result.attempts, world(), "as-run", result=result)


def attempts(rows: list[Any] = ROWS) -> Any:
    return np.bincount([row[0] for row in rows], minlength=6).astype(np.uint8)


@pytest.fixture
def whole() -> Any:
    what = found(EngineResult(attempts(), 4, feedback=RESULT))
    balance(what)
    return what


def test_metrics_by_hand(whole: Any) -> None:
    values = compute(whole.totals)
    assert {name: values[name] for name in values if name.startswith("complaints")} == {
        "complaints": 5,
        "complaints_regulator": 2,
        "complaints_operator": 1,
        "complaints_social": 1,
        "complaints_press": 1,
        "complaints_before_cutoff": 2,  # the one at the cutoff is not before it
        "complaints_regulator_before_cutoff": 1,
        "complaints_per_million_dials": pytest.approx(1e6 * 5 / 4),
        "complaints_per_million_connected": pytest.approx(1e6 * 5 / 4),
        "complaints_per_1000_reached": pytest.approx(1e3 * 5),  # line 0 alone was reached
        "complaints_contagion_share": pytest.approx(1 / 5),
        "complaints_repeat_share": pytest.approx(1 / 3),
        "complaints_night_share": pytest.approx(1 / 3),
        "complaints_peak_day": 3,
        "complaints_per_vote": None,  # nothing is said of votes
    }
    assert (values["opt_outs_by_key"], values["opt_outs_by_call_back"]) == (1, 1)
    assert values["opt_outs_by_complaint"] == 3
    assert values["lines_opted_out"] == 3
    assert values["regulator_stage"] == 2
    assert type(values["regulator_stage"]) is int
    assert values["regulator_contact_hours"] == values["regulator_reminder_hours"] == 2.0
    assert values["regulator_order_hours"] is None
    assert values["stopped_hours"] is None
    assert (values["call_backs"], values["call_backs_served"], values["call_backs_lost"]) == (
        3,
        2,
        1,
    )
    assert values["call_back_lost_share"] == pytest.approx(1 / 3)
    assert values["call_back_blocking"] == pytest.approx((3 + 0 + 1) / 6)
    # Two first tries in the second hour, 80 s each: 0.044 erlang; one line would block 4 %.
    assert whole.totals[CallBackTotals].peak_load_ms == pytest.approx(160_000)
    assert values["inbound_lines_for_1_percent"] == 2
    assert values["labelled_call_share"] == 0.5
    assert values["numbers_labelled_most"] == 3
    assert values["consents_on_list"] == 3
    assert values["consent_cost"] == values["cost"] == 1.5


def test_rows_by_hand(whole: Any) -> None:
    tables = {name: table.to_pylist() for name, table in result_tables([whole]).items()}
    first, second, third, bred, blocked = tables["complaints"]
    assert first["at_utc"].isoformat() == "2017-04-18T07:40:00+00:00"
    assert (first["channel"], first["kind"], first["part"]) == ("operator", "live", "day")
    # The clock of the first territory starts on a Tuesday at 09:30, that of the second at 13:30.
    assert [(row["territory"], row["weekday"], row["hour"]) for row in (first, second, third)] == [
        ("main", 1, 9),
        ("far", 1, 13),
        ("main", 1, 10),
    ]
    assert [row["before_cutoff"] for row in tables["complaints"]] == [True, True] + [False] * 3
    assert (second["kind"], second["part"], second["attempt"]) == ("voicemail", "night", 1)
    assert third["attempt"] == 2
    for row in (bred, blocked):
        nothing = [row[name] for name in ("weekday", "hour", "part", "call_start_utc")]
        assert nothing == [None] * 4
    assert (bred["kind"], bred["generation"], bred["attempt"]) == ("contagion", 1, 0)
    assert (bred["territory"], blocked["territory"]) == ("far", "far")
    assert (blocked["kind"], blocked["channel"]) == ("blocked", "press")
    assert "line" not in first
    lost, served, late = tables["call_backs"]
    assert (lost["tries"], lost["served"], lost["handling_ms"]) == (3, False, 0)
    assert (served["opted_out"], served["handling_ms"], late["opted_out"]) == (True, 90_000, False)
    (step,) = tables["regulator"]
    assert (step["stage"], step["reports"]) == ("reminder", 2)
    assert step["at_utc"].timestamp() * 1000 == START_UTC + 2 * HOUR
    assert [row["numbers_labelled"] for row in tables["labels"]] == [3, 2]
    assert tables["complaint_risk"] == []  # nobody kept a ledger of cases here


def test_thresholds_of_the_world_s_own_regulator_are_among_the_reports(acting_back: Any) -> None:
    from sim.engine.plan.stage import Stage
    from sim.jobs.simulate import simulate

    (done,) = simulate(Stage(acting_back.scenario, acting_back.laws), ["consenting"])
    risk = done.blocks["complaint_risk"]
    reports = risk["threshold"][risk["channel"].codes == 1].tolist()
    assert {2, 8, 40} <= set(reports)
    assert reports == sorted(reports)


def test_a_threshold_beyond_reach_is_left_out(acting_back: Any) -> None:
    from sim.engine.plan.stage import Stage
    from sim.jobs.simulate import simulate

    scenario = acting_back.scenario
    far = scenario.world.regulator.thresholds.model_copy(update={"order": 2_000_000_000})
    regulator = scenario.world.regulator.model_copy(update={"thresholds": far})
    world = scenario.world.model_copy(update={"regulator": regulator})
    stage = Stage(scenario.model_copy(update={"world": world}), acting_back.laws)
    (done,) = simulate(stage, ["consenting"])
    risk = done.blocks["complaint_risk"]
    reports = risk["threshold"][risk["channel"].codes == 1].tolist()
    assert {2, 8} <= set(reports)
    assert max(reports) == 10_000


def test_without_chances_all_other_tables_are_the_same(acting_back: Any) -> None:
    from sim.engine.plan.stage import Stage
    from sim.jobs.simulate import simulate
    from sim.measure.columns import EXACT_TABLES, MEASURED
    from sim.store.digest import digest_table
    from sim.store.tables import block_table

    stage = Stage(acting_back.scenario, acting_back.laws)
    (every,) = simulate(stage, ["consenting"])
    (less,) = simulate(stage, ["consenting"], chances=False)
    assert set(every.blocks) - set(less.blocks) == {"complaint_risk"}
    assert len(every.blocks["complaint_risk"]["threshold"]) > 0
    assert less.totals == every.totals
    for name in EXACT_TABLES:
        was, now = (digest_table(block_table(one, MEASURED[name])) for one in (every, less))
        assert was == now, name


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("complaints", "before_cutoff"),
        ("call_backs", "served"),
        ("call_backs", "opted_out"),
    ],
)
def test_one_flag_turned_is_found(whole: Any, table: str, column: str) -> None:
    values = whole.blocks[table][column].copy()
    values[0] ^= True
    whole.blocks[table][column] = values
    with pytest.raises(LedgerError, match=f"{table}.{column}"):
        balance(whole)


def test_one_more_try_and_one_objection_less_are_found(whole: Any) -> None:
    whole.blocks["call_backs"]["tries"] = whole.blocks["call_backs"]["tries"] + np.uint8(1)
    with pytest.raises(LedgerError, match=r"call_backs\.tries"):
        balance(whole)
    less = replace(
        whole.objections,
        line=whole.objections.line[1:],
    )
    with pytest.raises(LedgerError, match="objections is 4, opt-outs by their means is 5"):
        balance(replace(whole, objections=less))


# ── Without feedback ─────────────────────────────────────────────────────────────────────────────


def test_keys_alone_are_objections_too() -> None:
    """A plan without feedback: nothing is told beside the log."""
    built = hand.plan(PEOPLE)
    log = hand.log(ROWS, PEOPLE)
    log.opted_out[[0, 3]] = 1
    tally = Tally(built, hearing=lambda line, _attempt: (line < 0, line.astype(np.int64)))
    for part in hand.split(log, 1):
        tally.add(part)
    scenario = hand.scenario(
        territories=("main", "far"), lines=6, world_too={"opting_out": WORLD["opting_out"]}
    )
    what = find(tally, attempts(), scenario, "as-run")
    balance(what)
    values = compute(what.totals)
    assert (values["opt_outs_by_key"], values["lines_opted_out"]) == (2, 1)
    assert values["opt_outs_by_call_back"] is None
    assert values["complaints"] is None
    ends = what.objections.at_utc.astype(np.int64) - START_UTC
    assert ends.tolist() == [60_000, 2 * BIN + 60_000]
    assert all(table.num_rows == 0 for table in list(result_tables([what]).values())[4:])


# ── Left alone ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("line", "until", "stopped", "alone"),
    [
        (3, CUTOFF, None, True),
        (3, CUTOFF + 1, None, False),
        (3, 0, None, True),
        (4, CUTOFF - BIN, None, True),  # its territory's calls end sooner
        (4, CUTOFF - BIN + 1, None, False),
        (3, 3 * BIN, 3 * BIN, True),
        (3, 3 * BIN + 1, 3 * BIN, False),  # the stop came first
        (0, 5, None, False),  # it was dialled
    ],
)
def test_who_counts_as_left_alone(line: int, until: int, stopped: int | None, alone: bool) -> None:
    untils = np.full(6, np.iinfo(np.int64).max)
    untils[line] = until
    what = found(EngineResult(attempts(), 4, until_ms=untils, stopped_ms=stopped, feedback=RESULT))
    balance(what)
    values = compute(what.totals)
    assert values["lines_on_list"] == 6
    assert values["lines_dialled"] == 3
    assert (values["lines_left_alone"], values["lines_undialled"]) == ((1, 2) if alone else (0, 3))
    assert values["stopped_hours"] == (None if stopped is None else stopped / HOUR)
    by_place = what.blocks["territories"]["lines_left_alone"].tolist()
    assert by_place == ([[1, 0], [0, 1]][PEOPLE.territory[line]] if alone else [0, 0])


def test_a_list_is_done_when_the_rest_is_to_be_left_alone() -> None:
    untils = np.full(6, np.iinfo(np.int64).max)
    untils[3:] = 10
    what = found(EngineResult(attempts(), 4, until_ms=untils, feedback=RESULT))
    balance(what)
    values = compute(what.totals)
    assert (values["lines_undialled"], values["lines_left_alone"]) == (0, 3)
    assert values["list_done_hours"] == pytest.approx(BIN / HOUR)
    done = what.blocks["territories"]["list_done_utc"].astype(np.int64) - START_UTC
    assert done.tolist() == [BIN, 1_000]


def test_a_list_of_which_nobody_was_called_is_not_done() -> None:
    untils = np.zeros(6, dtype=np.int64)
    what = found(EngineResult(np.zeros(6, np.uint8), 0, until_ms=untils, feedback=None), rows=[])
    assert hand.counts(what.totals).list_done_ms is None
    assert hand.counts(what.totals).lines_left_alone == 6
    assert np.isnat(what.blocks["territories"]["list_done_utc"]).all()


def test_inbound_load_is_by_the_mean_time_on_the_line() -> None:
    """Two first tries in the busiest hour, of a law with mean 80 s whose median is 55 s."""
    handling = tabulate(lambda p: -80_000 * np.log1p(-p))
    what = found(EngineResult(attempts(), 4, feedback=RESULT), handling=handling)
    assert what.totals[CallBackTotals].peak_load_ms == pytest.approx(2 * 80_000, rel=2e-3)


def test_the_mean_of_a_table() -> None:
    from scipy import stats

    law = stats.lognorm(0.9, scale=60_000)
    table = tabulate(law.ppf, longest_ms=1 << 30)
    assert mean_ms(table) == pytest.approx(law.mean(), rel=1e-3)


def test_consents_take_the_days_that_they_were_gathered_over() -> None:
    """From noon on 1 January to the midnight before 31 January: 29 days and a half."""
    gathered = {"from": "2017-01-01 12:00", "to": "2017-01-31 00:00"}

    def days(consent: dict[str, Any] | None) -> Any:
        built = hand.plan(PEOPLE)
        tally = Tally(built, hearing=lambda line, _attempt: (line < 0, line.astype(np.int64)))
        said = {} if consent is None else {"consent": consent}
        scenario = hand.scenario(territories=("main", "far"), lines=6, world_too=said)
        return compute(find(tally, attempts([]), scenario, "as-run").totals)[
            "consent_gathering_days"
        ]

    assert days({"share": 0.5, "gathered": gathered}) == 29.5
    assert days({"share": 0.5}) is None
    assert days(None) is None
