"""Two keys against each other, held against what is known of lines, channels and money."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from analysis.console.frontier import frontier_text
from analysis.figures.frontier import frontier as chart
from sim.errors import OptionError
from sim.jobs.frontier import Frontier, document, frontier
from sim.jobs.probing import Probe
from sim.store.experiment import table_of
from sim.study.goals import parse_goal
from tests.analysis.figures.test_experiments import sound


@pytest.fixture(scope="module")
def asked(scenario_file: Path, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("frontiers")

    def make(*paths: str, sets: tuple[str, ...] = (), **more) -> Frontier:
        probe = Probe(str(scenario_file), sets, ("all-channels",), Fraction(1), folder, 2, 16)
        goal = parse_goal("finish")
        return frontier(probe, probe, goal, (paths[0], paths[1]), 0.5, **more)

    return make


@pytest.fixture(scope="module")
def found(asked) -> Frontier:
    return asked(
        "world.lines",
        "dialing.channels",
        between=("800..2800", "1..8"),
        budget=parse_goal("cost <= 20"),
        points=3,
    )


def test_more_lines_ask_for_more_channels_until_the_money_ends(found: Frontier) -> None:
    """1 ct a line: 800 and 1,800 lines are within 20 EUR, 2,800 are not, whatever is drawn."""
    assert [point.value for point in found.points] == [800, 1800, 2800]
    answers = [point.plan.confirmed[-1].value for point in found.points]
    assert answers == sorted(answers)
    assert answers[0] < answers[-1]
    assert [point.met for point in found.points] == [True, True, True]
    assert [point.within(found.budget) for point in found.points] == [2, 2, 0]
    assert [found.kept(point) for point in found.points] == [True, True, False]
    assert found.turning_back == ()
    costs = [point.runs[0]["cost"] for point in found.points]
    assert costs == pytest.approx([8, 18, 28])


def test_it_is_told_as_data_a_screen_a_picture_and_a_table(found: Frontier) -> None:
    told = document(found)
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["met"]
    screen = frontier_text(told)
    assert "Finish before cutoff is met under cost <= 20 in 50 % of draws" in screen
    assert [line.split()[2] for line in screen.splitlines() if line[:1].isdigit()] == [
        "2/2",
        "2/2",
        "0/2",
    ]
    drawn = chart(told)
    sound(drawn)
    assert "2 of 3 points tried" in drawn.finding
    assert table_of(told).column("kept").to_pylist() == [True, True, False]


def test_nothing_is_met_where_pace_binds(asked) -> None:
    """One call in 40 s is 1,440 in 16 h, less than one for each line."""
    none = asked(
        "world.lines",
        "dialing.channels",
        between=("2000..3000", "2..8"),
        sets=("dialing.calls_per_second=0.025",),
        points=2,
    )
    told = document(none)
    assert not told["met"]
    assert "cannot be met in 50 % of draws, because" in " ".join(frontier_text(told).split())
    assert "dialing.calls_per_second binds" in " ".join(frontier_text(told).split())
    assert not chart(told).panels


def test_bad_input(asked) -> None:
    with pytest.raises(OptionError, match="both keys are the same"):
        asked("world.lines", "world.lines")
    with pytest.raises(OptionError, match="caller numbers cannot be varied"):
        asked("caller_numbers.numbers", "world.lines")
    with pytest.raises(OptionError, match="is not one number or moment"):
        asked("message.gate", "world.lines")
