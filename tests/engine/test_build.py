"""From a scenario to a plan: order of the list, capacity over time, retries, cutoffs."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import numpy as np
import pytest

from sim.engine.plan.build import build_plan
from sim.engine.plan.feedback_build import review_moments
from sim.engine.plan.pace import rebase
from sim.record.log import Outcome
from sim.scenario.regulator import Reviews
from sim.scenario.scenario import Scenario
from sim.streams import Purpose, make_key, philox_block
from tests.worlds import plain

HOUR = 3_600_000
PLACES = {
    "all": {"share": 0.5},
    "north": {"share": 0.3, "timezone": "Europe/Paris"},
    "south": {"share": 0.2, "timezone": "Pacific/Tahiti"},
}


def listed(scenario: Scenario) -> np.ndarray:
    return build_plan(scenario, "only").order


def test_random_order_is_a_permutation_that_more_lines_do_not_stir() -> None:
    few = listed(plain(world={"lines": 500}))
    many = listed(plain(world={"lines": 2000}))
    assert sorted(few.tolist()) == list(range(500))
    assert few.tolist() == [line for line in many.tolist() if line < 500]
    assert few.tolist() != sorted(few.tolist())


def test_a_random_order_ranks_whole_words_and_then_lines() -> None:
    """By the plain block function: 32 bits decide, so only lines of one word keep their order."""
    scenario = plain(world={"lines": 1_500})
    key = make_key(scenario.seed)
    word = [
        philox_block((line, 0, 0, Purpose.LIST_ORDER), (key.k0, key.k1))[0] for line in range(1_500)
    ]
    expected = sorted(range(1_500), key=lambda line: (word[line], line))
    assert listed(scenario).tolist() == expected


def test_file_order_is_that_of_ids() -> None:
    assert listed(plain(world={"lines": 50}, dialing={"lead_order": "file"})).tolist() == list(
        range(50)
    )


@pytest.mark.parametrize("by", ["territory", "segment"])
def test_groups_come_as_declared_and_are_random_within(by: str) -> None:
    world = {
        "lines": 600,
        "territories": PLACES,
        "segments": {"a": {"share": 0.4}, "b": {"share": 0.6}},
    }
    plan = build_plan(plain(world=world, dialing={"lead_order": by}), "only")
    group = getattr(plan.population, by)[plan.order]
    assert (np.diff(group.astype(int)) >= 0).all()
    random = listed(plain(world=world))
    for number in np.unique(group):
        inside = plan.order[group == number].tolist()
        chosen = set(inside)
        assert inside == [line for line in random.tolist() if line in chosen]


def test_a_filter_keeps_ids_and_order() -> None:
    world = {"lines": 600, "territories": PLACES}
    whole = build_plan(plain(world=world), "only")
    part = build_plan(plain(world=world, list={"territories": ["south", "all"]}), "only")
    kept = np.isin(whole.population.territory[whole.order], [0, 2])
    np.testing.assert_array_equal(part.order, whole.order[kept])


def test_a_list_cleaned_by_a_register() -> None:
    world = {"lines": 600, "registers": {"first": 0.3, "second": 0.5}}
    whole = build_plan(plain(world=world), "only")
    part = build_plan(plain(world=world, list={"without_registers": ["second"]}), "only")
    kept = whole.population.registers[whole.order] & 2 == 0
    assert 200 < kept.sum() < 400
    np.testing.assert_array_equal(part.order, whole.order[kept])


def test_capacity_steps() -> None:
    """A change lasts; an outage caps what is in force, and the lowest of two holds."""
    scenario = plain(
        dialing={
            "channels": 100,
            "calls_per_second": "10",
            "changes": [{"at": "2017-04-18 04:00", "channels": 50, "calls_per_second": "20"}],
            "outages": [
                {"from": "2017-04-18 01:00", "to": "2017-04-18 03:00", "channels": 10},
                {
                    "from": "2017-04-18 02:00",
                    "to": "2017-04-18 05:00",
                    "channels": 60,
                    "calls_per_second": "15",
                },
            ],
        }
    )
    steps = [
        (s.at_ms / HOUR, s.channels, s.calls_per_second) for s in build_plan(scenario, "only").steps
    ]
    assert steps == [
        (0, 100, Fraction(10)),
        (1, 10, Fraction(10)),
        (3, 60, Fraction(10)),
        (4, 50, Fraction(15)),
        (5, 50, Fraction(20)),
    ]


def test_retry_delays_follow_what_the_dialer_sees() -> None:
    recycle = {
        "busy": {"delay": "1 min"},
        "no_answer": {"delay": "2 min"},
        "machine": {"delay": "3 min"},
    }
    with_amd = build_plan(plain(recycle=recycle), "only").retry_delay_ms
    minutes = {
        Outcome.BUSY: 1,
        Outcome.NO_ANSWER: 2,
        Outcome.MACHINE: 3,
        Outcome.MACHINE_VOICEMAIL: 3,
        Outcome.HUMAN_TAKEN_FOR_MACHINE: 3,
    }
    assert with_amd.tolist() == [60_000 * minutes.get(outcome, 0) for outcome in range(16)]  # type: ignore[call-overload]
    without = build_plan(plain(recycle=recycle, amd={"enabled": False}), "only").retry_delay_ms
    assert without[Outcome.MACHINE] == 0
    assert without[Outcome.NO_ANSWER] == 120_000


def test_cutoffs_are_local_and_cut_windows() -> None:
    """Thursday midnight in Tahiti is Friday 12:00 in Paris."""
    scenario = plain(
        world={"lines": 10, "territories": PLACES},
        campaign={
            "timezone": "Europe/Paris",
            "start": "2017-04-18 10:00",
            "cutoff": "2017-04-21 20:00",
            "territory_cutoffs": {"south": "2017-04-21 00:00"},
        },
    )
    plan = build_plan(scenario, "only")
    assert plan.cutoff_ms == 82 * HOUR
    assert [c.cutoff_ms / HOUR for c in plan.calling] == [82, 82, 74]
    assert all(c.open_ms[-1, 1] <= c.cutoff_ms for c in plan.calling)


def test_reached_live_is_at_most_the_message() -> None:
    plan = build_plan(plain(message={"duration": "20 s"}, reached_when={"live": "45 s"}), "only")
    assert plan.reached_live_ms == 20_000
    assert plan.live_thresholds_ms == (6_000, 19_000, 20_000, 30_000, 60_000)


def test_narrowed_hours_keep_public_holidays() -> None:
    """Monday 1 May 2017 counts as a Sunday, on which the campaign may call and, once its hours are
    narrowed to working days, may not."""
    hours = [{"days": "all", "from": "10:00", "to": "20:00"}]
    scenario = plain(
        world={
            "lines": 10,
            "territories": {"all": {"share": 1.0, "timezone": "Europe/Paris", "holidays": "FR"}},
            "regulator": {
                "reviews": {"timezone": "Europe/Paris", "days": "all", "at": "18:00"},
                "thresholds": {"contact": 1, "reminder": 2, "order": 3},
            },
        },
        campaign={
            "timezone": "Europe/Paris",
            "start": "2017-04-28 00:00",
            "cutoff": "2017-05-03 00:00",
        },
        dialing={"call_times": hours, "on_holidays": "sunday"},
        reactions={
            "contact": ["narrow_hours"],
            "narrow_call_times": [{"days": "mon-fri", "from": "14:00", "to": "18:00"}],
        },
    )
    own, narrowed = (
        posture.open_ms[0] // HOUR for posture in build_plan(scenario, "only").postures
    )
    days = np.arange(5) * 24
    assert own.tolist() == [[day + 10, day + 20] for day in days]
    friday, tuesday = days[0], days[4]
    assert narrowed.tolist() == [[day + 14, day + 18] for day in (friday, tuesday)]


def test_reviews_fall_after_the_start_and_up_to_the_horizon() -> None:
    """Daily at 18:00 in Paris, from 18:00 on a Tuesday for two days: not at the start itself, but
    at the horizon."""
    reviews = Reviews.model_validate({"timezone": "Europe/Paris", "days": "all", "at": "18:00"})
    start = round(dt.datetime(2017, 4, 18, 16, tzinfo=dt.UTC).timestamp() * 1000)
    assert review_moments(reviews, start, 48 * HOUR) == (24 * HOUR, 48 * HOUR)
    assert review_moments(reviews, start, 48 * HOUR - 1) == (24 * HOUR,)
    assert review_moments(reviews, start - 1, 24 * HOUR) == (1,)


def test_a_change_of_pace_waits_for_the_grid_of_the_new_one() -> None:
    """One call started at 10 ms with a gap of 7: under a gap of 10/3 the next is due at 13 1/3. One
    at 10 1/2 begins at the next third, 10 2/3, and the next is due at 14."""
    assert rebase(Fraction(17), Fraction(7), Fraction(10, 3)) == Fraction(40, 3)
    assert rebase(Fraction(35, 2), Fraction(7), Fraction(10, 3)) == 14


def open_hours(dialing: dict[str, object]) -> list[list[list[float]]]:
    """By territory: hours from the start at which it opens and closes, over three days."""
    scenario = plain(
        world={
            "lines": 10,
            "territories": {
                "all": {"share": 0.5, "timezone": "Europe/Paris"},
                "north": {"share": 0.3, "timezone": "Europe/Paris"},
                "reunion": {"share": 0.2, "timezone": "Indian/Reunion"},  # two hours ahead
            },
        },
        campaign={
            "timezone": "Europe/Paris",
            "start": "2017-04-18 00:00",
            "cutoff": "2017-04-21 00:00",
        },
        dialing=dialing,
    )
    return [(c.open_ms / HOUR).tolist() for c in build_plan(scenario, "only").calling]


def hours(opens: int, closes: int, days: str = "all") -> list[dict[str, str]]:
    return [{"days": days, "from": f"{opens:02}:00", "to": f"{closes:02}:00"}]


def test_a_territory_keeps_its_own_call_times_by_its_own_clock() -> None:
    found = open_hours(
        {
            "call_times": hours(10, 12),
            "territory_call_times": {"north": hours(9, 20), "reunion": hours(10, 20)},
        }
    )
    assert found == [
        [[10, 12], [34, 36], [58, 60]],
        [[9, 20], [33, 44], [57, 68]],
        [[8, 18], [32, 42], [56, 66]],
    ]


def test_call_times_change_at_a_moment_and_not_where_a_territory_has_its_own() -> None:
    """From Wednesday 11:00 on, in the middle of a window; on Thursday at 09:00 for the north."""
    found = open_hours(
        {
            "call_times": hours(10, 12),
            "territory_call_times": {"reunion": hours(10, 11)},
            "changes": [
                {"at": "2017-04-20 09:00", "territory_call_times": {"north": hours(8, 10)}},
                {"at": "2017-04-19 11:00", "call_times": hours(15, 21)},
            ],
        }
    )
    assert found == [
        [[10, 12], [34, 35], [39, 45], [63, 69]],
        [[10, 12], [34, 35], [39, 45], [57, 58]],
        [[8, 9], [32, 33], [56, 57]],
    ]


def test_a_later_change_takes_the_place_of_an_earlier_one_in_any_order() -> None:
    changes = [
        {"at": "2017-04-19 00:00", "call_times": hours(1, 2)},
        {"at": "2017-04-20 00:00", "call_times": hours(3, 4)},
    ]
    for order in (changes, changes[::-1]):
        found = open_hours({"call_times": hours(10, 12), "changes": order})
        assert found[0] == [[10, 12], [25, 26], [51, 52]]
