"""The tally against numbers worked out by hand, and against a slow count of random logs."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from sim.engine.plan.plan import Calling, Step
from sim.errors import LedgerError
from sim.measure.chapters.money import MoneyTotals, cost
from sim.measure.findings import find
from sim.measure.ledger import balance
from sim.measure.metrics import compute
from sim.measure.tally import Tally
from sim.record.log import Outcome
from tests import hand_built as hand
from tests.hand_built import BIN

HEARD_6, HEARD_30, HEARD_60 = Outcome.HEARD + 1, Outcome.HEARD + 3, Outcome.HEARD + 4


def never(line, attempt):
    return np.zeros(len(line), dtype=bool), np.zeros(len(line), dtype=np.int64)


def after(delays):
    """Messages are heard after the delay of (line, attempt); absent ones never."""

    def hearing(line, attempt):
        found = [delays.get((int(a), int(b))) for a, b in zip(line, attempt, strict=True)]
        heard = np.array([d is not None for d in found])
        return heard, np.array([d or 0 for d in found], dtype=np.int64)

    return hearing


def results(plan, chunk, *, hearing=never, size=None, territories=("main",), **overrides):
    left = overrides.get("reached_when", {}).get("voicemail") == "left"
    tally = Tally(plan, hearing=hearing, track_left=left)
    for part in hand.split(chunk, size or len(chunk)):
        tally.add(part)
    scenario = hand.scenario(territories=territories, **overrides)
    attempts = hand.attempts_of(chunk, plan.population.lines)
    found = find(tally, attempts, scenario, "as-run")
    balance(found)
    return found


# Ten lines; every outcome once or more; line 3 three times, twice inside one chunk.
PEOPLE = hand.population([0] * 10, voters=[1, 2, 3, 2, 2, 1, 2, 2, 1, 1], shared=[1] * 5 + [0] * 5)
ROWS = [
    (0, 1, 0, 5_000, Outcome.INVALID),
    (1, 1, 500, 4_000, Outcome.BUSY),
    (2, 1, 1_000, 60_000, Outcome.MACHINE_VOICEMAIL),
    (3, 1, 1_500, 25_000, Outcome.NO_ANSWER),
    (3, 2, 100_000, 70_000, Outcome.MACHINE_VOICEMAIL),
    (4, 1, BIN - 10_000, 100_000, HEARD_60),
    (5, 1, BIN, 30_000, Outcome.HUMAN_AT_GATE),
    (6, 1, BIN + 1, 40_000, Outcome.MACHINE_TAKEN_FOR_HUMAN),
    (3, 3, BIN + 5_000, 65_000, HEARD_30),
    (7, 1, 2 * BIN, 2 * BIN + 1, HEARD_6),
    (8, 1, 4 * BIN - 1, 20_000, Outcome.HUMAN_TAKEN_FOR_MACHINE),
]
LOG = hand.log(ROWS, PEOPLE)
HEARING = after({(2, 1): 1_000, (3, 2): 5 * BIN})  # one at once, one after the cutoff


@pytest.mark.parametrize("size", [1, 2, 3, 11])
def test_every_number_of_a_small_log(size):
    plan = hand.plan(PEOPLE)
    found = results(plan, LOG, hearing=HEARING, size=size)
    totals = hand.counts(found.totals)
    assert totals.dispositions == (1, 1, 1, 3, 5, 0)
    assert totals.lines_on_list == 10
    assert totals.lines_dialled == 9
    assert totals.lines_undialled == 1
    assert totals.lines_connected == 7  # 2 3 4 5 6 7 8
    assert totals.lines_gate_passed == 3  # 4 3 7
    assert totals.lines_delivered_live == 2  # 4 and 3
    assert totals.lines_live == (3, 2, 2, 1)
    assert totals.lines_with_voicemail == 2
    assert totals.voicemails_left == 2
    assert totals.lines_voicemail_heard == 2
    assert totals.lines_voicemail_heard_before_cutoff == 1
    assert totals.lines_reached == 3  # 2 by voicemail, 3 by both, 4 live
    assert totals.people_reached == 3 + 2 + 1  # all three of 2, both of 3, one of 4
    assert totals.people_reached_live == 2
    assert totals.people_reached_by_cutoff == 3 + 1 + 1  # line 3 counts live only by then
    assert totals.hold_ms == sum(row[3] for row in ROWS)
    assert totals.in_progress_at_cutoff == 2  # the last two
    assert totals.list_done_ms is None
    # Until the cutoff: all but what runs past it.
    assert totals.busy_ms == totals.hold_ms - 1 - 19_999
    assert totals.first_human == 4


def test_timeline_of_the_small_log():
    timeline = results(hand.plan(PEOPLE), LOG, hearing=HEARING).blocks["timeline"]
    assert timeline["attempts"].tolist() == [6, 3, 1, 1, 0]
    # Line 4's call splits 10 s / 90 s; line 7's fills bins 2 and 3 and 1 ms of bin 4.
    first = 5_000 + 4_000 + 60_000 + 25_000 + 70_000 + 10_000
    assert timeline["channel_ms"].tolist() == [
        first,
        90_000 + 30_000 + 40_000 + 65_000,
        BIN,
        BIN + 1,
        1 + 19_999,
    ]
    # At its first moment bin 1 finds line 4's call; bins 3 and 4 find line 7's, 4 also line 8's.
    assert timeline["in_progress"].tolist() == [0, 1, 0, 1, 2]
    assert timeline["lines_dialled_cum"].tolist() == [5, 7, 8, 9, 9]
    assert timeline["lines_connected_cum"].tolist() == [3, 5, 6, 7, 7]
    assert timeline["lines_delivered_live_cum"].tolist() == [1, 2, 2, 2, 2]
    assert timeline["lines_with_voicemail_cum"].tolist() == [2, 2, 2, 2, 2]
    assert timeline["lines_voicemail_heard_cum"].tolist() == [1, 1, 1, 1, 1]
    assert timeline["lines_reached_cum"].tolist() == [2, 3, 3, 3, 3]
    assert timeline["people_reached_cum"].tolist() == [4, 5, 5, 5, 5]  # line 3's second hears later
    assert timeline["gate_passed"].tolist() == [1, 1, 1, 0, 0]
    assert timeline["delivered_live"].tolist() == [1, 1, 0, 0, 0]
    assert timeline["voicemails_left"].tolist() == [2, 0, 0, 0, 0]
    assert timeline["available_channel_ms"].tolist() == [10 * BIN] * 4 + [0]
    assert str(timeline["bin_start_utc"][0]) == "2017-04-18T07:30:00.000"


def test_attempts_and_hours_of_the_small_log():
    found = results(hand.plan(PEOPLE), LOG, hearing=HEARING)
    attempts = found.blocks["attempts"]
    assert attempts["attempts"].tolist() == [9, 1, 1]
    assert attempts["human"].tolist() == [4, 0, 1]
    assert attempts["newly_connected"].tolist() == [6, 1, 0]
    assert attempts["newly_delivered_live"].tolist() == [1, 0, 1]
    answering = found.blocks["answering"]
    tuesday = 24
    # The clock starts at Tuesday 09:30: two quarters to ten.
    assert answering["attempts"][tuesday + 9] == 9
    assert answering["attempts"][tuesday + 10] == 2
    assert answering["attempts"].sum() == 11
    assert answering["first_attempts"][tuesday + 9] == 7
    assert answering["first_human"][tuesday + 9] == 2
    assert answering["weekday"][tuesday + 9] == 1
    assert answering["hour"][tuesday + 9] == 9


@pytest.mark.parametrize(
    ("rule", "lines", "people", "by_cutoff"),
    [("heard", 3, 6, 5), ("left", 3, 6, 6), ("never", 2, 2, 2)],
)
def test_what_voicemail_counts_for(rule, lines, people, by_cutoff):
    found = results(hand.plan(PEOPLE), LOG, hearing=HEARING, reached_when={"voicemail": rule})
    totals = hand.counts(found.totals)
    assert totals.lines_reached == lines
    assert totals.people_reached == people
    assert totals.people_reached_by_cutoff == by_cutoff
    assert totals.lines_voicemail_heard == 2


def test_left_counts_in_the_bin_of_the_call():
    found = results(hand.plan(PEOPLE), LOG, hearing=HEARING, reached_when={"voicemail": "left"})
    assert found.blocks["timeline"]["people_reached_cum"].tolist() == [6, 6, 6, 6, 6]


def test_a_line_without_voters_reaches_nobody():
    people = hand.population([0, 0], voters=[0, 0], shared=[1, 0])
    chunk = hand.log(
        [(0, 1, 0, 50_000, HEARD_30), (1, 1, 1, 50_000, Outcome.MACHINE_VOICEMAIL)], people
    )
    totals = hand.counts(results(hand.plan(people), chunk, hearing=after({(1, 1): 5})).totals)
    assert totals.lines_reached == 2
    assert totals.people_reached == 0


@pytest.mark.parametrize(
    ("voters", "shared", "live_at", "heard_at", "people"),
    [
        (3, 1, 0, BIN, [1, 3]),  # one of three live, then all: never four
        (3, 1, BIN, 0, [3, 3]),
        (3, 0, 0, BIN, [1, 1]),  # the same one twice
        (1, 1, BIN, 0, [1, 1]),
        (0, 1, 0, BIN, [0, 0]),
    ],
)
def test_a_line_in_both_chains_counts_the_greater_of_the_two(
    voters, shared, live_at, heard_at, people
):
    """One call delivers live, one leaves a message that is heard 10 s after its end."""
    who = hand.population([0], voters=[voters], shared=[shared])
    kinds = {live_at: HEARD_60, heard_at: Outcome.MACHINE_VOICEMAIL}
    rows = [(0, k + 1, at, 60_000, kinds[at]) for k, at in enumerate(sorted(kinds))]
    message = 1 + sorted(kinds).index(heard_at)
    chunk = hand.log(rows, who)
    tally = Tally(hand.plan(who), hearing=after({(0, message): 10_000}))
    tally.add(chunk)
    found = find(tally, hand.attempts_of(chunk, 1), hand.scenario(), "as-run")
    assert found.blocks["timeline"]["people_reached_cum"].tolist()[:2] == people
    totals = hand.counts(found.totals)
    assert totals.people_reached == totals.people_reached_by_cutoff == people[-1]
    assert totals.people_reached_live == min(1, voters)


def test_a_voicemail_not_shared_reaches_one_voter():
    people = hand.population([0], voters=[3], shared=[0])
    chunk = hand.log([(0, 1, 0, 50_000, Outcome.MACHINE_VOICEMAIL)], people)
    found = results(hand.plan(people), chunk, hearing=after({(0, 1): 5}))
    assert hand.counts(found.totals).people_reached == 1


def test_hearing_exactly_at_the_cutoff_is_after_it():
    people = hand.population([0, 0])
    chunk = hand.log(
        [(0, 1, 0, 1_000, Outcome.MACHINE_VOICEMAIL), (1, 1, 1, 1_000, Outcome.MACHINE_VOICEMAIL)],
        people,
    )
    hearing = after({(0, 1): 4 * BIN - 1_000, (1, 1): 4 * BIN - 1_002})
    totals = hand.counts(results(hand.plan(people), chunk, hearing=hearing).totals)
    assert totals.lines_voicemail_heard == 2
    assert totals.lines_voicemail_heard_before_cutoff == 1


@pytest.mark.parametrize("size", [1, 2, 5])
def test_occupancy_ends_when_the_list_is_done(size):
    """Two channels; the last fresh line is dialled at 10 s while a call still has 5 s to run."""
    people = hand.population([0, 0, 0])
    chunk = hand.log(
        [
            (0, 1, 0, 15_000, Outcome.NO_ANSWER),
            (1, 1, 2_000, 6_000, Outcome.NO_ANSWER),
            (2, 1, 10_000, 9_000, Outcome.NO_ANSWER),
            (0, 2, 20_000, 9_000, Outcome.NO_ANSWER),
            (1, 2, 20_000, 9_000, Outcome.NO_ANSWER),
        ],
        people,
    )
    steps = (Step(0, 2, Fraction(1)), Step(4_000, 1, Fraction(1, 2)))
    found = results(hand.plan(people, steps=steps), chunk, size=size)
    totals = hand.counts(found.totals)
    assert totals.list_done_ms == 10_000
    assert totals.busy_ms == 10_000 + 6_000
    assert totals.available_ms == 2 * 4_000 + 1 * 6_000
    assert totals.open_ms == 10_000
    assert totals.permitted_calls == 4 + 3
    values = compute(found.totals)
    assert values["channel_occupancy"] == pytest.approx(16 / 14)
    assert values["carried_load_erlang"] == pytest.approx(1.6)
    assert values["mean_hold_s"] == pytest.approx(48 / 5)
    assert values["offered_load_erlang"] == pytest.approx(0.7 * 48 / 5)
    assert values["list_done_hours"] == pytest.approx(10 / 3600)


def test_a_call_that_ends_at_the_cutoff_is_not_in_progress():
    people = hand.population([0, 0])
    cutoff = 4 * BIN
    chunk = hand.log(
        [
            (0, 1, cutoff - 5_000, 5_000, Outcome.NO_ANSWER),
            (1, 1, cutoff - 4_999, 5_000, Outcome.NO_ANSWER),
        ],
        people,
    )
    totals = results(hand.plan(people), chunk).totals
    assert hand.counts(totals).in_progress_at_cutoff == 1


def test_territories_and_lines_off_the_list():
    people = hand.population([0, 1, 0, 1, 2], voters=[1, 2, 1, 1, 1])
    cutoff = 4 * BIN
    callings = (
        hand.calling([(0, cutoff)], cutoff),
        hand.calling([(BIN, 2 * BIN)], 2 * BIN, first_quarter=150, last_ms=cutoff),
        hand.calling([(0, cutoff)], cutoff),
    )
    plan = hand.plan(people, callings=callings, order=[1, 0, 3])  # 2 and 4 are not on the list
    chunk = hand.log([(0, 1, 7, 50_000, HEARD_30), (1, 1, BIN, 20_000, Outcome.MACHINE)], people)
    found = results(plan, chunk, territories=("a", "b", "c"))
    rows = found.blocks["territories"]
    assert rows["territory"].tolist() == ["a", "b", "c"]
    assert rows["lines"].tolist() == [1, 2, 0]
    assert rows["lines_dialled"].tolist() == [1, 1, 0]
    assert rows["lines_undialled"].tolist() == [0, 1, 0]
    assert rows["lines_delivered_live"].tolist() == [1, 0, 0]
    assert rows["people_reached"].tolist() == [1, 0, 0]
    start = np.datetime64(hand.START_UTC, "ms")
    assert rows["list_done_utc"][0] == start + np.timedelta64(7, "ms")
    assert np.isnat(rows["list_done_utc"][1:]).all()
    assert (
        rows["first_call_utc"][1] == rows["last_call_utc"][1] == start + np.timedelta64(BIN, "ms")
    )
    assert np.isnat(rows["first_call_utc"][2])
    assert rows["cutoff_utc"][1] == start + np.timedelta64(2 * BIN, "ms")
    # Territory b's clock starts at quarter 150, so a quarter-hour later it is Tuesday 13:45.
    assert found.blocks["answering"]["attempts"][24 + 13] == 1


def test_open_time_is_of_territories_that_still_have_somebody_to_call():
    people = hand.population([0, 1, 0])
    callings = (
        hand.calling([(0, BIN // 3)], BIN),
        hand.calling([(0, 4 * BIN)], 4 * BIN),
    )
    chunk = hand.log([(0, 1, 0, 50_000, HEARD_30)], people)

    # Line 2 is never dialled: its territory is wanted until its window closes; b is not listed.
    plan = hand.plan(people, callings=callings, order=[0, 2])
    timeline = results(plan, chunk, territories=("a", "b")).blocks["timeline"]
    assert timeline["available_channel_ms"].tolist() == [10 * BIN // 3, 0, 0, 0]

    # The list is done with its first call, so nothing is on offer after that millisecond.
    plan = hand.plan(people, callings=callings, order=[0])
    timeline = results(plan, chunk, territories=("a", "b")).blocks["timeline"]
    assert timeline["available_channel_ms"].tolist() == [10, 0, 0, 0]


def test_costs():
    prices = {"per_line_dialled": "0.01 EUR", "per_attempt": "0.1 EUR", "per_minute": "0.6 EUR"}
    totals = results(hand.plan(PEOPLE), LOG, hearing=HEARING, prices=prices).totals
    hold = sum(row[3] for row in ROWS)
    assert cost(totals) == pytest.approx(0.09 + 1.1 + 0.6 * hold / 60_000)
    assert totals[MoneyTotals].currency == "EUR"
    assert compute(totals)["cost_per_person_reached"] == pytest.approx(cost(totals) / 6)
    free = results(hand.plan(PEOPLE), LOG).totals
    assert cost(free) is None
    assert compute(free)["cost_per_person_reached"] is None


def test_nothing_dialled():
    plan = hand.plan(PEOPLE)
    tally = Tally(plan, hearing=never)
    found = find(tally, np.zeros(10, dtype=np.uint8), hand.scenario(), "as-run")
    balance(found)
    values = compute(found.totals)
    assert values["attempts"] == 0
    assert values["lines_undialled"] == 10
    assert values["channel_occupancy"] == 0
    assert values["mean_hold_s"] is None
    assert values["offered_load_erlang"] is None
    assert len(found.blocks["timeline"]["attempts"]) == 4


# ── Against a slow count ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("seed", range(5))
def test_random_logs_against_a_slow_count(seed):
    rng = np.random.default_rng(seed)
    lines, rows = 60, 400
    people = hand.population(
        rng.integers(0, 3, lines).tolist(),
        voters=rng.integers(0, 4, lines).tolist(),
        shared=rng.integers(0, 2, lines).tolist(),
    )
    start = np.sort(rng.integers(0, 4 * BIN, rows))
    tried = dict.fromkeys(range(lines), 0)
    log = []
    for s in start.tolist():
        line = int(rng.integers(0, lines - 5))
        tried[line] += 1
        hold = int(rng.choice([1, 5_000, BIN, 3 * BIN]))
        log.append((line, tried[line], s, hold, int(rng.integers(0, 13))))
    chunk = hand.log(log, people)
    delays = {
        (line, attempt): int(rng.integers(0, 8 * BIN))
        for line, attempt, *_ in log
        if rng.random() < 0.6
    }
    plan = hand.plan(people, lifetime=50)
    found = results(plan, chunk, hearing=after(delays), size=37, territories=("a", "b", "c"))
    timeline = found.blocks["timeline"]
    bins = len(timeline["attempts"])
    busy = [
        sum(max(0, min(s + h, (b + 1) * BIN) - max(s, b * BIN)) for _, _, s, h, _ in log)
        for b in range(bins)
    ]
    assert timeline["channel_ms"].tolist() == busy
    running = [sum(s < b * BIN < s + h for _, _, s, h, _ in log) for b in range(bins)]
    assert timeline["in_progress"].tolist() == running
    for b in (0, bins // 2, bins - 1):
        end = (b + 1) * BIN
        live = {line for line, _, s, _, o in log if o >= HEARD_30 and s < end}
        heard = {
            line
            for line, attempt, s, h, o in log
            if o == Outcome.MACHINE_VOICEMAIL
            and (line, attempt) in delays
            and s + h + delays[line, attempt] < end
        }
        reached = 0
        for line in live | heard:
            voters = int(people.voters[line])
            hearers = int(people.hearers[line])
            reached += max(min(1, voters) if line in live else 0, hearers if line in heard else 0)
        assert timeline["lines_voicemail_heard_cum"][b] == len(heard)
        assert timeline["lines_reached_cum"][b] == len(live | heard)
        assert timeline["people_reached_cum"][b] == reached
    tried_hours = np.zeros(168, dtype=int)
    for _, _, s, _, _ in log:
        tried_hours[(134 + s // BIN) // 4] += 1
    assert found.blocks["answering"]["attempts"].tolist() == tried_hours.tolist()


@pytest.mark.parametrize("size", [1, 37, 400])
def test_hours_change_inside_a_bin_and_apart_by_territory(size):
    """A campaign that begins inside a quarter-hour, in two territories with clocks of their own."""
    rng = np.random.default_rng(size)
    people = hand.population([0, 1] * 200)
    change = [np.array([0, *range(at, 4 * BIN, BIN)]) for at in (BIN // 3, BIN // 2)]
    quarter = [
        np.arange(n, n + len(c), dtype=np.int16) for n, c in zip((38, 131), change, strict=True)
    ]
    callings = tuple(
        Calling(np.array([[0, 4 * BIN]]), 4 * BIN, c, q)
        for c, q in zip(change, quarter, strict=True)
    )
    start = np.sort(rng.integers(0, 4 * BIN, 400)).tolist()
    rows = [(line, 1, s, 1_000, Outcome.BUSY) for line, s in enumerate(start)]
    tally = Tally(hand.plan(people, callings=callings), hearing=never)
    for part in hand.split(hand.log(rows, people), size):
        tally.add(part)
    hours = np.zeros(168, dtype=int)
    for line, s in enumerate(start):
        passed = sum(moment <= s for moment in change[line % 2].tolist())
        hours[int(quarter[line % 2][passed - 1]) // 4] += 1
    assert tally.by_hour.sum(axis=1).tolist() == hours.tolist()


@pytest.mark.parametrize("size", [1, 37, 300])
def test_busy_until_the_latest_first_attempt_against_a_slow_count(size):
    """Calls of very different lengths: of those that run at that moment, a part counts."""
    rng = np.random.default_rng(size)
    people = hand.population([0] * 60)
    start = np.sort(rng.integers(0, 4 * BIN, 300)).tolist()
    tried = dict.fromkeys(range(60), 0)
    rows = []
    for s in start:
        line = int(rng.integers(0, 60))
        tried[line] += 1
        rows.append((line, tried[line], s, int(rng.choice([1, 5_000, BIN])), Outcome.BUSY))
    last = max(s for _, attempt, s, _, _ in rows if attempt == 1)
    tally = Tally(hand.plan(people, lifetime=50), hearing=never)
    for part in hand.split(hand.log(rows, people), size):
        tally.add(part)
    busy = sum(min(s + h, last) - s for _, _, s, h, _ in rows if s <= last)
    assert tally.busy_until_list_ms == busy


# ── The ledgers find a planted difference ────────────────────────────────────────────────────────


def test_an_engine_that_says_otherwise_is_found():
    tally = Tally(hand.plan(PEOPLE), hearing=never)
    tally.add(LOG)
    attempts = hand.attempts_of(LOG, 10)
    attempts[9] = 1
    found = find(tally, attempts, hand.scenario(), "as-run")
    with pytest.raises(LedgerError, match=r"attempts of the recipients is 12, .* is 11"):
        balance(found)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        (table, column)
        for table, columns in {
            "timeline": (
                "attempts busy human channel_ms voicemails_left lines_dialled_cum "
                "lines_connected_cum lines_delivered_live_cum lines_with_voicemail_cum"
            ),
            "territories": (
                "lines lines_dialled lines_undialled lines_connected lines_gate_passed "
                "lines_delivered_live lines_with_voicemail lines_voicemail_heard people_reached "
                "attempts"
            ),
            "answering": "attempts invalid machine first_attempts first_human",
            "attempts": "attempts no_answer newly_connected newly_delivered_live",
        }.items()
        for column in columns.split()
    ],
)
def test_one_more_in_any_column_is_found(table, column):
    found = results(hand.plan(PEOPLE), LOG, hearing=HEARING)
    found.blocks[table][column][-1] += 1
    with pytest.raises(LedgerError, match="do not balance"):
        balance(found)
