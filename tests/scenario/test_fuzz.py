"""Whatever is written into a scenario, it loads or gives faults, never a traceback."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.document.node import plain
from sim.document.source import parse_source
from sim.errors import ScenarioError
from sim.scenario.load import load_scenario
from tests.scenario.example import FEEDBACK, TEXT, Write

ODD: list[Any] = [
    None, 0, -1, 10**30, 1.5, -0.5, True, "", "x", "rest", "33 %", "100 %", "25 s", "0 s", "500 d",
    "24:00", "2017-03-26 02:30", "1970-01-01 00:00", "2100-12-31 23:59", [], {}, [1], [[]], [None],
    {"a": 1}, {"low": 1, "central": 1, "high": 1}, {"law": 5}, {"law": None}, {"value": None},
    {"law": "survival", "points": {"6 s": 0.5, "7 s": 0.4}}, "Europe/Paris", "../x", "FR-Zone A",
    "US", "1/3", "\u2028", "é",
]  # fmt: skip


ENFORCING = FEEDBACK.replace(
    "base: as-run", "enforce: {us-tcpa-political: [honour-opt-out, cap-landline]}\nbase: as-run"
)
"""Everything that a scenario can hold, and rules to keep besides."""


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths to everything in plain data."""
    items = value.items() if isinstance(value, dict) else []
    if isinstance(value, list):
        items = enumerate(value)
    return [path, *(p for name, entry in items for p in paths(entry, (*path, name)))]


SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(data=st.data())
def test_odd_values_anywhere(write: Write, data: st.DataObject) -> None:
    hold_odd_values(write, data)


@pytest.mark.verify
@settings(max_examples=2_000, deadline=None, suppress_health_check=SLOW)
@given(data=st.data())
def test_many_odd_values_anywhere(write: Write, data: st.DataObject) -> None:
    hold_odd_values(write, data)


def hold_odd_values(write: Write, data: st.DataObject) -> None:
    """Put odd values at places that are drawn, and read the scenario."""
    text = data.draw(st.sampled_from([TEXT, ENFORCING]))
    tree: Any = plain(parse_source(text, "t").node)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(paths(tree)))
        if not path:
            continue
        holder = tree
        for part in path[:-1]:
            holder = holder[part]
        if data.draw(st.integers(0, 4)):
            # A copy: what is put into a map of these must not be there the next time.
            holder[path[-1]] = copy.deepcopy(data.draw(st.sampled_from(ODD)))
        else:
            del holder[path[-1]]
    try:
        load_scenario(write(json.dumps(tree)))  # YAML reads JSON
    except ScenarioError as error:
        faults = error.faults
    else:
        faults = ()
    for fault in faults:
        assert fault.line >= 1
        assert fault.column >= 1
        # Every sentence is ours, none the validator's.
        assert "nput should" not in fault.message
        assert "alue error" not in fault.message


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    at=st.integers(0, len(TEXT) - 1),
    text=st.text(st.sampled_from("\t:{}[]&*!%@'\"\n -#\0\x85|>?~<,0a"), max_size=3),
    dropped=st.integers(0, 3),
)
def test_odd_characters_anywhere(write: Write, at: int, text: str, dropped: int) -> None:
    try:
        load_scenario(write(TEXT[:at] + text + TEXT[at + dropped :]))
    except ScenarioError as error:
        found = len(error.errors)
    else:
        found = 1
    assert found >= 1
