"""The weekly times that consents name, counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from sim.world.slots import consent_slots
from tests.worlds import plain


@pytest.mark.parametrize(
    ("closes", "times"),
    [
        ("14:59", ["10:30-12:00", "12:00-13:30"]),
        ("15:00", ["10:30-12:00", "12:00-13:30", "13:30-15:00"]),  # the last just fits
        ("12:00", ["10:30-12:00"]),
    ],
)
def test_as_many_times_as_fit_follow_one_another_from_the_first(
    closes: str, times: list[str]
) -> None:
    slot: dict[str, Any] = {
        "length": "90 min",
        "days": ["tue", "sat"],
        "from": "10:30",
        "to": closes,
    }
    found = consent_slots(plain(world={"consent": {"share": 0.5, "slot": slot}}).world)
    assert [one.name for one in found] == [
        f"{day} {time}" for day in ("tue", "sat") for time in times
    ]
    for one in found:
        hours = one.name.partition(" ")[2]
        opens, ends = (60 * int(t[:2]) + int(t[3:]) for t in hours.split("-"))
        assert (one.window.opens, one.window.closes) == (opens, ends)


def test_there_are_none_where_consents_name_none() -> None:
    assert consent_slots(plain().world) == ()
    assert consent_slots(plain(world={"consent": {"share": 0.5}}).world) == ()
