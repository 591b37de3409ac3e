"""What a plan may be for."""

from __future__ import annotations

import pytest

from sim.errors import OptionError, UnknownNameError
from sim.study.goals import parse_goal


def test_finishing() -> None:
    goal = parse_goal("finish before cutoff")
    assert goal.holds({"list_done_hours": 3.5})
    assert not goal.holds({"list_done_hours": None})


@pytest.mark.parametrize(
    ("text", "value", "kept"),
    [
        ("cost <= 60_000", 60_000.0, True),
        ("cost ≤ 60 k", 60_001.0, False),
        ("people_reached >= 1.5 M", 1_500_000.0, True),
        ("people_reached > 10", 9.0, False),
        ("list_done_hours <= 20", 20.5, False),
        ("share_of_electorate >= 5 %", 0.05, True),
    ],
)
def test_limits(text: str, value: float, kept: bool) -> None:
    goal = parse_goal(text)
    assert goal.holds({goal.metric: value}) is kept
    assert not goal.holds({goal.metric: None})


def test_what_is_no_goal() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'people_reached'"):
        parse_goal("people_reach >= 3")
    for wrong in ("", "soon", "cost", "cost = 3", "cost <= many"):
        with pytest.raises(OptionError):
            parse_goal(wrong)
