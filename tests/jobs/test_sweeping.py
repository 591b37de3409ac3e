"""A scenario along its keys: what is run, what is read, and that reading is what a run gives."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from sim.errors import OptionError, ScenarioError, UnknownNameError
from sim.jobs.probing import Probe
from sim.jobs.sweeping import Swept, document, strategies_of, sweep
from sim.study.design import parse_knob


@pytest.fixture(scope="module")
def probe(scenario_file: Path, tmp_path_factory: pytest.TempPathFactory):
    def make(*strategies: str, draws: int = 0, sets: tuple[str, ...] = ()) -> Probe:
        folder = tmp_path_factory.mktemp("sweeps")
        chosen = strategies or ("all-channels",)
        return Probe(str(scenario_file), sets, chosen, Fraction(1, 5), folder, draws, 32)

    return make


def swept(made: Probe, *vary: str) -> Swept:
    return sweep(made, [parse_knob(one) for one in vary])


def test_channels_cost_a_run_each_and_more_of_them_dial_more(probe) -> None:
    found = swept(probe(), "dialing.channels=2,4,8")
    told = document(found)
    assert told["points_run"] == found.probe.runs == 3
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    one = [point["strategies"]["all-channels"] for point in told["points"]]
    attempts = [row["attempts"]["p50"] for row in one]
    assert attempts == sorted(attempts)
    assert [point["x"] for point in told["points"]] == [2.0, 4.0, 8.0]
    slopes = told["marginal"]["all-channels"]["people_reached"]
    people = [row["people_reached"]["p50"] for row in one]
    assert slopes[0]["p50"] == pytest.approx((people[1] - people[0]) / 2, rel=0.15)


def test_what_is_heard_costs_one_run_and_is_read_exactly(probe) -> None:
    """Reading 90 % off the run at 30 % is what a run at 90 % would be read as."""
    found = swept(probe(), "world.voicemail.heard=30 %,90 %")
    assert found.probe.runs == found.ran == 1
    assert not found.numbers[0, "all-channels"].read
    assert found.numbers[1, "all-channels"].read
    alone = swept(probe(), "world.voicemail.heard=90 %,30 %")
    one, other = found.numbers[1, "all-channels"].people, alone.numbers[0, "all-channels"].people
    assert not alone.numbers[0, "all-channels"].read
    assert np.array_equal(one, other)


def test_prices_are_run_although_they_place_no_call(probe) -> None:
    told = document(swept(probe(), "prices.per_line_dialled=0.01 EUR,0.02 EUR"))
    costs = [p["strategies"]["all-channels"]["cost"]["p50"] for p in told["points"]]
    assert costs[1] == pytest.approx(2 * costs[0])


def test_a_further_metric_has_every_point_run(probe) -> None:
    """Who hangs up on machines leaves no message, so none is heard after the cutoff."""
    made = probe()
    made.metrics = ("lines_voicemail_heard_after_cutoff",)
    told = document(swept(made, "amd.on_machine=leave_message,hang_up"))
    after = [
        point["strategies"]["all-channels"]["metrics"]["lines_voicemail_heard_after_cutoff"]["p50"]
        for point in told["points"]
    ]
    assert after[0] > after[1] == 0
    assert swept(made, "world.voicemail.heard=30 %,90 %").ran == 2


def test_the_same_sweep_goes_on(probe) -> None:
    made = probe(draws=2)
    first = document(swept(made, "dialing.channels=2,4"))
    assert made.runs == 4
    made.runs = 0
    assert document(swept(made, "dialing.channels=2,4")) == first
    assert made.runs == 0
    swept(made, "dialing.channels=2,4,8")
    assert made.runs == 2


def test_two_strategies_have_a_break_even_point(probe) -> None:
    """half-the-channels counts messages left, all-channels those that are heard: where all are
    heard they are alike but for channels, and where none is, it has more."""
    told = document(
        swept(probe("all-channels", "half-the-channels"), "world.voicemail.heard=5 %..95 %:4")
    )
    found = told["break_even"]["half-the-channels"]
    assert found["crosses"] + found["above"] + found["below"] == pytest.approx(1.0)
    assert found["above"] + found["crosses"] > 0.5


@pytest.mark.parametrize(
    ("vary", "error", "said"),
    [
        (
            "dialing.chanels=1,2",
            UnknownNameError,
            "did you mean 'dialing.channels'. it takes a whole",
        ),
        ("dialing=1,2", UnknownNameError, "there is no single value 'dialing'"),
        ("strategies.none.attempts.lifetime=1,2", UnknownNameError, "there is no strategy 'none'"),
        ("caller_numbers.numbers=1,2", OptionError, "no way around labels"),
        ("dialing.channels=-3,2", ScenarioError, "dialing.channels"),
    ],
)
def test_what_cannot_be_varied(probe, vary: str, error: type[Exception], said: str) -> None:
    made = probe()
    with pytest.raises(error, match=said):
        swept(made, vary)
    assert made.runs == 0


def test_who_goes_first_is_a_word_or_a_map_and_both_are_tried(probe) -> None:
    retrying = (
        "attempts.lifetime=3",
        "recycle.no_answer={delay: 10 min}",
        "recycle.busy={delay: 5 min}",
    )
    knob = "attempts.order=retries-first,{retries: 1, fresh: 3},fresh-first"
    told = document(swept(probe(sets=retrying), knob))
    assert [next(iter(point["settings"].values())) for point in told["points"]] == [
        "retries-first",
        "{retries: 1, fresh: 3}",
        "fresh-first",
    ]


def test_a_path_that_an_overlay_hides(probe) -> None:
    with pytest.raises(OptionError, match=r"vary strategies.half-the-channels.dialing.channels"):
        swept(probe("all-channels", "half-the-channels"), "dialing.channels=2,4")


def test_strategies_that_are_run() -> None:
    own = [parse_knob("strategies.b.attempts.lifetime=1,2")]
    assert strategies_of(own, (), "a") == ("b",)
    assert strategies_of([parse_knob("attempts.lifetime=1,2")], (), "a") == ("a",)
    assert strategies_of(own, ("a", "b"), "a") == ("a", "b")
    with pytest.raises(OptionError, match="varied and not asked for"):
        strategies_of(own, ("a",), "a")
