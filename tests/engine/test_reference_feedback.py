"""The reference of what acts back, held against logs worked out by hand.

Each log is played three times: with controls before starts in a shared millisecond, with controls
after all else in it, and with starts after all else in it. Nothing may depend on that.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, fields, replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.behaviour.calling_back import CallBackTables
from sim.behaviour.complaining import ComplaintTables
from sim.behaviour.quantiles import QuantileTable
from sim.behaviour.reputation import ReputationPlan
from sim.engine.plan.feedback_plan import FeedbackPlan, Reaction, RegulatorPlan
from sim.engine.plan.plan import Plan
from sim.engine.reference.feedback import ReferenceFeedback
from sim.record.feedback import (
    Channel,
    FeedbackResult,
    Kind,
    OptOutBy,
    PartOfDay,
    Stage,
)
from sim.record.log import Outcome
from sim.streams import Purpose, make_key, philox_block

ALWAYS = 2**32 - 1
SHAPE = (3, 2, 2, 3, 2, 2, 2, 2, 2)
START_UTC = 1_492_000_000_000
KEY = make_key(7)

# ── A plan by hand ───────────────────────────────────────────────────────────────────────────────


def fixed(value: int) -> QuantileTable:
    """A table that gives one duration."""
    flat = np.full(4097, value, dtype=np.int64)
    return QuantileTable(flat, flat, flat)


def spread(low: int, high: int) -> QuantileTable:
    """A table whose durations rise evenly with the word."""
    main = np.linspace(low, high, 4097).astype(np.int64)
    return QuantileTable(
        main,
        np.linspace(main[0], main[1], 4097).astype(np.int64),
        np.linspace(main[-2], main[-1], 4097).astype(np.int64),
    )


def families(*means: int) -> np.ndarray[Any, np.dtype[np.uint32]]:
    """By channel, exactly so many further complaints whatever the word."""
    table = np.full((4, 256), ALWAYS, dtype=np.uint32)
    for channel, n in enumerate(means):
        table[channel, :n] = 0
    return table


def only(channel: Channel) -> tuple[int, int, int]:
    """Cumulative thresholds with which every complaint takes one channel."""
    return cast(tuple[int, int, int], tuple(ALWAYS if channel <= c else 0 for c in range(3)))


COMPLAINTS = ComplaintTables(
    thresholds=np.full(SHAPE, ALWAYS, dtype=np.uint32),
    blocked=np.full((2, 2), ALWAYS, dtype=np.uint32),
    part=np.zeros(672, dtype=np.uint8),
    silence_ms=(np.empty((0, 2), dtype=np.int64),) * 2,
    objection_first=(False, True),
    delay_s=fixed(7),
    channel=only(Channel.REGULATOR),
    children=families(),
    breeding_delay_s=fixed(3),
    opts_out=ALWAYS,
    horizon_ms=10**9,
)
"""Everybody complains to the regulator 7 s later, and nobody because of it."""

SILENT = replace(
    COMPLAINTS,
    thresholds=np.zeros(SHAPE, dtype=np.uint32),
    blocked=np.zeros((2, 2), dtype=np.uint32),
)
"""Nobody complains."""

CALL_BACK = CallBackTables(
    gives_number=(True, False),
    share=ALWAYS,
    delay=fixed(20),
    handling=fixed(30),
    opts_out=ALWAYS,
    redials=ALWAYS,
    redial_delay=fixed(10),
    tries=3,
    lines=1,
)
"""Everybody calls back 20 ms later, one at a time, for 30 ms, and opts out."""

REGULATOR = RegulatorPlan(
    review_ms=(),
    registration_ms=0,
    thresholds=(1, 2, 3),
    reactions=(Reaction(0, 0, False),) * 3,
)

REPUTATION = ReputationPlan(
    update_ms=(),
    allowed=1000,
    short_call=500,
    report=2000,
    label_at=1000,
    retain=65_536 // 2,
)


def plan_of(
    feedback: FeedbackPlan | None,
    *,
    lines: int = 6,
    heard: int = ALWAYS,
    hearing: QuantileTable | None = None,
    numbers: int = 1,
    live: tuple[int, ...] = (2_000, 6_000, 10_000),
    row_from: tuple[int, ...] = (0,),
    row: tuple[int, ...] = (0,),
    **columns: Any,
) -> Plan:
    """A plan with what feedback reads. Odd lines are those of the second territory."""
    everyone = {n: np.zeros(lines, dtype=np.uint8) for n in ("consent", "opposed", "registers")}
    unknown = {"consent_until_ms": None, "in_use": None}
    people = SimpleNamespace(lines=lines, **{**everyone, **unknown, **columns})
    tables = SimpleNamespace(in_use=None, heard=heard, hearing_delay=hearing or fixed(500))
    calling = [
        SimpleNamespace(row_from_ms=np.array(row_from), row=np.array(row, dtype=np.int16)),
        SimpleNamespace(row_from_ms=np.array([0]), row=np.array([671], dtype=np.int16)),
    ]
    plan = SimpleNamespace(
        key=KEY,
        population=people,
        calling=calling,
        live_thresholds_ms=live,
        start_utc_ms=START_UTC,
        postures=[SimpleNamespace(tables=tables)] * 2,
        numbers=numbers,
        feedback=feedback,
    )
    return cast(Plan, plan)


def drawn(purpose: Purpose, line: int, attempt: int, second: int = 0) -> tuple[int, ...]:
    """Words of a line and an attempt."""
    return philox_block((line, second, attempt, int(purpose)), (KEY.k0, KEY.k1))


# ── Playing a log ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Row:
    """A call."""

    line: int
    start: int
    hold: int = 10
    outcome: int = int(Outcome.NO_ANSWER)
    attempt: int = 1
    key: bool = False
    caller: int = 0
    posture: int = 0


VOICEMAIL = int(Outcome.MACHINE_VOICEMAIL)
Control = tuple[int, Callable[[ReferenceFeedback], Any]]
Play = Callable[..., tuple[FeedbackResult, list[Any]]]


def play_in(order: str, plan: Plan, *rows: Row, at: tuple[Control, ...] = ()) -> Any:
    """Play a log: what followed, and what the controls gave."""
    env = simpy.Environment(initial_time=0)
    feedback = ReferenceFeedback(env, plan)
    given_back: list[Any] = []

    def control(moment: int, do: Callable[[ReferenceFeedback], Any]) -> Generator[Any, Any, None]:
        yield env.timeout(moment)
        if order == "controls last":
            for _ in range(5):
                yield env.timeout(0)
        given_back.append(do(feedback))

    def call(number: int, row: Row) -> Generator[Any, Any, None]:
        yield env.timeout(row.start)
        if order == "starts last":
            for _ in range(5):
                yield env.timeout(0)
        feedback.call_placed(
            number,
            row.line,
            row.attempt,
            row.line % 2,
            row.start,
            row.hold,
            row.outcome,
            row.key,
            row.caller,
            row.posture,
        )

    for moment, do in at:
        env.process(control(moment, do))
    for number, row in enumerate(sorted(rows, key=lambda r: r.start)):
        env.process(call(number, row))
    env.run()
    return feedback.result(), given_back


ORDERS = ("controls first", "controls last", "starts last")


@pytest.fixture(params=ORDERS)
def play(request: pytest.FixtureRequest) -> Play:
    """How to play a log."""

    def run(plan: Plan, *rows: Row, at: tuple[Control, ...] = ()) -> Any:
        return play_in(request.param, plan, *rows, at=at)

    return run


def refresh(moment: int) -> Control:
    return moment, lambda feedback: feedback.refresh(moment)


def review(moment: int) -> Control:
    return moment, lambda feedback: feedback.review(moment)


def update(moment: int) -> Control:
    return moment, lambda feedback: feedback.update_labels(moment)


def objections(result: FeedbackResult) -> list[tuple[int, int, int]]:
    columns = (result.opt_out_ms, result.opt_out_line, result.opt_out_by)
    return list(zip(*(c.tolist() for c in columns), strict=True))


def inbound(result: FeedbackResult) -> list[tuple[int, int, int, int, int, bool, int, bool]]:
    """Line, attempt, first and last try, tries, served, handling, opted out."""
    columns = (
        result.call_back_line,
        result.call_back_attempt,
        result.call_back_first_ms,
        result.call_back_last_ms,
        result.call_back_tries,
        result.call_back_served,
        result.call_back_handling_ms,
        result.call_back_opted_out,
    )
    return list(zip(*(c.tolist() for c in columns), strict=True))


def tables_equal(left: FeedbackResult, right: FeedbackResult) -> bool:
    """Whether two results are the same, array for array."""
    for f in fields(FeedbackResult):
        a, b = getattr(left, f.name), getattr(right, f.name)
        if isinstance(a, np.ndarray):
            if a.dtype != b.dtype or not np.array_equal(a, b):
                return False
        elif a != b:
            return False
    return True


# ── Whether a call is complained of ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("outcome", "kind", "moment"),
    [
        (Outcome.INVALID, None, None),
        (Outcome.BUSY, None, None),
        (Outcome.NO_ANSWER, Kind.UNANSWERED, 7_110),
        (Outcome.MACHINE, Kind.UNANSWERED, 7_110),
        (Outcome.MACHINE_TAKEN_FOR_HUMAN, Kind.UNANSWERED, 7_110),
        (Outcome.MACHINE_VOICEMAIL, Kind.VOICEMAIL, 7_610),
        (Outcome.HUMAN_TAKEN_FOR_MACHINE, Kind.LIVE, 7_110),
        (Outcome.HUMAN_AT_GATE, Kind.LIVE, 7_110),
        (Outcome.HEARD, Kind.LIVE, 7_110),
        (Outcome.HEARD + 6, Kind.LIVE, 7_110),
        (Outcome.FAILED, None, None),
    ],
)
def test_the_outcome_says_what_is_complained_of_and_when(
    play: Play, outcome: int, kind: Kind | None, moment: int | None
) -> None:
    got, _ = play(
        plan_of(FeedbackPlan(complaints=COMPLAINTS)), Row(3, 100, 10, int(outcome), attempt=2)
    )
    if kind is None:
        assert len(got.complaint_ms) == got.reference_weight == 0
        return
    assert got.complaint_ms.tolist() == [moment]
    assert got.complaint_line.tolist() == [3]
    assert got.complaint_attempt.tolist() == [2]
    assert got.complaint_kind.tolist() == [kind]
    assert got.complaint_channel.tolist() == [Channel.REGULATOR]
    assert got.complaint_generation.tolist() == [0]
    assert got.complaint_part.tolist() == [PartOfDay.DAY]
    assert got.complaint_call_ms.tolist() == [100]
    assert got.reference_weight == ALWAYS


def test_a_message_nobody_hears_is_not_complained_of(play: Play) -> None:
    plan = plan_of(FeedbackPlan(complaints=COMPLAINTS), heard=0)
    got, _ = play(plan, Row(0, 0, outcome=VOICEMAIL))
    assert len(got.complaint_ms) == got.reference_weight == 0


@pytest.mark.parametrize("above", [0, 1])
def test_words_of_a_voicemail_are_hearing_first(play: Play, above: int) -> None:
    word = drawn(Purpose.VOICEMAIL, 4, 3)
    hearing = spread(1, 100_000)
    plan = plan_of(FeedbackPlan(complaints=COMPLAINTS), heard=word[0] + above, hearing=hearing)
    got, _ = play(plan, Row(4, 50, 10, VOICEMAIL, attempt=3))
    assert got.complaint_ms.tolist() == [60 + hearing.scalar(word[1]) + 7_000] * above


def test_the_words_of_a_complaint(play: Play) -> None:
    word = drawn(Purpose.COMPLAINT, 5, 2)
    delay = spread(1, 100_000)
    for above in (0, 1):
        tables = replace(
            COMPLAINTS,
            thresholds=np.full(SHAPE, word[0] + above, dtype=np.uint32),
            delay_s=delay,
            channel=(word[2], word[2] + above, ALWAYS),
            opts_out=word[3] + above,
        )
        got, _ = play(plan_of(FeedbackPlan(complaints=tables)), Row(5, 50, attempt=2))
        assert got.reference_weight == word[0] + above
        assert got.complaint_ms.tolist() == [60 + 1000 * delay.scalar(word[1])] * above
        assert got.complaint_channel.tolist() == [Channel.OPERATOR] * above
        assert len(got.opt_out_ms) == above
    tables = replace(COMPLAINTS, opts_out=word[3])
    got, _ = play(plan_of(FeedbackPlan(complaints=tables)), Row(5, 50, attempt=2))
    assert len(got.complaint_ms) == 1
    assert len(got.opt_out_ms) == 0


CELL_NUMBERS = np.arange(np.prod(SHAPE), dtype=np.uint32).reshape(SHAPE)


def weight(*cell: int) -> int:
    """Number of a cell of the thresholds."""
    return int(CELL_NUMBERS[cell])


@pytest.mark.parametrize(
    ("row", "columns", "cell"),
    [
        (Row(0, 0), {}, (2, 0, 0, 0, 0, 0, 0, 0, 0)),
        (Row(0, 0, outcome=VOICEMAIL), {}, (1, 0, 0, 0, 0, 0, 0, 0, 0)),
        (Row(0, 0, outcome=8), {}, (0, 0, 0, 0, 0, 0, 0, 0, 0)),
        (Row(0, 0), {"consent": 1}, (2, 1, 0, 0, 0, 0, 0, 0, 0)),
        (Row(0, 0), {"opposed": 1}, (2, 0, 1, 0, 0, 0, 0, 0, 0)),
        (Row(0, 0), {"registers": 4}, (2, 0, 1, 0, 0, 0, 0, 0, 0)),
        (Row(0, 999), {}, (2, 0, 0, 0, 0, 0, 0, 0, 0)),
        (Row(0, 1000), {}, (2, 0, 0, 2, 0, 0, 0, 0, 0)),
        (Row(1, 1000), {}, (2, 0, 0, 1, 0, 0, 0, 0, 0)),
        (Row(0, 0, attempt=2), {}, (2, 0, 0, 0, 1, 0, 0, 0, 0)),
        (Row(0, 0, attempt=3), {}, (2, 0, 0, 0, 1, 0, 0, 0, 0)),
        (Row(0, 0, posture=1), {}, (2, 0, 0, 0, 0, 0, 1, 0, 0)),
        # Silence in the first territory is [200, 300): what counts is the end, or the hearing.
        (Row(0, 189), {}, (2, 0, 0, 0, 0, 0, 0, 0, 0)),
        (Row(0, 190), {}, (2, 0, 0, 0, 0, 0, 0, 1, 0)),
        (Row(0, 289), {}, (2, 0, 0, 0, 0, 0, 0, 1, 0)),
        (Row(0, 290), {}, (2, 0, 0, 0, 0, 0, 0, 0, 0)),
        (Row(1, 190), {}, (2, 0, 0, 1, 0, 0, 0, 0, 0)),
        (Row(0, 190, outcome=VOICEMAIL), {}, (1, 0, 0, 0, 0, 0, 0, 0, 0)),
        # 500 ms from end to hearing: [2000, 2100) is the second silence.
        (Row(0, 1489, outcome=VOICEMAIL), {}, (1, 0, 0, 2, 0, 0, 0, 0, 0)),
        (Row(0, 1490, outcome=VOICEMAIL), {}, (1, 0, 0, 2, 0, 0, 0, 1, 0)),
        (Row(0, 1590, outcome=VOICEMAIL), {}, (1, 0, 0, 2, 0, 0, 0, 0, 0)),
    ],
)
def test_the_cell_of_a_call(
    play: Play, row: Row, columns: dict[str, int], cell: tuple[int, ...]
) -> None:
    listed: dict[str, Any] = {n: np.full(6, v, dtype=np.uint8) for n, v in columns.items()}
    part = np.zeros(672, dtype=np.uint8)
    part[300], part[671] = PartOfDay.MEAL, PartOfDay.NIGHT
    tables = replace(
        SILENT,
        thresholds=CELL_NUMBERS,
        part=part,
        silence_ms=(np.array([[200, 300], [2000, 2100]]), np.empty((0, 2), dtype=np.int64)),
    )
    plan = plan_of(
        FeedbackPlan(complaints=tables),
        row_from=(0, 1000),
        row=(0, 300),
        **listed,
    )
    got, _ = play(plan, row)
    assert got.reference_weight == weight(*cell)


@pytest.mark.parametrize(("start", "part"), [(999, PartOfDay.DAY), (1000, PartOfDay.MEAL)])
def test_a_complaint_tells_the_part_of_the_day(play: Play, start: int, part: PartOfDay) -> None:
    parts = np.zeros(672, dtype=np.uint8)
    parts[300] = PartOfDay.MEAL
    plan = plan_of(
        FeedbackPlan(complaints=replace(COMPLAINTS, part=parts)), row_from=(0, 1000), row=(0, 300)
    )
    got, _ = play(plan, Row(0, start))
    assert got.complaint_part.tolist() == [part]


@pytest.mark.parametrize(("from_start", "valid"), [(-1, 0), (0, 0), (1, 1)])
@pytest.mark.parametrize("consent", [0, 1])
def test_a_withdrawn_consent_is_none(play: Play, from_start: int, valid: int, consent: int) -> None:
    plan = plan_of(
        FeedbackPlan(complaints=replace(SILENT, thresholds=CELL_NUMBERS)),
        consent=np.full(6, consent, dtype=np.uint8),
        consent_until_ms=np.full(6, START_UTC + 40 + from_start, dtype=np.int64),
    )
    got, _ = play(plan, Row(0, 40))
    assert got.reference_weight == weight(2, valid * consent, 0, 0, 0, 0, 0, 0, 0)


def test_the_weight_of_a_log_is_a_sum_without_opt_outs_or_horizon(play: Play) -> None:
    tables = replace(SILENT, thresholds=CELL_NUMBERS, horizon_ms=1)
    plan = plan_of(FeedbackPlan(complaints=tables))
    got, _ = play(
        plan,
        Row(0, 0, key=True, outcome=8),
        Row(0, 50, attempt=2),
        Row(2, 50, outcome=int(Outcome.BUSY)),
        Row(4, 60, outcome=VOICEMAIL),
    )
    assert got.reference_weight == sum(
        [
            weight(0, 0, 0, 0, 0, 0, 0, 0, 0),
            weight(2, 0, 0, 0, 1, 0, 0, 0, 0),
            weight(1, 0, 0, 0, 0, 0, 0, 0, 0),
        ]
    )


# ── Once they have opted out ─────────────────────────────────────────────────────────────────────

AFTER = np.zeros(SHAPE, dtype=np.uint32)
AFTER[:, :, :, :, :, 1] = ALWAYS
"""Only those complain who were called after an opt-out."""


@pytest.mark.parametrize(("start", "counts"), [(9, 0), (10, 1), (11, 1)])
def test_a_key_press_counts_from_the_end_of_its_call(play: Play, start: int, counts: int) -> None:
    plan = plan_of(FeedbackPlan(complaints=replace(COMPLAINTS, thresholds=AFTER)))
    first = Row(0, 0, 10, outcome=8, key=True)
    got, _ = play(plan, first, Row(0, start, attempt=2), Row(2, start))
    assert got.complaint_ms.tolist() == [start + 7_010] * counts
    assert got.complaint_attempt.tolist() == [2] * counts


@pytest.mark.parametrize(("start", "counts"), [(59, 0), (60, 1)])
def test_a_call_back_counts_from_the_end_of_its_handling(
    play: Play, start: int, counts: int
) -> None:
    plan = plan_of(
        FeedbackPlan(complaints=replace(COMPLAINTS, thresholds=AFTER), call_back=CALL_BACK)
    )
    got, _ = play(plan, Row(0, 0, outcome=VOICEMAIL), Row(0, start, attempt=2))
    assert objections(got)[0] == (60, 0, OptOutBy.CALL_BACK)
    assert got.complaint_ms.tolist() == [start + 7_010] * counts


@pytest.mark.parametrize(("start", "counts"), [(7_009, 0), (7_010, 1)])
def test_a_complaint_counts_from_its_moment(play: Play, start: int, counts: int) -> None:
    thresholds = AFTER.copy()
    thresholds[:, :, :, :, 0] = ALWAYS  # after a first attempt everybody complains
    plan = plan_of(FeedbackPlan(complaints=replace(COMPLAINTS, thresholds=thresholds)))
    got, _ = play(plan, Row(0, 0), Row(0, start, attempt=2))
    assert got.complaint_attempt.tolist() == [1] + [2] * counts
    assert objections(got)[0] == (7_010, 0, OptOutBy.COMPLAINT)


def test_a_complaint_of_the_earlier_call_that_comes_after_the_start_does_not_count(
    play: Play,
) -> None:
    thresholds = AFTER.copy()
    thresholds[:, :, :, :, 0] = ALWAYS
    plan = plan_of(FeedbackPlan(complaints=replace(COMPLAINTS, thresholds=thresholds)))
    # The first complaint is made during the second call, and is known at its end.
    got, _ = play(plan, Row(0, 0), Row(0, 7_000, hold=5_000, attempt=2))
    assert got.complaint_attempt.tolist() == [1]


def test_a_later_objection_takes_nothing_back(play: Play) -> None:
    thresholds = AFTER.copy()
    thresholds[:, :, :, :, 0] = ALWAYS
    plan = plan_of(FeedbackPlan(complaints=replace(COMPLAINTS, thresholds=thresholds)))
    # Objections at 10 (key) and 7010 (complaint); the second call starts between, and ends after.
    first = Row(0, 0, outcome=8, key=True)
    got, _ = play(plan, first, Row(0, 7_000, hold=500, attempt=2))
    assert got.complaint_ms.tolist() == [7_010, 14_500]


# ── Where complaints go, and until when ──────────────────────────────────────────────────────────


@pytest.mark.parametrize("channel", list(Channel))
def test_the_caller_learns_of_complaints_to_regulator_and_operator(
    play: Play, channel: Channel
) -> None:
    tables = replace(COMPLAINTS, channel=only(channel))
    got, _ = play(plan_of(FeedbackPlan(complaints=tables)), Row(0, 0))
    assert got.complaint_channel.tolist() == [channel]
    learns = channel in (Channel.REGULATOR, Channel.OPERATOR)
    assert objections(got) == [(7_010, 0, OptOutBy.COMPLAINT)] * learns


@pytest.mark.parametrize(("horizon", "exists"), [(7_010, False), (7_011, True)])
def test_no_complaint_exists_at_the_horizon(play: Play, horizon: int, exists: bool) -> None:
    tables = replace(COMPLAINTS, horizon_ms=horizon, children=families(2))
    got, _ = play(plan_of(FeedbackPlan(complaints=tables), lines=1), Row(0, 0))
    assert got.complaint_ms.tolist() == [7_010] * exists
    assert len(got.opt_out_ms) == exists
    assert got.reference_weight == ALWAYS


@pytest.mark.parametrize(("horizon", "generations"), [(10_010, 1), (10_011, 2), (13_011, 3)])
def test_nor_does_a_further_one(play: Play, horizon: int, generations: int) -> None:
    tables = replace(COMPLAINTS, horizon_ms=horizon, children=families(1))
    got, _ = play(plan_of(FeedbackPlan(complaints=tables), lines=1), Row(0, 0))
    assert got.complaint_generation.tolist() == list(range(generations))


# ── Complaints that breed complaints ─────────────────────────────────────────────────────────────


def child_words(a: int, b: int, birth: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Words of a child, and of its family."""
    child, family = int(Purpose.COMPLAINT_CHILD), int(Purpose.COMPLAINT_CHILD_FAMILY)
    key = (KEY.k0, KEY.k1)
    return philox_block((a, b, birth, child), key), philox_block((a, b, birth, family), key)


def test_a_family_by_hand(play: Play) -> None:
    """One complaint about a call has two children, and they have as many as their words say."""
    family = drawn(Purpose.COMPLAINT_FAMILY, 0, 2)
    bounds = (1 << 28, family[0], family[0] + 1)  # two are at or below that word
    children = families()
    children[Channel.REGULATOR, :3] = bounds
    breeding = spread(1, 1_000)
    half, horizon = 1 << 31, 3_000_000
    thresholds = np.zeros(SHAPE, dtype=np.uint32)
    thresholds[:, :, :, :, 1] = ALWAYS  # only repeated attempts are complained of
    tables = replace(
        COMPLAINTS,
        thresholds=thresholds,
        children=children,
        breeding_delay_s=breeding,
        opts_out=half,
        horizon_ms=horizon,
    )
    expected = [(7_010, 0, 2, family[1], family[2], 0, drawn(Purpose.COMPLAINT, 0, 2)[3] < half)]

    def births(moment: int, a: int, b: int, n: int, generation: int) -> None:
        for birth in range(1, n + 1):
            word, own = child_words(a, b, birth)
            at = moment + 1000 * breeding.scalar(word[1])
            if at < horizon:
                line, further = word[0] * 6 >> 32, sum(bound <= own[0] for bound in bounds)
                expected.append((at, line, 0, own[1], own[2], generation, word[3] < half))
                births(at, own[1], own[2], further, generation + 1)

    births(7_010, family[1], family[2], 2, 1)
    expected.sort()
    rows = [Row(line, 0, attempt=2 if line == 0 else 1) for line in range(6)]
    got, _ = play(plan_of(FeedbackPlan(complaints=tables)), *rows)
    assert max(row[5] for row in expected) >= 3
    assert len({row[1] for row in expected}) > 1
    assert got.complaint_ms.tolist() == [row[0] for row in expected]
    assert got.complaint_line.tolist() == [row[1] for row in expected]
    assert got.complaint_attempt.tolist() == [row[2] for row in expected]
    assert got.complaint_generation.tolist() == [row[5] for row in expected]
    assert got.complaint_kind.tolist() == [
        Kind.UNANSWERED if row[5] == 0 else Kind.CONTAGION for row in expected
    ]
    assert got.complaint_call_ms.tolist() == [0 if row[5] == 0 else -1 for row in expected]
    assert objections(got) == [(row[0], row[1], OptOutBy.COMPLAINT) for row in expected if row[6]]


def parent_and_child() -> tuple[int, int]:
    """A line, and another of two on which its complaint's first child falls."""
    for line in range(2):
        family = drawn(Purpose.COMPLAINT_FAMILY, line, 1)
        word, _ = child_words(family[1], family[2], 1)
        if word[0] * 2 >> 32 != line:
            return line, 1 - line
    raise AssertionError("no such line")


@pytest.mark.parametrize(("start", "exists"), [(10_008, 1), (10_009, 1), (10_010, 0), (10_011, 0)])
def test_only_those_called_before_complain_because_of_others(
    play: Play, start: int, exists: int
) -> None:
    parent, child = parent_and_child()
    thresholds = np.zeros(SHAPE, dtype=np.uint32)
    thresholds[:, :, :, :, :, :, 0] = ALWAYS  # under the second posture nobody complains
    tables = replace(
        COMPLAINTS, thresholds=thresholds, children=families(1), horizon_ms=10_000 + 3_010
    )
    plan = plan_of(FeedbackPlan(complaints=tables), lines=2)
    got, given_back = play(
        plan,
        Row(parent, 0),
        Row(child, start, posture=1),
        Row(child, start + 20, posture=1, attempt=2),
        at=(refresh(10_010), refresh(10_011)),
    )
    assert got.complaint_ms.tolist() == [7_010] + [10_010] * exists
    assert got.complaint_line.tolist() == [parent] + [child] * exists
    assert got.complaint_attempt.tolist() == [1] + [0] * exists
    assert given_back == [[parent], [child] * exists]


def test_whoever_does_not_exist_breeds_nothing(play: Play) -> None:
    parent, child = parent_and_child()
    tables = replace(COMPLAINTS, children=families(1), horizon_ms=60_000)
    plan = plan_of(FeedbackPlan(complaints=tables), lines=2)
    got, _ = play(plan, Row(parent, 0))
    assert got.complaint_line.tolist() == [parent]
    # With that line called too late, the family ends all the same.
    quiet = Row(child, 10_010, outcome=int(Outcome.BUSY))
    got, _ = play(plan, Row(parent, 0), quiet)
    assert got.complaint_line.tolist() == [parent]


@pytest.mark.parametrize(("start", "counts"), [(10_009, 0), (10_010, 1)])
def test_what_a_further_complaint_tells_the_caller_counts(
    play: Play, start: int, counts: int
) -> None:
    parent, child = parent_and_child()
    thresholds = AFTER.copy()
    thresholds[:, :, :, :, 0, :, 0] = ALWAYS
    thresholds[:, :, :, :, 0, :, 1] = 0
    tables = replace(
        COMPLAINTS,
        thresholds=thresholds,
        children=families(1),
        delay_s=fixed(7),
        horizon_ms=10**5,
    )
    plan = plan_of(FeedbackPlan(complaints=tables), lines=2)
    got, _ = play(
        plan, Row(parent, 0), Row(child, 0, posture=1), Row(child, start, attempt=2, hold=40)
    )
    about_calls = got.complaint_attempt[got.complaint_generation == 0]
    assert about_calls.tolist() == [1] + [2] * counts


# ── Those who call back ──────────────────────────────────────────────────────────────────────────


def test_a_call_back_by_hand(play: Play) -> None:
    got, _ = play(plan_of(FeedbackPlan(call_back=CALL_BACK)), Row(3, 100, outcome=VOICEMAIL))
    assert inbound(got) == [(3, 1, 130, 130, 1, True, 30, True)]
    assert objections(got) == [(160, 3, OptOutBy.CALL_BACK)]


def test_only_a_message_with_a_number_is_called_back(play: Play) -> None:
    got, _ = play(
        plan_of(FeedbackPlan(call_back=CALL_BACK)),
        Row(0, 0, outcome=VOICEMAIL, posture=1),
        *(Row(1, 0, outcome=int(o)) for o in range(16) if o != VOICEMAIL),
    )
    assert inbound(got) == []


def test_the_words_of_a_call_back(play: Play) -> None:
    left, word = drawn(Purpose.VOICEMAIL, 2, 3), drawn(Purpose.CALL_BACK, 2, 3)
    delay, handling = spread(1, 50_000), spread(1, 90_000)
    for above in (0, 1):
        tables = replace(
            CALL_BACK,
            share=left[2] + above,
            delay=delay,
            handling=handling,
            opts_out=word[1] + above,
        )
        plan = plan_of(FeedbackPlan(call_back=tables), heard=0)
        got, _ = play(plan, Row(2, 100, outcome=VOICEMAIL, attempt=3))
        first, held = 110 + delay.scalar(left[3]), handling.scalar(word[0])
        assert inbound(got) == [(2, 3, first, first, 1, True, held, True)] * above
        assert objections(got) == [(first + held, 2, OptOutBy.CALL_BACK)] * above
    tables = replace(CALL_BACK, opts_out=word[1])
    got, _ = play(
        plan_of(FeedbackPlan(call_back=tables)), Row(2, 100, outcome=VOICEMAIL, attempt=3)
    )
    assert inbound(got) == [(2, 3, 130, 130, 1, True, 30, False)]
    assert objections(got) == []


def test_the_words_of_a_blocked_caller(play: Play) -> None:
    delay = spread(1, 1_000)
    moments = [30]
    for number in (1, 2, 3):
        word = drawn(Purpose.CALL_BACK_REDIAL, 2, 1, number)
        moments.append(moments[-1] + delay.scalar(word[1]))
    tables = replace(CALL_BACK, lines=0, tries=4, redial_delay=delay)
    got, _ = play(plan_of(FeedbackPlan(call_back=tables)), Row(2, 0, outcome=VOICEMAIL))
    assert inbound(got) == [(2, 1, 30, moments[3], 4, False, 0, False)]
    second = drawn(Purpose.CALL_BACK_REDIAL, 2, 1, 2)[0]
    first = drawn(Purpose.CALL_BACK_REDIAL, 2, 1, 1)[0]
    for above in (0, 1):
        some = replace(tables, redials=max(first, second) + above)
        got, _ = play(plan_of(FeedbackPlan(call_back=some)), Row(2, 0, outcome=VOICEMAIL))
        tries = int(got.call_back_tries[0])
        if above == 0:
            assert tries == (1 if first > second else 2)
        else:
            assert tries >= 3


def test_in_one_millisecond_ends_come_before_tries_and_tries_are_in_order_of_lines(
    play: Play,
) -> None:
    # First tries of lines 5 and 1 at 30: line 1 is served until 60. Line 5 tries at 40, 50 and 60.
    # At 60 line 4 tries too, from a call of its own, and line 1 is over: line 4 gets the line.
    tables = replace(CALL_BACK, tries=4)
    got, _ = play(
        plan_of(FeedbackPlan(call_back=tables)),
        Row(5, 0, outcome=VOICEMAIL),
        Row(1, 0, outcome=VOICEMAIL),
        Row(4, 30, outcome=VOICEMAIL),
    )
    assert inbound(got) == [
        (1, 1, 30, 30, 1, True, 30, True),
        (5, 1, 30, 60, 4, False, 0, False),
        (4, 1, 60, 60, 1, True, 30, True),
    ]
    # A line of the same moment with a greater number is turned away instead.
    got, _ = play(
        plan_of(FeedbackPlan(call_back=tables), lines=8),
        Row(5, 0, outcome=VOICEMAIL),
        Row(1, 0, outcome=VOICEMAIL),
        Row(7, 30, outcome=VOICEMAIL),
    )
    assert inbound(got) == [
        (1, 1, 30, 30, 1, True, 30, True),
        (5, 1, 30, 60, 4, True, 30, True),
        (7, 1, 60, 90, 4, True, 30, True),
    ]


def test_tries_of_one_line_are_in_order_of_attempts(play: Play) -> None:
    # The second attempt of line 0 ends first; its call back meets that of the first attempt at 40.
    got, _ = play(
        plan_of(FeedbackPlan(call_back=replace(CALL_BACK, redials=0))),
        Row(0, 0, hold=20, outcome=VOICEMAIL, attempt=1),
        Row(0, 10, hold=10, outcome=VOICEMAIL, attempt=2),
    )
    assert inbound(got) == [
        (0, 1, 40, 40, 1, True, 30, True),
        (0, 2, 40, 40, 1, False, 0, False),
    ]


def test_the_line_counts_before_the_attempt(play: Play) -> None:
    got, _ = play(
        plan_of(FeedbackPlan(call_back=replace(CALL_BACK, redials=0))),
        Row(4, 0, outcome=VOICEMAIL, attempt=1),
        Row(2, 0, outcome=VOICEMAIL, attempt=2),
    )
    assert [(row[0], row[5]) for row in inbound(got)] == [(2, True), (4, False)]


def test_people_are_in_order_of_first_tries_whoever_gives_up_first(play: Play) -> None:
    def word(line: int, attempt: int) -> int:
        return drawn(Purpose.CALL_BACK_REDIAL, line, attempt, 1)[0]

    line = next(line for line in range(6) if word(line, 1) < word(line, 2))
    tables = replace(CALL_BACK, lines=0, tries=2, redials=word(line, 2))
    got, _ = play(
        plan_of(FeedbackPlan(call_back=tables)),
        Row(line, 0, hold=20, outcome=VOICEMAIL, attempt=1),
        Row(line, 10, hold=10, outcome=VOICEMAIL, attempt=2),
    )
    assert inbound(got) == [
        (line, 1, 40, 50, 2, False, 0, False),
        (line, 2, 40, 40, 1, False, 0, False),
    ]


@pytest.mark.parametrize(("start", "served"), [(29, False), (30, True)])
def test_a_line_is_held_to_just_before_its_end(play: Play, start: int, served: bool) -> None:
    got, _ = play(
        plan_of(FeedbackPlan(call_back=replace(CALL_BACK, redials=0))),
        Row(4, 0, outcome=VOICEMAIL),
        Row(2, start, outcome=VOICEMAIL),
    )
    assert [row[5] for row in inbound(got)] == [True, served]


def test_two_lines_serve_two(play: Play) -> None:
    got, _ = play(
        plan_of(FeedbackPlan(call_back=replace(CALL_BACK, lines=2, redials=0))),
        *(Row(line, 0, outcome=VOICEMAIL) for line in (3, 0, 5)),
    )
    assert [(row[0], row[5]) for row in inbound(got)] == [(0, True), (3, True), (5, False)]


@pytest.mark.parametrize("consented", [0, 1])
@pytest.mark.parametrize("opposed", [0, 1])
def test_the_lost_may_complain(play: Play, consented: int, opposed: int) -> None:
    word = drawn(Purpose.COMPLAINT_BLOCKED, 3, 2)
    delay = spread(1, 1_000)
    for above in (0, 1):
        blocked = np.zeros((2, 2), dtype=np.uint32)
        blocked[consented, opposed] = word[0] + above
        complaints = replace(
            SILENT,
            blocked=blocked,
            delay_s=delay,
            opts_out=word[3] + above,
            channel=(word[2], word[2] + above, ALWAYS),
        )
        plan = plan_of(
            FeedbackPlan(complaints=complaints, call_back=replace(CALL_BACK, lines=0)),
            consent=np.full(6, consented, dtype=np.uint8),
            opposed=np.full(6, opposed, dtype=np.uint8),
        )
        got, _ = play(plan, Row(3, 0, outcome=VOICEMAIL, attempt=2))
        assert inbound(got) == [(3, 2, 30, 50, 3, False, 0, False)]
        at = 50 + 1000 * delay.scalar(word[1])
        assert got.complaint_ms.tolist() == [at] * above
        assert got.complaint_line.tolist() == [3] * above
        assert got.complaint_attempt.tolist() == [2] * above
        assert got.complaint_kind.tolist() == [Kind.BLOCKED] * above
        assert got.complaint_channel.tolist() == [Channel.OPERATOR] * above
        assert got.complaint_generation.tolist() == [0] * above
        assert got.complaint_call_ms.tolist() == [-1] * above
        assert objections(got) == [(at, 3, OptOutBy.COMPLAINT)] * above
        assert got.reference_weight == 0


@pytest.mark.parametrize(("horizon", "exists"), [(7_050, 0), (7_051, 1)])
def test_complaints_of_the_lost_have_a_horizon_but_call_backs_have_none(
    play: Play, horizon: int, exists: int
) -> None:
    complaints = replace(
        SILENT, blocked=COMPLAINTS.blocked, horizon_ms=horizon, part=np.ones(672, dtype=np.uint8)
    )
    feedback = FeedbackPlan(complaints=complaints, call_back=replace(CALL_BACK, lines=0))
    got, _ = play(plan_of(feedback), Row(0, 0, outcome=VOICEMAIL))
    assert got.complaint_ms.tolist() == [7_050] * exists
    assert got.complaint_part.tolist() == [PartOfDay.DAY] * exists
    served = FeedbackPlan(complaints=replace(complaints, horizon_ms=1), call_back=CALL_BACK)
    got, _ = play(plan_of(served), Row(0, 0, outcome=VOICEMAIL))
    assert objections(got) == [(60, 0, OptOutBy.CALL_BACK)]


def test_the_lost_breed_by_their_own_family(play: Play) -> None:
    breeding, horizon = spread(1, 1_000), 900_000
    complaints = replace(
        SILENT,
        blocked=COMPLAINTS.blocked,
        children=families(2),
        breeding_delay_s=breeding,
        horizon_ms=horizon,
    )
    feedback = FeedbackPlan(complaints=complaints, call_back=replace(CALL_BACK, lines=0))
    got, _ = play(plan_of(feedback, lines=1), Row(0, 0, outcome=VOICEMAIL))
    family = drawn(Purpose.COMPLAINT_BLOCKED_FAMILY, 0, 1)
    births = [child_words(family[1], family[2], k)[0] for k in (1, 2)]
    moments = [7_050 + 1000 * breeding.scalar(word[1]) for word in births]
    expected = sorted(moment for moment in moments if moment < horizon)
    assert expected
    assert got.complaint_ms[got.complaint_generation == 1].tolist() == expected


# ── What controls see ────────────────────────────────────────────────────────────────────────────


def test_a_refresh_gives_what_came_strictly_before_it_and_once(play: Play) -> None:
    # Objections: line 4 by call back at 60, line 0 by complaint at 7010, line 2 by key at 10.
    thresholds = np.zeros(SHAPE, dtype=np.uint32)
    thresholds[2] = ALWAYS
    tables = replace(COMPLAINTS, thresholds=thresholds)
    plan = plan_of(FeedbackPlan(complaints=tables, call_back=CALL_BACK))
    got, given_back = play(
        plan,
        Row(4, 0, outcome=VOICEMAIL),
        Row(0, 0),
        Row(2, 0, outcome=8, key=True),
        at=tuple(refresh(r) for r in (0, 10, 11, 60, 61, 62, 7_010, 7_011, 9_000)),
    )
    assert given_back == [[], [], [], [], [4], [], [], [0], []]
    assert objections(got) == [
        (10, 2, OptOutBy.KEY),
        (60, 4, OptOutBy.CALL_BACK),
        (7_010, 0, OptOutBy.COMPLAINT),
    ]


def test_a_refresh_gives_each_line_once_and_in_order(play: Play) -> None:
    plan = plan_of(FeedbackPlan(complaints=COMPLAINTS))
    rows = [Row(5, 0), Row(1, 0), Row(1, 20, attempt=2), Row(3, 20), Row(1, 5_000, attempt=3)]
    _, given_back = play(plan, *rows, at=(refresh(7_020), refresh(8_000), refresh(90_000)))
    assert given_back == [[1, 5], [3], []]


@pytest.mark.parametrize("registration", [0, 1, 1_000])
def test_a_review_counts_what_was_registered_strictly_before_it(
    play: Play, registration: int
) -> None:
    regulator = replace(REGULATOR, registration_ms=registration)
    plan = plan_of(FeedbackPlan(complaints=COMPLAINTS, regulator=regulator))
    moments = [0, 7_009, 7_010, 7_011, 7_020, 7_021, 7_030]
    _, given_back = play(
        plan,
        Row(0, 0),
        Row(1, 0),
        Row(2, 10),
        at=tuple(review(m + registration) for m in moments),
    )
    assert given_back == [0, 0, 0, 2, 2, 3, 3]


def test_a_review_counts_complaints_to_the_regulator_of_any_kind(play: Play) -> None:
    tables = replace(COMPLAINTS, channel=only(Channel.OPERATOR))
    plan = plan_of(FeedbackPlan(complaints=tables, regulator=REGULATOR))
    _, given_back = play(plan, Row(0, 0), at=(review(90_000),))
    assert given_back == [0]
    tables = replace(COMPLAINTS, children=families(1), horizon_ms=13_050)
    plan = plan_of(
        FeedbackPlan(complaints=tables, regulator=REGULATOR, call_back=replace(CALL_BACK, lines=0)),
        lines=1,
    )
    # By call: 7510 and 10510. By the lost: 7050 and 10050.
    got, given_back = play(
        plan,
        Row(0, 0, outcome=VOICEMAIL),
        at=tuple(review(m + d) for m in (7_050, 7_510, 10_050, 10_510) for d in (0, 1)),
    )
    assert got.complaint_ms.tolist() == [7_050, 7_510, 10_050, 10_510]
    assert got.complaint_kind.tolist() == [3, 1, 4, 4]
    assert given_back == [0, 1, 1, 2, 2, 3, 3, 4]


def test_steps_of_the_regulator_are_kept(play: Play) -> None:
    plan = plan_of(FeedbackPlan(complaints=COMPLAINTS, regulator=REGULATOR))
    got, _ = play(
        plan,
        Row(0, 0),
        at=(
            (7_011, lambda f: f.record_step(7_011, int(Stage.CONTACT), f.review(7_011))),
            (9_000, lambda f: f.record_step(9_000, int(Stage.ORDER), 5)),
        ),
    )
    assert got.stages == ((7_011, 1, 1), (9_000, 3, 5))


# ── The standing of numbers ──────────────────────────────────────────────────────────────────────


def test_burdens_by_hand(play: Play) -> None:
    """Intervals end at 100, 7010 and 7011; 1,000 a call above one, 500 a short one, 2,000 a report.

    Number 0: one call ends at 99, within the allowance, and one at 100, which is the next
    interval's. The complaints come at 7099 and 7100 and so in none. Number 1: two calls, one of
    them short, end before 100. Their complaints come at 7010, in the third interval.
    """
    plan = plan_of(FeedbackPlan(complaints=COMPLAINTS, reputation=REPUTATION), numbers=3)
    rows = (
        Row(0, 89, caller=0),
        Row(1, 90, caller=0),
        Row(2, 0, caller=1),
        Row(3, 0, caller=1, outcome=int(Outcome.HUMAN_AT_GATE)),
        Row(4, 100, caller=1, outcome=0),  # 1: labelled by the burden of 1,500
        Row(5, 99, hold=10_000, caller=1, outcome=0),
        Row(4, 7_009, caller=1, outcome=0, attempt=2, hold=9_000),  # on the update before
        Row(4, 7_010, caller=1, outcome=0, attempt=2, hold=9_000),  # no label: 750
        Row(4, 7_011, caller=1, outcome=0, attempt=2, hold=9_000),  # label: 375 + 4,000
        Row(4, 7_011, caller=0, outcome=0, attempt=2, hold=9_000),
    )
    seen: list[list[int]] = []

    def look(moment: int) -> Control:
        def do(feedback: ReferenceFeedback) -> None:
            feedback.update_labels(moment)
            seen.append(list(feedback.burden))

        return moment, do

    got, _ = play(plan, *rows, at=(look(100), look(7_010), look(7_011)))
    # Second interval: number 0 has one call (at 100), number 1 one (at 110): both allowed.
    assert seen == [[0, 1_500, 0], [0, 750, 0], [0, 4_375, 0]]
    assert got.labelled == ((100, 1), (7_010, 0), (7_011, 1))
    assert got.labelled_calls == 3  # those at 100, 7009 and 7011


def test_what_is_left_of_a_burden_is_cut_to_whole_thousandths(play: Play) -> None:
    standing = replace(REPUTATION, retain=43_691, short_call=0, allowed=1)
    plan = plan_of(FeedbackPlan(reputation=standing))
    seen: list[int] = []

    def look(moment: int) -> Control:
        def do(feedback: ReferenceFeedback) -> None:
            feedback.update_labels(moment)
            seen.extend(feedback.burden)

        return moment, do

    play(plan, Row(0, 0), Row(2, 0), at=(look(100), look(200), look(300)))
    assert seen == [1_999, 1_999 * 43_691 // 65_536, 1_999 * 43_691 // 65_536 * 43_691 // 65_536]


@pytest.mark.parametrize("burden", [999, 1_000])
@pytest.mark.parametrize(("start", "after"), [(99, False), (100, True)])
def test_a_label_holds_for_starts_from_the_update_on(
    play: Play, burden: int, start: int, after: bool
) -> None:
    standing = replace(REPUTATION, allowed=2_000 - burden, label_at=1_000)
    complaints = replace(SILENT, thresholds=CELL_NUMBERS)
    plan = plan_of(FeedbackPlan(complaints=complaints, reputation=standing), numbers=2)
    got, given_back = play(
        plan,
        *(Row(line, 0, outcome=0, caller=1) for line in (0, 1)),
        Row(2, start, caller=1),
        Row(2, start, caller=0, attempt=2),
        at=(
            (99, lambda f: (f.labelled(0), f.labelled(1))),
            update(100),
            (101, lambda f: (f.labelled(0), f.labelled(1))),
        ),
    )
    bears = burden >= 1_000
    assert given_back == [(False, False), None, (False, bears)]
    assert got.labelled == ((100, int(bears)),)
    assert got.labelled_calls == (bears and after)
    assert got.reference_weight == weight(2, 0, 0, 0, 0, 0, 0, 0, int(bears and after)) + weight(
        2, 0, 0, 0, 1, 0, 0, 0, 0
    )


@pytest.mark.parametrize("outcome", range(16))
def test_short_calls(play: Play, outcome: int) -> None:
    short = outcome in (
        Outcome.HUMAN_TAKEN_FOR_MACHINE,
        Outcome.HUMAN_AT_GATE,
        Outcome.HEARD,
        Outcome.HEARD + 1,
    )
    standing = replace(REPUTATION, label_at=500)
    got, _ = play(
        plan_of(FeedbackPlan(reputation=standing)), Row(0, 0, outcome=outcome), at=(update(11),)
    )
    assert got.labelled == ((11, int(short)),)


@pytest.mark.parametrize(
    ("live", "short"),
    [((), 1), ((5_999,), 1), ((6_000,), 0), ((3_000, 5_999), 1), ((3_000, 6_000), 1)],
)
def test_listening_is_known_by_thresholds_passed(
    play: Play, live: tuple[int, ...], short: int
) -> None:
    standing = replace(REPUTATION, label_at=500)
    outcome = int(Outcome.HEARD) + min(1, len(live))
    plan = plan_of(FeedbackPlan(reputation=standing), live=live)
    got, _ = play(plan, Row(0, 0, outcome=outcome), at=(update(11),))
    assert got.labelled == ((11, short),)


def test_only_complaints_about_calls_burden_a_number(play: Play) -> None:
    """A number is not burdened by callers who were blocked, nor by contagion."""
    tables = replace(COMPLAINTS, children=families(3), horizon_ms=20_000)
    standing = replace(REPUTATION, allowed=10**6, retain=65_536)
    plan = plan_of(
        FeedbackPlan(complaints=tables, call_back=replace(CALL_BACK, lines=0), reputation=standing),
        lines=1,
        numbers=2,
    )
    seen: list[list[int]] = []

    def look(moment: int) -> Control:
        def do(feedback: ReferenceFeedback) -> None:
            feedback.update_labels(moment)
            seen.append(list(feedback.burden))

        return moment, do

    # Blocked 7050, about the call 7510, their children 3 s later and so on.
    got, _ = play(
        plan,
        Row(0, 0, outcome=VOICEMAIL, caller=1),
        at=tuple(look(m) for m in (7_100, 7_510, 7_511, 30_000)),
    )
    assert len(got.complaint_ms) > 10
    assert seen == [[0, 0], [0, 0], [0, 2_000], [0, 2_000]]


# ── Tables ───────────────────────────────────────────────────────────────────────────────────────


def test_every_objection_is_kept_in_order(play: Play) -> None:
    tables = replace(COMPLAINTS, delay_s=fixed(1))
    plan = plan_of(FeedbackPlan(complaints=tables, call_back=CALL_BACK))
    got, _ = play(
        plan,
        Row(3, 0, 1_010, outcome=8, key=True),
        Row(3, 0, 10, outcome=8, attempt=2, key=True),
        Row(2, 1_000, 10, outcome=8, key=True),
        Row(3, 940, 20, outcome=VOICEMAIL, attempt=3),
    )
    assert objections(got) == [
        (10, 3, OptOutBy.KEY),
        (1_010, 2, OptOutBy.KEY),
        (1_010, 3, OptOutBy.KEY),
        (1_010, 3, OptOutBy.CALL_BACK),
        (1_010, 3, OptOutBy.COMPLAINT),
        (2_010, 2, OptOutBy.COMPLAINT),
        (2_010, 3, OptOutBy.COMPLAINT),
        (2_460, 3, OptOutBy.COMPLAINT),
    ]


def test_complaints_of_one_moment_are_in_order_of_line_attempt_and_identity(play: Play) -> None:
    tables = replace(COMPLAINTS, children=families(4), horizon_ms=10_011)
    got, _ = play(
        plan_of(FeedbackPlan(complaints=tables), lines=3),
        Row(2, 0, attempt=2),
        Row(2, 0, attempt=1),
        Row(1, 0),
        Row(0, 0, outcome=0),
    )
    assert got.complaint_line[:3].tolist() == [1, 2, 2]
    assert got.complaint_attempt[:3].tolist() == [1, 1, 2]
    assert got.complaint_ms[3:].tolist() == [10_010] * 12
    assert got.complaint_line[3:].tolist() == sorted(got.complaint_line[3:].tolist())
    channels = []
    for line, attempt in ((1, 1), (2, 1), (2, 2)):
        family = drawn(Purpose.COMPLAINT_FAMILY, line, attempt)
        for k in range(1, 5):
            word, own = child_words(family[1], family[2], k)
            channels.append((word[0] * 3 >> 32, own[1], own[2], word[2] >> 31))
    # Channels tell the rows of a line apart.
    split = replace(tables, channel=(1 << 31, ALWAYS, ALWAYS), children=families(4, 4))
    got, _ = play(
        plan_of(FeedbackPlan(complaints=split), lines=3),
        Row(2, 0, attempt=2),
        Row(2, 0, attempt=1),
        Row(1, 0),
        Row(0, 0, outcome=0),
    )
    assert got.complaint_channel[3:].tolist() == [c for *_, c in sorted(channels)]


@pytest.mark.parametrize("feedback", [None, FeedbackPlan()])
def test_without_parts_nothing_follows_but_key_presses(
    play: Play, feedback: FeedbackPlan | None
) -> None:
    got, _ = play(plan_of(feedback), Row(0, 0, outcome=VOICEMAIL), Row(1, 5, outcome=8, key=True))
    assert objections(got) == [(15, 1, OptOutBy.KEY)]
    dtypes = {f.name: getattr(got, f.name) for f in fields(FeedbackResult)}
    assert {n: a.dtype.name for n, a in dtypes.items() if isinstance(a, np.ndarray)} == {
        "complaint_ms": "int64",
        "complaint_line": "int32",
        "complaint_attempt": "uint8",
        "complaint_kind": "uint8",
        "complaint_channel": "uint8",
        "complaint_generation": "uint16",
        "complaint_part": "uint8",
        "complaint_call_ms": "int64",
        "call_back_line": "int32",
        "call_back_attempt": "uint8",
        "call_back_first_ms": "int64",
        "call_back_last_ms": "int64",
        "call_back_tries": "uint8",
        "call_back_served": "bool",
        "call_back_handling_ms": "int32",
        "call_back_opted_out": "bool",
        "opt_out_ms": "int64",
        "opt_out_line": "int32",
        "opt_out_by": "uint8",
    }
    assert (got.stages, got.labelled, got.labelled_calls, got.reference_weight) == ((), (), 0, 0)


# ── Properties of any log ────────────────────────────────────────────────────────────────────────

shares = st.sampled_from([0, 1 << 30, 1 << 31, 3 << 30, ALWAYS])
LINES = 5


@st.composite
def campaigns(draw: st.DrawFn) -> tuple[Plan, tuple[Row, ...], tuple[int, ...]]:
    """A plan, a log with one call to a line at a time, and moments of control."""
    share = draw(shares)
    children = families(*draw(st.tuples(*[st.integers(0, 1)] * 4)))
    children[:, 1] = 3 << 30
    complaints = replace(
        COMPLAINTS,
        thresholds=np.full(SHAPE, draw(shares), dtype=np.uint32),
        blocked=np.full((2, 2), draw(shares), dtype=np.uint32),
        delay_s=draw(st.sampled_from([fixed(1), spread(1, 20)])),
        channel=(1 << 30, 1 << 31, 3 << 30),
        children=children,
        breeding_delay_s=draw(st.sampled_from([fixed(2), spread(1, 20)])),
        opts_out=draw(shares),
        horizon_ms=draw(st.integers(1, 30)) * 1_000,
    )
    calling_back = CallBackTables(
        gives_number=(True, draw(st.booleans())),
        share=draw(shares),
        delay=draw(st.sampled_from([fixed(1_000), spread(1, 3_000)])),
        handling=draw(st.sampled_from([fixed(1_000), spread(1, 9_000)])),
        opts_out=share,
        redials=draw(shares),
        redial_delay=draw(st.sampled_from([fixed(1_000), spread(1, 2_000)])),
        tries=draw(st.integers(1, 4)),
        lines=draw(st.integers(0, 3)),
    )
    plan = plan_of(
        FeedbackPlan(
            complaints=complaints,
            call_back=calling_back,
            regulator=REGULATOR,
            reputation=replace(REPUTATION, label_at=3_000),
        ),
        lines=LINES,
        numbers=3,
        hearing=fixed(1_000),
    )
    rows = []
    for line in range(LINES):
        now = 0
        for attempt in range(1, draw(st.integers(0, 3)) + 1):
            now += 1_000 * draw(st.integers(attempt > 1, 3))
            hold = 1_000 * draw(st.integers(1, 2))
            outcome = draw(st.sampled_from([VOICEMAIL, VOICEMAIL, *range(11)]))
            key = outcome >= Outcome.HEARD and draw(st.booleans())
            caller, posture = draw(st.integers(0, 2)), draw(st.integers(0, 1))
            rows.append(Row(line, now, hold, outcome, attempt, key, caller, posture))
            now += hold
    controls = tuple(sorted(draw(st.sets(st.integers(1, 30), max_size=4))))
    return plan, tuple(rows), tuple(1_000 * c for c in controls)


@settings(max_examples=150, deadline=None)
@given(campaigns())
def test_any_log(campaign: tuple[Plan, tuple[Row, ...], tuple[int, ...]]) -> None:
    plan, rows, moments = campaign
    at = tuple(control(moment) for moment in moments for control in (refresh, review, update))
    got, given_back = play_in("controls first", plan, *rows, at=at)
    for order in ORDERS[1:]:
        other, other_back = play_in(order, plan, *rows, at=at)
        assert tables_equal(got, other)
        assert given_back == other_back
    assert plan.feedback is not None
    complaints, tables = plan.feedback.complaints, plan.feedback.call_back
    assert complaints is not None
    assert tables is not None

    # Complaints.
    assert (got.complaint_ms < complaints.horizon_ms).all()
    first = {line: min(r.start for r in rows if r.line == line) for line in {r.line for r in rows}}
    for moment, line in zip(got.complaint_ms.tolist(), got.complaint_line.tolist(), strict=True):
        assert first[line] < moment
    contagion = got.complaint_kind == Kind.CONTAGION
    assert (contagion == (got.complaint_generation > 0)).all()
    assert (contagion == (got.complaint_attempt == 0)).all()

    # Call-backs: every try is served just where a line is free.
    served, lost = got.call_back_served, ~got.call_back_served
    assert served.sum() + lost.sum() == len(got.call_back_line)
    assert (got.call_back_tries[lost] <= tables.tries).all()
    assert (got.call_back_handling_ms[lost] == 0).all()
    assert not got.call_back_opted_out[lost].any()
    tries = []
    for line, attempt, moment, last, number, ok, handling, _ in inbound(got):
        for k in range(1, number + 1):
            tries.append((moment, line, attempt, k, ok and k == number, handling))
            word = drawn(Purpose.CALL_BACK_REDIAL, line, attempt, k)
            assert k == number or word[0] < tables.redials
            moment = moment if k == number else moment + tables.redial_delay.scalar(word[1])
        assert moment == last
    tries.sort()
    for i, (moment, *_, ok, _) in enumerate(tries):
        busy = sum(s and t + held > moment for t, _, _, _, s, held in tries[:i])
        assert busy <= tables.lines
        assert ok == (busy < tables.lines)

    # Objections, refreshes and reviews.
    assert (got.opt_out_by == OptOutBy.KEY).sum() == sum(r.key for r in rows)
    assert (got.opt_out_by == OptOutBy.CALL_BACK).sum() == got.call_back_opted_out.sum()
    learned = (got.opt_out_by == OptOutBy.COMPLAINT).sum()
    assert learned <= (got.complaint_channel <= Channel.OPERATOR).sum()
    given_lines: list[int] = []
    for moment, lines in zip(moments, given_back[::3], strict=True):
        before = (got.opt_out_ms < moment) & (got.opt_out_by != OptOutBy.KEY)
        assert not set(lines) & set(given_lines)
        given_lines += lines
        assert sorted(given_lines) == sorted(set(got.opt_out_line[before].tolist()))
    for moment, reports in zip(moments, given_back[1::3], strict=True):
        to_regulator = got.complaint_channel == Channel.REGULATOR
        assert reports == (to_regulator & (got.complaint_ms < moment)).sum()
    assert [m for m, _ in got.labelled] == list(moments)
