"""Which values are tried."""

from __future__ import annotations

import numpy as np
import pytest

from sim.errors import OptionError
from sim.study.design import design, parse_knob


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a.b=1,2,3", ("1", "2", "3")),
        ("a=2..8:4", ("2", "4", "6", "8")),
        ("a=1..2", ("1", "2")),  # five steps of whole numbers, two of them different
        ("a=10 %..40 %:4", ("10 %", "20 %", "30 %", "40 %")),
        ("a=1.5..2.5:3", ("1.5", "2", "2.5")),
        ("a=10..30 min:3", ("10 min", "20 min", "30 min")),
        ("a=-1..1:3", ("-1", "0", "1")),
        ("a=yes, no", ("yes", "no")),
        ('a=[{x: 1, y: "2, 3"}, {x: 4}],none', ('[{x: 1, y: "2, 3"}, {x: 4}]', "none")),
        ("a='b, c',d", ("'b, c'", "d")),
        ("a=Fri 20:00", ("Fri 20:00",)),
    ],
)
def test_values(text: str, values: tuple[str, ...]) -> None:
    assert parse_knob(text).values == values


@pytest.mark.parametrize("wrong", ["", "a", "=3", "a=", "a=9..2", "a=2..2", "a=1..9:1"])
def test_what_cannot_be_read(wrong: str) -> None:
    with pytest.raises(OptionError):
        parse_knob(wrong)


def test_a_grid_is_every_value_with_every_one() -> None:
    found = design([parse_knob("a=1,2"), parse_knob("b=x,y,z")], "grid", 0, 1)
    assert len(found) == 6
    assert {tuple(point.values()) for point in found} == {(a, b) for a in "12" for b in "xyz"}


@pytest.mark.parametrize("kind", ["lhs", "sobol"])
def test_designs_fill_each_range_evenly(kind) -> None:
    """Of 16 points one lies in each sixteenth (a Latin hypercube), or two in each eighth."""
    knobs = [parse_knob("a=0.0..1.0"), parse_knob("b=100..900")]
    found = design(knobs, kind, 16, 7)
    for path, low, wide in (("a", 0.0, 1.0), ("b", 100.0, 800.0)):
        at = (np.array([float(point[path]) for point in found]) - low) / wide
        counts = np.histogram(at, bins=8, range=(0, 1))[0]
        assert counts.max() <= (2 if kind == "lhs" else 4)
    assert found == design(knobs, kind, 16, 7)
    assert found != design(knobs, kind, 16, 8)


def test_what_no_design_has() -> None:
    with pytest.raises(OptionError, match="needs ranges"):
        design([parse_knob("a=1,2,3")], "lhs", 8, 1)
    with pytest.raises(OptionError, match="varied twice"):
        design([parse_knob("a=1,2"), parse_knob("a=3,4")], "grid", 0, 1)
    with pytest.raises(OptionError, match="so many points"):
        design([parse_knob("a=1..999:999"), parse_knob("b=1,2")], "grid", 0, 1)
