"""Feedback against a plain account of the same laws, event by event, on logs cut anywhere."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sim.behaviour.calling_back import CallBackTables
from sim.behaviour.complaining import ComplaintTables
from sim.behaviour.quantiles import QuantileTable, tabulate
from sim.behaviour.reputation import ReputationPlan
from sim.engine.fast.feedback import Feedback
from sim.engine.fast.inbound import Inbound
from sim.engine.plan.build import build_plan
from sim.engine.plan.feedback_build import build_feedback, review_moments
from sim.engine.plan.feedback_plan import FeedbackPlan, Reaction
from sim.engine.plan.plan import Calling, Plan
from sim.record.feedback import (
    Channel,
    FeedbackResult,
    Kind,
    OptOutBy,
)
from sim.record.log import COLUMNS, LogChunk, Outcome
from sim.scenario.regulator import Reviews
from sim.streams import Purpose
from sim.streams import philox_block as philox
from tests.worlds import plain

TICK = 500
"""Moments of the generated worlds are whole ticks, so that many coincide."""
LINES = 6
NOTHING = Reaction(0, 0, False)
philox_block = lru_cache(1 << 12)(philox)  # the account is told all over again at each look


# ── A plain account ──────────────────────────────────────────────────────────────────────────────


class Row(NamedTuple):
    """A row of the log, and what was in force at its start."""

    line: int
    attempt: int
    territory: int
    start: int
    end: int
    outcome: int
    opted_out: int
    caller: int
    posture: int
    labelled: bool


class Complaint(NamedTuple):
    """A complaint, in the order of the result's table."""

    moment: int
    line: int
    attempt: int
    a: int
    b: int
    kind: int
    channel: int
    generation: int
    part: int
    call_ms: int
    caller: int
    learns: int
    children: int


@dataclass
class Account:
    """What happens before a moment, from the rows that start before it."""

    complaints: list[Complaint]
    call_backs: list[tuple[int, int, int, int, int, bool, int, bool]]
    """First try, line, attempt, last try, tries, served, handling, opted out."""
    objections: list[tuple[int, int, int]]
    weight: int


def tell(plan: Plan, rows: list[Row], until: int) -> Account:
    """All over again from the start, in plain integers."""
    assert plan.feedback is not None
    pair = (plan.key.k0, plan.key.k1)

    def block(purpose: Purpose, entity: int, index: int, second: int = 0) -> tuple[int, ...]:
        return philox_block((entity, second, index, int(purpose)), pair)

    people = plan.population

    def standing(line: int, start: int) -> tuple[int, int]:
        consent = bool(people.consent[line])
        if people.consent_until_ms is not None:
            consent &= start + plan.start_utc_ms < int(people.consent_until_ms[line])
        return int(consent), int(bool(people.opposed[line]) or bool(people.registers[line]))

    tables, back = plan.feedback.complaints, plan.feedback.call_back
    told = Account([], [], [(r.end, r.line, OptOutBy.KEY) for r in rows if r.opted_out], 0)
    waiting: list[tuple[int, int, Any]] = []

    def announce(
        purpose: Purpose, family: Purpose, line: int, attempt: int, basis: int, kind: int,
        part: int = 0, call_ms: int = -1, caller: int = 0,
    ) -> None:  # fmt: skip
        assert tables is not None
        word, more = block(purpose, line, attempt), block(family, line, attempt)
        moment = basis + 1000 * tables.delay_s.scalar(word[1])
        channel = [word[2] < upto for upto in (*tables.channel, 1 << 32)].index(True)
        complaint = Complaint(
            moment, line, attempt, more[1], more[2], kind, channel, 0, part, call_ms, caller,
            word[3], more[0],
        )  # fmt: skip
        if moment < tables.horizon_ms:
            waiting.append((moment, 0, complaint))

    # Those who call back.
    tries: list[tuple[int, int, int, int, Row, int]] = []
    for row in rows:
        if back is not None and row.outcome == Outcome.MACHINE_VOICEMAIL:
            word = block(Purpose.VOICEMAIL, row.line, row.attempt)
            if back.gives_number[row.posture] and word[2] < back.share:
                first = row.end + back.delay.scalar(word[3])
                tries.append((first, row.line, row.attempt, 1, row, first))
    ends: list[int] = []
    while tries and back is not None:
        tries.sort()
        now, line, attempt, number, row, first = tries.pop(0)
        if now >= until:
            break
        ends = [end for end in ends if end > now]
        handling, leaves, *_ = block(Purpose.CALL_BACK, line, attempt)
        again, delay, *_ = block(Purpose.CALL_BACK_REDIAL, line, attempt, number)
        if len(ends) < back.lines:
            held, out = back.handling.scalar(handling), leaves < back.opts_out
            ends.append(now + held)
            told.call_backs.append((first, line, attempt, now, number, True, held, out))
            if out:
                told.objections.append((now + held, line, OptOutBy.CALL_BACK))
        elif number < back.tries and again < back.redials:
            at = now + back.redial_delay.scalar(delay)
            tries.append((at, line, attempt, number + 1, row, first))
        else:
            told.call_backs.append((first, line, attempt, now, number, False, 0, False))
            if tables is not None:
                word = block(Purpose.COMPLAINT_BLOCKED, line, attempt)
                if word[0] < tables.blocked[standing(line, row.start)]:
                    announce(
                        Purpose.COMPLAINT_BLOCKED, Purpose.COMPLAINT_BLOCKED_FAMILY, line, attempt,
                        now, Kind.BLOCKED,
                    )  # fmt: skip
    if tables is None:
        return told

    # Calls and complaints, in order of time; at one moment, complaints first.
    waiting += [(row.start, 1, row) for row in rows if row.start < until]
    while waiting:
        waiting.sort(key=lambda entry: entry[:2])
        now, _, what = waiting.pop(0)
        if now >= until:
            break
        if isinstance(what, Complaint):
            called = any(row.line == what.line and row.start < now for row in rows)
            if what.kind == Kind.CONTAGION and not called:
                continue
            told.complaints.append(what)
            heeded = what.channel in (Channel.REGULATOR, Channel.OPERATOR)
            if heeded and what.learns < tables.opts_out:
                told.objections.append((now, what.line, OptOutBy.COMPLAINT))
            for birth in range(1, int((tables.children[what.channel] <= what.children).sum()) + 1):
                child = philox_block((what.a, what.b, birth, Purpose.COMPLAINT_CHILD), pair)
                more = philox_block((what.a, what.b, birth, Purpose.COMPLAINT_CHILD_FAMILY), pair)
                moment = now + 1000 * tables.breeding_delay_s.scalar(child[1])
                channel = [child[2] < upto for upto in (*tables.channel, 1 << 32)].index(True)
                if moment < tables.horizon_ms:
                    further = Complaint(
                        moment, child[0] * people.lines >> 32, 0, more[1], more[2], Kind.CONTAGION,
                        channel, what.generation + 1, 0, -1, 0, child[3], more[0],
                    )  # fmt: skip
                    waiting.append((moment, 0, further))
            continue
        row = what
        basis = row.end
        if row.outcome in (Outcome.INVALID, Outcome.BUSY):
            continue
        if row.outcome == Outcome.MACHINE_VOICEMAIL:
            heard, delay, *_ = block(Purpose.VOICEMAIL, row.line, row.attempt)
            if heard >= plan.tables.heard:
                continue
            kind, basis = Kind.VOICEMAIL, row.end + plan.tables.hearing_delay.scalar(delay)
        elif row.outcome in (
            Outcome.NO_ANSWER, Outcome.MACHINE, Outcome.MACHINE_TAKEN_FOR_HUMAN
        ):  # fmt: skip
            kind = Kind.UNANSWERED
        else:
            kind = Kind.LIVE
        clock = plan.calling[row.territory]
        quarter = [
            q for at, q in zip(clock.row_from_ms, clock.row, strict=True) if at <= row.start
        ][-1]
        part = int(tables.part[quarter])
        silent = any(a <= basis < b for a, b in tables.silence_ms[row.territory].tolist())
        objected = any(m <= row.start and line == row.line for m, line, _ in told.objections)
        chance = [
            int(
                tables.thresholds[
                    kind, *standing(row.line, row.start), part, int(row.attempt > 1), after,
                    int(tables.objection_first[row.posture]), int(silent), int(row.labelled),
                ]
            )
            for after in (0, 1)
        ]  # fmt: skip
        told.weight += chance[0]
        if block(Purpose.COMPLAINT, row.line, row.attempt)[0] < chance[objected]:
            announce(
                Purpose.COMPLAINT, Purpose.COMPLAINT_FAMILY, row.line, row.attempt, basis, kind,
                part, row.start, row.caller,
            )  # fmt: skip
    return told


def burdens_of(plan: Plan, rows: list[Row], moments: list[int], now: int) -> list[int]:
    """Burdens of caller numbers after an update, from all updates up to then."""
    assert plan.feedback is not None
    reputation = plan.feedback.reputation
    assert reputation is not None
    complaints = tell(plan, [row for row in rows if row.start < now], now).complaints
    limits = plan.live_thresholds_ms
    burden = [0] * plan.numbers
    for since, at in zip([0, *moments], moments, strict=False):
        if at > now:
            break
        for number in range(plan.numbers):
            ended = [r for r in rows if since <= r.end < at and r.caller == number]
            short = 0
            for row in ended:
                passed = limits[: max(row.outcome - Outcome.HEARD, 0)]
                person = row.outcome >= Outcome.HUMAN_TAKEN_FOR_MACHINE
                short += person and not any(limit >= 6_000 for limit in passed)
            reports = sum(
                c.generation == 0 and c.kind != Kind.BLOCKED and c.caller == number
                for c in complaints
                if since <= c.moment < at
            )
            burden[number] = (
                (burden[number] * reputation.retain >> 16)
                + max(0, 1000 * len(ended) - reputation.allowed)
                + short * reputation.short_call
                + reports * reputation.report
            )
    return burden


# ── Generated worlds and logs ────────────────────────────────────────────────────────────────────


@cache
def base_plan() -> Plan:
    return build_plan(
        plain(world={"lines": LINES, "voicemail": {"heard": 0.7}}, message={"voicemail": "20 s"}),
        "only",
    )


def ticks(rng: np.random.Generator, most: int, unit: int = TICK) -> QuantileTable:
    """Durations of one to some ticks."""
    top = int(rng.integers(1, most + 1))
    return tabulate(lambda p: unit * np.ceil(p * top))


def chances(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    return rng.integers(0, 2**32, shape, dtype=np.uint32)


def chance(rng: np.random.Generator) -> int:
    return int(rng.integers(0, 2**32))


def children_table(rng: np.random.Generator) -> Any:
    """None to two further complaints, and now and then none ever."""
    table = np.full((4, 256), 2**32 - 1, dtype=np.uint32)
    if rng.random() < 0.8:
        table[:, :2] = np.sort(chances(rng, (4, 2)) // np.uint32(2) + np.uint32(2**31), axis=1)
    return table


def moments(rng: np.random.Generator, most: int, span: int) -> list[int]:
    found = rng.integers(1, span // TICK + 1, int(rng.integers(0, most + 1))) * TICK
    return sorted({int(m) for m in found})


def generated(rng: np.random.Generator) -> tuple[Plan, int]:
    """A plan with everything, or some of it, and the span of its log."""
    span = int(rng.integers(4, 60)) * TICK
    base = base_plan()
    numbers = int(rng.integers(1, 4))
    territories = 2
    calling = []
    for _ in range(territories):
        change = [0, *moments(rng, 4, span)]
        quarter = rng.integers(0, 672, len(change)).astype(np.int16)
        calling.append(Calling(np.array([[0, span]]), span, np.array(change), quarter))
    silence = tuple(
        np.array(moments(rng, 4, 2 * span)[: 2 * int(rng.integers(0, 3))], dtype=np.int64)
        for _ in range(territories)
    )
    for each in silence:
        if len(each) and each[0] % (2 * TICK) == 0:
            each[0] = -TICK  # before the campaign, as -1 is, which stands for a message never heard
    upto = np.sort(chances(rng, (3,))).tolist()
    complaints = ComplaintTables(
        thresholds=chances(rng, (3, 2, 2, 3, 2, 2, 2, 2, 2)),
        blocked=chances(rng, (2, 2)),
        part=rng.integers(0, 3, 672).astype(np.uint8),
        silence_ms=tuple(s[: len(s) // 2 * 2].reshape(-1, 2) for s in silence),
        objection_first=(False, True),
        delay_s=ticks(rng, 8, 1),
        channel=(upto[0], upto[1], upto[2]),
        children=children_table(rng),
        breeding_delay_s=ticks(rng, 8, 1),
        opts_out=chance(rng),
        horizon_ms=int(rng.integers(span // 2, 3 * span)) // TICK * TICK,
    )
    call_back = CallBackTables(
        gives_number=(True, bool(rng.integers(0, 2))),
        share=chance(rng) // 2 + 2**31,
        delay=ticks(rng, 6),
        handling=ticks(rng, 12),
        opts_out=chance(rng),
        redials=chance(rng),
        redial_delay=ticks(rng, 4),
        tries=int(rng.integers(1, 5)),
        lines=int(rng.integers(0, 3)),
    )
    reputation = ReputationPlan(
        update_ms=tuple(moments(rng, 4, span)),
        allowed=int(rng.integers(0, 3_000)),
        short_call=int(rng.integers(0, 3_000)),
        report=int(rng.integers(0, 5_000)),
        label_at=int(rng.integers(1, 6_000)),
        retain=int(rng.integers(0, 65_537)),
    )
    some = rng.random(3) < 0.85
    if not some[2]:
        numbers = 1
    people = base.population
    dated = rng.random() < 0.5
    population = replace(
        people,
        territory=rng.integers(0, territories, LINES).astype(np.uint8),
        consent=rng.integers(0, 2, LINES).astype(np.uint8),
        opposed=rng.integers(0, 2, LINES).astype(np.uint8),
        registers=(rng.integers(0, 2, LINES) * 2).astype(np.uint8),
        consent_until_ms=base.start_utc_ms + rng.integers(0, span // TICK, LINES) * TICK
        if dated
        else None,
    )
    plan = replace(
        base,
        population=population,
        calling=tuple(calling),
        numbers=numbers,
        tables=replace(base.tables, hearing_delay=ticks(rng, 8)),
        live_thresholds_ms=(3_000, 6_000, 19_000, 30_000),
        feedback=FeedbackPlan(
            complaints=complaints if some[0] else None,
            call_back=call_back if some[1] else None,
            reputation=reputation if some[2] else None,
        ),
    )
    return plan, span


def rows_of(rng: np.random.Generator, plan: Plan, span: int) -> list[Row]:
    """A log in order of starts, without what is decided while it is made."""
    n = int(rng.integers(0, 40))
    rows: list[Row] = []
    for start in np.sort(rng.integers(0, span // TICK, n) * TICK).tolist():
        line = int(rng.integers(0, LINES))
        attempt = 1 + sum(row.line == line for row in rows)
        outcome = int(rng.choice([0, 1, 2, 3, 4, 4, 4, 5, 6, 7, 8, 9, 10, 11, 12]))
        hold = int(rng.integers(1, 8)) * TICK
        pressed = int(outcome >= Outcome.HUMAN_AT_GATE and rng.random() < 0.2)
        territory, caller = int(plan.population.territory[line]), int(rng.integers(0, plan.numbers))
        end = start + hold
        rows.append(Row(line, attempt, territory, start, end, outcome, pressed, caller, 0, False))
    return rows


def chunk_of(first: int, rows: list[Row]) -> LogChunk:
    columns = {
        "line": [r.line for r in rows],
        "attempt": [r.attempt for r in rows],
        "territory": [r.territory for r in rows],
        "start_ms": [r.start for r in rows],
        "hold_ms": [r.end - r.start for r in rows],
        "outcome": [r.outcome for r in rows],
        "opted_out": [r.opted_out for r in rows],
        "caller": [r.caller for r in rows],
    }
    return LogChunk(first, **{name: np.array(columns[name], dt) for name, dt in COLUMNS.items()})


def assert_same(found: FeedbackResult, told: Account) -> None:
    complaints = list(
        zip(
            found.complaint_ms.tolist(), found.complaint_line.tolist(),
            found.complaint_attempt.tolist(), found.complaint_kind.tolist(),
            found.complaint_channel.tolist(), found.complaint_generation.tolist(),
            found.complaint_part.tolist(), found.complaint_call_ms.tolist(), strict=True,
        )
    )  # fmt: skip
    assert complaints == [
        (c.moment, c.line, c.attempt, c.kind, c.channel, c.generation, c.part, c.call_ms)
        for c in sorted(told.complaints)
    ]
    call_backs = list(
        zip(
            found.call_back_first_ms.tolist(), found.call_back_line.tolist(),
            found.call_back_attempt.tolist(), found.call_back_last_ms.tolist(),
            found.call_back_tries.tolist(), found.call_back_served.tolist(),
            found.call_back_handling_ms.tolist(), found.call_back_opted_out.tolist(), strict=True,
        )
    )  # fmt: skip
    assert call_backs == sorted(told.call_backs)
    opt_outs = zip(
        found.opt_out_ms.tolist(), found.opt_out_line.tolist(), found.opt_out_by.tolist(),
        strict=True,
    )  # fmt: skip
    assert list(opt_outs) == sorted((m, line, int(by)) for m, line, by in told.objections)
    assert found.reference_weight == told.weight


FOREVER = 1 << 50


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32 - 1))
@example(0)
def test_equals_a_plain_account(seed: int) -> None:
    account(seed)


@pytest.mark.parametrize("begin", [0, 100])
def test_a_hundred_worlds_equal_a_plain_account(begin: int) -> None:
    """The same each time, and the first that differs is told: by it mutants are killed."""
    for seed in range(begin, begin + 100):
        account(seed)


@pytest.mark.verify
@settings(max_examples=5_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32 - 1))
def test_equals_a_plain_account_thousands_of_times(seed: int) -> None:
    account(seed)


def account(seed: int) -> None:
    """Any log, cut into any chunks, with any moments at which somebody looks."""
    rng = np.random.default_rng(seed)
    plan, span = generated(rng)
    assert plan.feedback is not None
    reputation = plan.feedback.reputation
    updates = list(reputation.update_ms) if reputation else []
    refreshes, reviews, looks = (moments(rng, 3, span) for _ in range(3))
    registration = int(rng.integers(0, 4)) * TICK
    controls = sorted({*updates, *refreshes, *reviews})
    rows = rows_of(rng, plan, span)
    feedback = Feedback(plan)
    labelled, posture, done = [False] * plan.numbers, 0, 0
    given: set[int] = set()
    expected_labels: list[tuple[int, int]] = []

    def hand_over(before: int) -> None:
        """Add the rows that start before a moment, in chunks of any size, some of them empty."""
        nonlocal done
        stop = max(done, sum(row.start < before for row in rows))
        for at in range(done, stop):
            rows[at] = rows[at]._replace(posture=posture, labelled=labelled[rows[at].caller])
        cuts = sorted(rng.integers(done, stop + 1, int(rng.integers(0, 4))).tolist())
        for first, last in zip([done, *cuts], [*cuts, stop], strict=True):
            feedback.add(chunk_of(first, rows[first:last]), posture)
        done = stop

    for moment in sorted({*controls, *looks}):
        if moment not in controls:
            later = min((c for c in controls if c > moment), default=FOREVER)
            hand_over(min(moment + int(rng.integers(0, 5)) * TICK, later))
            feedback.advance(moment)
            continue
        hand_over(moment)
        feedback.advance(moment)
        told = tell(plan, rows[:done], moment)
        if moment in refreshes:
            lines = {line for m, line, by in told.objections if by != OptOutBy.KEY and m < moment}
            assert feedback.objections(moment).tolist() == sorted(lines - given)
            given |= lines
        if moment in reviews:
            counted = moment - registration
            reports = sum(
                c.channel == Channel.REGULATOR and c.moment < counted for c in told.complaints
            )
            assert feedback.reports(counted) == reports
            feedback.step(moment, 1, reports)
            posture = int(rng.integers(0, 2))
        if moment in updates:
            assert reputation is not None
            burden = burdens_of(plan, rows[:done], updates, moment)
            labelled = [b >= reputation.label_at for b in burden]
            assert feedback.update_labels(moment).tolist() == labelled
            expected_labels.append((moment, sum(labelled)))
    hand_over(FOREVER)
    found = feedback.finish()
    assert_same(found, tell(plan, rows, FOREVER))
    assert found.labelled == tuple(expected_labels)
    assert found.labelled_calls == sum(row.labelled for row in rows if reputation)
    assert [step[0] for step in found.stages] == reviews


def test_the_generated_worlds_mix_everything() -> None:
    """What the property rests on: each kind of event comes up in some of 150 worlds."""
    kinds: set[int] = set()
    generations: set[int] = set()
    means: set[int] = set()
    lost = 0
    for seed in range(150):
        rng = np.random.default_rng(seed)
        plan, span = generated(rng)
        told = tell(plan, rows_of(rng, plan, span), FOREVER)
        kinds |= {c.kind for c in told.complaints}
        generations |= {c.generation for c in told.complaints}
        means |= {by for _, _, by in told.objections}
        lost += sum(not served for *_, served, _, _ in told.call_backs)
    assert kinds == set(Kind)
    assert {0, 1, 2, 3} <= generations
    assert means == set(OptOutBy)
    assert lost > 100


# ── Moments at which things meet ─────────────────────────────────────────────────────────────────


def certain(**changes: Any) -> ComplaintTables:
    """Everybody complains of every call, one second later, to the regulator."""
    one_second = tabulate(lambda p: np.ones_like(p))
    defaults: dict[str, Any] = {
        "thresholds": np.full((3, 2, 2, 3, 2, 2, 2, 2, 2), 2**32 - 1, dtype=np.uint32),
        "blocked": np.full((2, 2), 2**32 - 1, dtype=np.uint32),
        "part": np.zeros(672, dtype=np.uint8),
        "silence_ms": (np.empty((0, 2), dtype=np.int64),),
        "objection_first": (False,),
        "delay_s": one_second,
        "channel": (2**32 - 1,) * 3,
        "children": np.full((4, 256), 2**32 - 1, dtype=np.uint32),
        "breeding_delay_s": one_second,
        "opts_out": 2**32 - 1,
        "horizon_ms": FOREVER,
    }
    return ComplaintTables(**{**defaults, **changes})


def call(line: int, attempt: int, start: int, hold: int, outcome: int = 8, caller: int = 0) -> Row:
    return Row(line, attempt, 0, start, start + hold, outcome, 0, caller, 0, False)


def only_after_an_opt_out() -> Any:
    table = np.zeros((3, 2, 2, 3, 2, 2, 2, 2, 2), dtype=np.uint32)
    table[:, :, :, :, 0] = 2**32 - 1  # a first attempt
    table[:, :, :, :, 1, 1] = 2**32 - 1  # a later one, after an opt-out
    return table


@pytest.mark.parametrize(("start", "complains"), [(2_999, False), (3_000, True)])
def test_an_objection_holds_at_its_own_moment(start: int, complains: bool) -> None:
    tables = certain(thresholds=only_after_an_opt_out())
    plan = replace(base_plan(), feedback=FeedbackPlan(complaints=tables))
    rows = [call(0, 1, 0, 2_000), call(0, 2, start, 10)]  # the first complaint comes at 3,000
    feedback = Feedback(plan)
    feedback.add(chunk_of(0, rows), 0)
    assert feedback.finish().complaint_ms.tolist() == [3_000] + [start + 1_010] * complains


def test_a_complaint_at_the_moment_of_a_control_event_waits_for_the_next() -> None:
    plan = replace(base_plan(), feedback=FeedbackPlan(complaints=certain()))
    feedback = Feedback(plan)
    feedback.add(chunk_of(0, [call(3, 1, 0, 2_000)]), 0)
    feedback.advance(3_000)
    assert feedback.reports(3_000) == 0
    assert feedback.objections(3_000).tolist() == []
    feedback.advance(3_001)
    assert feedback.reports(3_001) == 1
    assert feedback.objections(3_001).tolist() == [3]
    assert feedback.objections(9_000).tolist() == []


@pytest.mark.parametrize(("horizon", "complaints"), [(3_000, 0), (3_001, 1)])
def test_a_complaint_at_the_horizon_does_not_exist(horizon: int, complaints: int) -> None:
    plan = replace(base_plan(), feedback=FeedbackPlan(complaints=certain(horizon_ms=horizon)))
    feedback = Feedback(plan)
    feedback.add(chunk_of(0, [call(3, 1, 0, 2_000)]), 0)
    assert len(feedback.finish().complaint_ms) == complaints


@pytest.mark.parametrize(("start", "born"), [(3_999, 1), (4_000, 0)])
def test_a_descendant_was_called_strictly_before(start: int, born: int) -> None:
    """A complaint at 3,000 breeds one at 4,000; the only line that may make it is called then."""
    bred = certain().children.copy()
    bred[:, 0] = 0
    # A call to a number that is not in service is no cause of complaint, but it is a call.
    base = base_plan()
    whose = {line: first_child_line(base, line) for line in range(LINES)}
    parent, other = next((p, c) for p, c in whose.items() if c != p)
    plan = replace(base, feedback=FeedbackPlan(complaints=certain(children=bred, horizon_ms=4_001)))
    feedback = Feedback(plan)
    feedback.add(chunk_of(0, [call(parent, 1, 0, 2_000), call(other, 1, start, 10, outcome=0)]), 0)
    assert feedback.finish().complaint_line.tolist() == [parent] + [other] * born


def first_child_line(plan: Plan, line: int) -> int:
    """Whose line is the first child's of a complaint about a line's first call."""
    pair = (plan.key.k0, plan.key.k1)
    _, a, b, _ = philox_block((line, 0, 1, Purpose.COMPLAINT_FAMILY), pair)
    return philox_block((a, b, 1, Purpose.COMPLAINT_CHILD), pair)[0] * LINES >> 32


def test_an_update_of_labels_that_is_not_due_is_refused() -> None:
    reputation = ReputationPlan((1_000, 2_000), 0, 0, 0, 1, 65_536)
    feedback = Feedback(replace(base_plan(), feedback=FeedbackPlan(reputation=reputation)))
    feedback.update_labels(1_000)
    with pytest.raises(ValueError, match="no update"):
        feedback.update_labels(1_000)
    feedback.update_labels(2_000)
    with pytest.raises(ValueError, match="no update"):
        feedback.update_labels(3_000)


def test_a_call_counts_for_the_interval_in_which_it_ends() -> None:
    """Ends at 999 and 1,000 fall on both sides of an update at 1,000."""
    reputation = ReputationPlan((1_000, 2_000, 3_000), 0, 0, 0, 2_000, 0)
    plan = replace(base_plan(), numbers=2, feedback=FeedbackPlan(reputation=reputation))
    feedback = Feedback(plan)
    rows = [call(0, 1, 0, 999, 0), call(1, 1, 0, 1_000, 0), call(2, 1, 0, 1_500, 0),
            call(3, 1, 0, 999, 0, 1), call(4, 1, 0, 998, 0, 1)]  # fmt: skip
    feedback.add(chunk_of(0, rows), 0)
    assert feedback.update_labels(1_000).tolist() == [False, True]
    assert feedback.update_labels(2_000).tolist() == [True, False]
    assert feedback.update_labels(3_000).tolist() == [False, False]
    assert feedback.finish().labelled == ((1_000, 1), (2_000, 1), (3_000, 0))


def test_a_line_is_free_at_the_moment_a_handling_ends() -> None:
    """Handling of 1,000 ms on one line: a try at its end is served, one a ms before is blocked."""
    one = tabulate(lambda p: np.full_like(p, 1_000))
    tables = CallBackTables((True,), 2**32 - 1, one, one, 0, 0, one, 1, 1)
    inbound = Inbound(tables, base_plan().key)
    line, attempt = np.arange(4, dtype=np.int32), np.ones(4, dtype=np.uint8)
    first = np.array([0, 999, 1_000, 1_000])
    inbound.add(line, attempt, first, attempt)
    assert inbound.advance(1_000).tolist() == [0, 1]
    assert inbound.advance(1_001).tolist() == [2, 3]  # at one moment the smaller line comes first
    assert inbound.callers.fate[:4].tolist() == [1, 2, 1, 2]


# ── From a scenario ──────────────────────────────────────────────────────────────────────────────


def test_no_plan_where_nothing_acts_back() -> None:
    scenario = plain()
    strategy = scenario.strategies["only"]
    nothing = (NOTHING,) * 3
    assert build_feedback(scenario, strategy, (), 0, 10, (False,), (False,), nothing) is None


def test_refreshes_come_before_the_cutoff() -> None:
    scenario = plain(suppression={"refresh": "1 min"})
    strategy = scenario.strategies["only"]
    found = [
        build_feedback(scenario, strategy, (), 0, cutoff, (False,), (False,), (NOTHING,) * 3)
        for cutoff in (120_000, 120_001)
    ]
    assert [plan.refresh_ms for plan in found if plan] == [(60_000,), (60_000, 120_000)]


def reviews(**keys: Any) -> Reviews:
    return Reviews.model_validate({"timezone": "Europe/Paris", "days": "all", "at": "09:00"} | keys)


def test_reviews_follow_the_regulators_clock() -> None:
    """Paris, last days of March 2017: the clock goes forward on Sunday the 26th at 2:00."""
    start = utc("2017-03-25 00:00")
    found = review_moments(reviews(), start, 3 * 86_400_000)
    assert [as_utc(start + m) for m in found] == [
        "2017-03-25 08:00", "2017-03-26 07:00", "2017-03-27 07:00",
    ]  # fmt: skip
    weekdays = review_moments(reviews(days="mon-fri"), start, 3 * 86_400_000)
    assert [as_utc(start + m) for m in weekdays] == ["2017-03-27 07:00"]


def test_a_review_at_the_start_is_none_and_one_at_the_end_is() -> None:
    start = utc("2017-04-18 07:00")  # 09:00 in Paris
    assert review_moments(reviews(), start, 86_400_000) == (86_400_000,)
    assert review_moments(reviews(), start, 86_399_999) == ()
    midnight = utc("2017-04-18 22:00")  # 24:00 on the 18th in Paris
    assert review_moments(reviews(at="24:00"), midnight - 1, 10) == (1,)


def utc(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp()) * 1000


def as_utc(moment: int) -> str:
    return f"{dt.datetime.fromtimestamp(moment / 1000, tz=dt.UTC):%Y-%m-%d %H:%M}"
