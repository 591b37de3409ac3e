"""Ranges from which some draw could not be run: found before anything is, and told at their place.

A draw is never left out because the model refuses it: a law with a corner cut off is another law
than the one in the file. So a scenario whose ranges reach where no model is, is at fault, and the
corners of its laws are looked at as soon as it is validated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from sim.behaviour.answering import latent_of
from sim.document.node import Path, dotted, nearest
from sim.document.validate import fault_at
from sim.document.written import duration_text
from sim.errors import Fault, ScenarioError, UnreachableSharesError, in_order
from sim.loading.load import Runnable
from sim.scenario.scenario import Scenario
from sim.study.inputs import (
    Alone,
    Composition,
    Curve,
    Group,
    RefusedRangeError,
    Spread,
    drawn,
    groups,
    inputs,
)

FAR: Final = 1e-3
"""How far into a tail a corner lies: beyond all but one in a thousand values of an input."""
FARTHEST: Final = 2.0**-33
"""Where no draw lies beyond."""


def refusals(loaded: Runnable) -> tuple[Fault, ...]:
    """What is wrong with a scenario's ranges; each part of the format is fine by then."""
    try:
        moving = groups(loaded.scenario)
    except RefusedRangeError as error:
        return (_fault(loaded, error.path, error.message),)
    found = [*_crossing(loaded, moving), *_unreachable(loaded, moving)]
    return in_order(dict.fromkeys(found))


def hold_ranges(loaded: Runnable) -> None:
    """Refuse a scenario from which some draw could not be run.

    Raises
    ------
    ScenarioError
        With every fault, and the scenario's warnings.
    """
    if found := refusals(loaded):
        raise ScenarioError(in_order([*loaded.warnings, *found]))


def _fault(loaded: Runnable, path: Path, message: str) -> Fault:
    node, taken = nearest(loaded.nodes, path)
    return fault_at(node, message, below=path[taken:])


# ── Laws that would turn round ───────────────────────────────────────────────────────────────────


def _crossing(loaded: Runnable, moving: Sequence[Group]) -> Iterator[Fault]:
    """Laws of durations whose points change places in some draw."""
    ends = np.array([[FARTHEST], [1 - FARTHEST]])
    bounds: dict[Path, dict[str, tuple[float, float]]] = {}
    for group in moving:
        value = dict(group.values(ends)) if isinstance(group, (Spread, Curve)) else {}
        if isinstance(group, Spread):
            median, p90 = (
                value.get(path, np.full(2, _central(loaded.scenario, path)))
                for path in (group.median, group.p90)
            )
            if (p90 < median).any():
                at = int(np.argmax(p90 < median))
                yield _fault(
                    loaded,
                    group.p90 if group.p90 in value else group.median,
                    f"in some draws p90 ({duration_text(int(p90[at]))}) is shorter than the "
                    f"median ({duration_text(int(median[at]))}); narrow the range",
                )
        elif isinstance(group, Curve):
            yield from _tangled(loaded, group)
        elif isinstance(group, Alone) and group.target[-1] in ("shortest", "longest"):
            low, high = group.inputs[0].law(ends[:, 0]).tolist()
            bounds.setdefault(group.target[:-1], {})[str(group.target[-1])] = (low, high)
    for path, known in bounds.items():
        longest = known.get("longest", (_central(loaded.scenario, (*path, "longest")),) * 2)[0]
        shortest = known.get("shortest", (_central(loaded.scenario, (*path, "shortest")),) * 2)[1]
        if shortest > longest:
            yield _fault(
                loaded,
                (*path, next(iter(known))),
                f"in some draws longest ({duration_text(int(longest))}) is shorter than shortest "
                f"({duration_text(int(shortest))}); narrow the range",
            )


def _tangled(loaded: Runnable, curve: Curve) -> Iterator[Fault]:
    """Points of a survival curve that change places in some draw."""
    at = curve.targets[0][:-1]
    law = _at(loaded.scenario, at[:-1])
    for uniform in (FARTHEST, 1 - FARTHEST):
        value = dict(curve.values(np.array([[uniform]])))
        shares = [
            (key, float(value[*at, key][0]) if (*at, key) in value else share.central)
            for key, share in law.points.items()
        ]
        for (first, before), (second, after) in pairwise(shares):
            if after >= before:
                wide = second if (*at, second) in value else first
                yield _fault(
                    loaded,
                    (*at, wide),
                    f"in some draws more are still there after {second} than after {first}; "
                    "narrow the range",
                )
                return


_USED = "world.lines_in_use"
"""The fewer lines are in use, the more those have to answer."""


# ── Shares that no model meets ───────────────────────────────────────────────────────────────────


def _unreachable(loaded: Runnable, moving: Sequence[Group]) -> Iterator[Fault]:
    """Answering shares that cannot come from the ring laws at a corner of their ranges."""
    for name in loaded.scenario.world.line_types:
        path: Path = ("world", "line_types", name, "answering")
        where = f"{dotted(path)}."
        mine = [one.path for one in inputs(moving) if one.path.startswith(where)]
        shares = [
            one.path
            for group in moving
            if isinstance(group, Composition)
            for one in group.inputs
            if one.path in mine
        ]
        rings = [one for one in mine if "_ring." in one]
        few = {one.path: FAR for one in inputs(moving) if one.path == _USED}
        # Few lines in use at central shares: few and high shares together lie far beyond either,
        # and the draws of a study are held to it one by one.
        for at in [*_corners(shares, rings), *([few] if few else [])]:
            scenario = drawn(loaded.scenario, moving, at)
            try:
                latent_of(scenario.world, name)
            except UnreachableSharesError as error:
                words = str(error).partition(": ")[2] or str(error)
                yield _fault(loaded, path, f"in some draws the shares cannot be met: {words}")
                break


def _corners(shares: Sequence[str], rings: Sequence[str]) -> Iterator[dict[str, float]]:
    """Uniforms at which shares are high and rings are slow: each share by itself, and all."""
    if not shares and not rings:
        return
    slow = dict.fromkeys(rings, 1 - FAR)
    fast = dict.fromkeys(rings, FAR)
    for ring in (slow, fast) if rings else ({},):
        for high in [*([path] for path in shares), list(shares)]:
            yield {**dict.fromkeys(high, 1 - FAR), **ring}


def _central(scenario: Scenario, path: Path) -> float:
    return float(_at(scenario, path).central)


def _at(scenario: Scenario, path: Path) -> Any:
    """What stands at a path of a scenario."""
    found: Any = scenario
    for part in path:
        if isinstance(found, BaseModel):
            names = {info.alias or name: name for name, info in type(found).model_fields.items()}
            found = getattr(found, names[str(part)])
        else:
            found = found[part]
    return found


# ── The draws of a study ─────────────────────────────────────────────────────────────────────────


def hold_points(loaded: Runnable, points: Mapping[str, NDArray[np.float64]]) -> None:
    """Refuse a study of which some draw could not be run, before any is.

    Corners lie far out, but not beyond all points of a long study.

    Parameters
    ----------
    loaded
        The scenario.
    points
        By path of an input: its uniform in each draw, from draw 1 on, (n,).

    Raises
    ------
    ScenarioError
        With the first draw of each line type whose answering shares cannot be met.
    """
    moving, found = groups(loaded.scenario), []
    for name in loaded.scenario.world.line_types:
        path: Path = ("world", "line_types", name, "answering")
        where = (f"{dotted(path)}.", _USED)
        mine = {key: u for key, u in points.items() if key.startswith(where)}
        for at in range(len(next(iter(mine.values()), ()))):
            scenario = drawn(loaded.scenario, moving, {key: u[at] for key, u in mine.items()})
            try:
                latent_of(scenario.world, name)
            except UnreachableSharesError as error:
                words = str(error).partition(": ")[2] or str(error)
                found.append(_fault(loaded, path, f"draw {at + 1} cannot be run: {words}"))
                break
    if found:
        raise ScenarioError(found)
