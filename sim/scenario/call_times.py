"""When a strategy calls in a territory: windows of its own, and changes on a date.

A territory keeps the windows that are written for it. All others keep those of the whole strategy.
Each set of windows holds from a moment on, until a change gives others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sim.document.node import Path
from sim.scenario.dialing import CallTimes, Dialing

Windows = tuple[CallTimes, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """Windows as they stand in a scenario."""

    windows: Windows
    path: Path
    """Where, from the strategy on."""
    territory: str | None
    """Whose alone; None for all that have none of their own by then."""
    since: dt.datetime | None
    """Local moment of the campaign from which they hold; None for its start."""


def written(dialing: Dialing) -> Iterator[Written]:
    """All windows of a strategy, those that hold from the start first."""
    yield from _at(dialing.call_times, dialing.territory_call_times, ("dialing",), None)
    for index, change in enumerate(dialing.changes):
        path: Path = ("dialing", "changes", index)
        yield from _at(change.call_times, change.territory_call_times, path, change.at)


def _at(
    windows: Windows | None, own: Mapping[str, Windows], path: Path, since: dt.datetime | None
) -> Iterator[Written]:
    if windows is not None:
        yield Written(windows, (*path, "call_times"), None, since)
    for name, theirs in own.items():
        yield Written(theirs, (*path, "territory_call_times", name), name, since)


def in_force(dialing: Dialing, territory: str) -> tuple[Written, ...]:
    """Windows that hold in a territory one after the other; the first from the start on.

    A change to the whole strategy's windows does not touch a territory that has its own.
    """
    known = sorted(written(dialing), key=lambda one: one.since or dt.datetime.min)
    moments = sorted({one.since or dt.datetime.min for one in known})
    found: list[Written] = []
    for moment in moments:
        so_far = [one for one in known if (one.since or dt.datetime.min) <= moment]
        own = [one for one in so_far if one.territory == territory]
        now = (own or [one for one in so_far if one.territory is None])[-1]
        if found and found[-1].windows is now.windows:
            continue
        since = None if moment == dt.datetime.min else moment
        found.append(Written(now.windows, now.path, now.territory, since))
    return tuple(found)
