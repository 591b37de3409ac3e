"""One finished strategy, read under many draws of what decides nothing about its calls.

A run is made once, at central values. Whatever its calls do not hang on can be drawn afterwards,
as often as one likes, and applied to its ledger of cases in expectation: people reached
(:mod:`sim.study.reach`) and complaints with their law (:mod:`sim.study.complaints`). Strategies
share the draws, so they can be compared draw by draw.

Inputs that act on the campaign only through what comes back (*held*) are read as well, as long as
the log is very likely to stand all the same: no more than :data:`MOST_ACTS` of the draws and luck
would have a regulator act in time, and objections that reach the dialer's list would take away no
more than :data:`MOST_MOVED` of the calls. Both are worked out from the log itself, which is what it
is until the first of them happens. Where one is more, held inputs stay at their central values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from sim.document.node import Path
from sim.engine.plan.placing import Ways
from sim.measure.cases import Cases
from sim.measure.founding import Spreads
from sim.scenario.scenario import Scenario
from sim.study.complaints import Read, Values, read, value_of
from sim.study.counts import at_least
from sim.study.inputs import Group, groups, inputs, values_in
from sim.study.joint import correlated
from sim.study.points import shuffled
from sim.study.reach import Readings, people_reached

Floats = NDArray[np.float64]
DRAWS: Final = 1024
"""Draws of a run's readings, beside the central values."""
MOST_ACTS: Final = 0.05
"""Most chance that something acts on the campaign with which its log is taken to stand."""
MOST_MOVED: Final = 0.01
"""Most calls, as a share of all, that objections may take away at the 95 % point."""


@dataclass(frozen=True, slots=True)
class Points:
    """The draws that all strategies of a run are read in."""

    moving: tuple[Group, ...]
    """The scenario's inputs, as it is simulated."""
    uniforms: Mapping[str, Floats]
    """By path of an input: its uniform in each draw, (n + 1,); 1/2 in draw 0: the median."""
    n: int
    """Draws beside draw 0."""
    spreads: Spreads = field(default_factory=Spreads, compare=False, repr=False)
    """Where delays end, for the strategies that follow."""
    _known: dict[tuple[int, tuple[str, ...]], Values] = field(
        default_factory=dict, compare=False, repr=False
    )

    def values(self, paths: Sequence[str]) -> Values:
        """Values of the keys that some inputs move; the others stay central."""
        wanted, found = frozenset(paths), dict[Path, Floats]()
        for number, group in enumerate(self.moving):
            mine = tuple(one.path for one in group.inputs if one.path in wanted)
            if (number, mine) not in self._known:
                at = {path: self.uniforms[path] for path in mine}
                self._known[number, mine] = values_in([group], at)
            found.update(self._known[number, mine])
        return found


@dataclass(frozen=True, slots=True)
class Reading:
    """What one strategy's log says in each draw; draw 0 has every input at its central value."""

    people: Floats
    """(n + 1,) Mean people reached, as simulated."""
    complaints: Read | None
    """Complaints in the same draws, at full size; None where the world has none."""
    votes: Floats | None
    """(n + 1,) Votes gained by those people, as simulated, below 0 where lost; None where the world
    says nothing of votes."""
    inputs: tuple[str, ...]
    """Paths of the inputs that were drawn."""
    acts: float
    """Chance that the regulator acts on the campaign before its cutoff, over all draws of inputs
    that bear on it, 0–1."""
    moved: float
    """Calls that objections may take away at the 95 % point, as a share of all; 0–1."""
    stands: bool
    """Whether held inputs were drawn."""


def points(scenario: Scenario, seed: int, n: int = DRAWS) -> Points:
    """The draws of a scenario's inputs that a run is read in.

    Parameters
    ----------
    scenario
        As simulated.
    seed
        Root seed, 0 to 2**64 - 1.
    n
        How many.
    """
    moving = groups(scenario)
    paths = [one.path for one in inputs(moving)]
    drawn = np.full((n + 1, len(paths)), 0.5)
    drawn[1:] = shuffled(seed, paths, n)
    at = correlated(scenario.joint, dict(zip(paths, drawn.T, strict=True)))
    return Points(moving, at, n)


def reading(
    cases: Cases,
    scenario: Scenario,
    strategy: str,
    at: Points,
    *,
    reads: Sequence[str],
    held: Sequence[str],
    ways: Ways,
    scale: Fraction = Fraction(1),
) -> Reading:
    """Read one strategy's log in every draw.

    Parameters
    ----------
    cases
        Of the log.
    scenario
        As simulated.
    strategy
        Its name.
    at
        The draws.
    reads, held
        Paths of inputs that decide nothing about its calls, and of those that do so only through
        what comes back.
    ways
        By which ways something comes back.
    scale
        Effective scale: lines simulated ÷ lines at full size.
    """
    # Matrices are small here: threads of the library that multiplies them cost up to twenty times
    # what they save where the cores are taken.
    with threadpool_limits(1, user_api="blas"):
        return _reading(cases, scenario, strategy, at, (reads, held), ways, scale)


def _reading(
    cases: Cases,
    scenario: Scenario,
    strategy: str,
    at: Points,
    drawn: tuple[Sequence[str], Sequence[str]],
    ways: Ways,
    scale: Fraction,
) -> Reading:
    """The same; ``drawn`` are the paths that are read, and those that are held."""
    reads, held = drawn
    acts = moved = 0.0
    stands = not ways.labels
    values = at.values([*reads, *held])
    draws = at.n + 1
    counted = _complaints(cases, scenario, values, at, ways, scale)
    if counted is not None and ways.reports is not None:
        acts = at_least(counted.of(slice(1, None)).acting, ways.reports)
        stands = stands and acts <= MOST_ACTS
    if ways.again:
        gone = _objections(cases, scenario, strategy, values, counted, draws, scale) * ways.again
        calls = max(int(cases.placed), 1) / scale
        moved = min(1.0, float(np.quantile(gone[1:], 0.95)) / float(calls))
        stands = stands and moved <= MOST_MOVED
    if held and not stands:
        values = at.values(reads)
        counted = _complaints(cases, scenario, values, at, ways, scale)
    people = _people(cases, scenario, strategy, values, draws)
    return Reading(
        people=people,
        complaints=counted,
        votes=_votes(scenario, values, people),
        inputs=tuple([*reads, *held] if stands else reads),
        acts=acts,
        moved=moved,
        stands=stands,
    )


def _complaints(
    cases: Cases, scenario: Scenario, values: Values, at: Points, ways: Ways, scale: Fraction
) -> Read | None:
    """Complaints in each draw; None where the world has none."""
    if scenario.world.complaints is None:
        return None
    acting, ceiling = float(ways.review_ms), float(1 / scale)
    return read(cases, scenario.world, values, at.n + 1, acting, ceiling, at.spreads)


def _people(cases: Cases, scenario: Scenario, strategy: str, values: Values, n: int) -> Floats:
    """(n,) Mean people reached in each draw."""
    value = value_of(scenario.world, values, n)
    draws = Readings(
        voters=value("voters_per_line"),
        heard=value("voicemail.heard"),
        shared=value("voicemail.shared"),
        none=value("lines_without_voters"),
    )
    return people_reached(cases.lines, draws, scenario.strategies[strategy].reached_when.voicemail)


def _votes(scenario: Scenario, values: Values, people: Floats) -> Floats | None:
    """(n,) Votes gained in each draw; None where the world says nothing of votes."""
    if scenario.world.votes is None:
        return None
    value = value_of(scenario.world, values, len(people))
    return people * value("votes.per_1000_reached") / 1_000


def _objections(
    cases: Cases,
    scenario: Scenario,
    strategy: str,
    values: Values,
    counted: Read | None,
    n: int,
    scale: Fraction,
) -> Floats:
    """(n,) Most objections by complaint or call-back, at full size: all that ever come."""
    world, message = scenario.world, scenario.strategies[strategy].message
    value, gone = value_of(world, values, n), np.zeros(n)
    if counted is not None:
        told = value("complaints.channels.regulator") + value("complaints.channels.operator")
        gone += counted.all.mean * told * value("complaints.opts_out")
    if world.call_back is not None and message.call_back:
        left = float(cases.lines.sum(axis=0) @ np.arange(cases.lines.shape[1]))
        gone += left / float(scale) * value("call_back.share") * value("call_back.opts_out")
    return gone
