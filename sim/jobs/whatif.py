"""What a study says of other values of its inputs: read exactly, or by its surface, never run.

The central run of a study keeps its ledger of cases. Inputs that no call hangs on are read from it
exactly, at any value; those that decide about calls enter by the surface that was fitted through
the draws, as a factor. Where that surface was refused, they stay at their central values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from sim.document.written import share_text
from sim.jobs.draws import Drawing
from sim.jobs.scaling import scaled_down
from sim.loading.load import load
from sim.measure.cases import Cases
from sim.measure.founding import Spreads
from sim.scenario.scenario import Scenario
from sim.store.manifest import SCENARIO
from sim.store.study import Study
from sim.study.complaints import read, value_of
from sim.study.counts import Count, quantile
from sim.study.inputs import Group, Input, groups, inputs, values_in, values_of, written
from sim.study.intervals import P5, P50, P95
from sim.study.law import Law
from sim.study.reach import Readings, people_reached
from sim.study.surface import Surface, coordinate

Floats = NDArray[np.float64]
READINGS: Final = 256
"""Values of the inputs that are not moved, over which an interval is told."""
MOST_DIALS: Final = 8
MOST_EXACT: Final = 5
"""Most inputs that are read exactly, where there are others."""
ENDS: Final = (0.05, 0.95)
Kind = Literal["exact", "interpolated", "refused"]


@dataclass(frozen=True, slots=True)
class Dial:
    """An input that drives the answer."""

    path: str
    law: Law
    source: str | None
    kind: Kind
    """Read from the log exactly, by the surface, or not at all: only a run answers."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A number with every input that is not moved at its central value, and over their ranges."""

    central: float
    p5: float
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Told:
    """What a strategy would give."""

    people: Interval
    """People reached, at full size."""
    complaints: Interval | None
    """Complaints up to the horizon: the mean at central values, and points over ranges and luck;
    None where the world has none."""
    interpolated: bool
    """Whether an input was moved that enters by the surface."""
    error: float | None
    """Relative error of the surface in draws that it has not seen; None without one."""


@dataclass(frozen=True)
class Whatif:
    """A study, ready to be asked."""

    study: Study
    drawing: Drawing
    scaled: Scenario
    """As simulated at central values."""
    effective: Fraction

    @cached_property
    def _cases(self) -> Mapping[str, Cases]:
        return {name: found.cases for name, found in self.study.drawn(0).found.items()}

    @cached_property
    def _spreads(self) -> Spreads:
        """Where delays end: the same, whichever other input is moved."""
        return Spreads()

    @cached_property
    def _moving(self) -> tuple[Group, ...]:
        return groups(self.scaled)

    @cached_property
    def _inputs(self) -> Mapping[str, Input]:
        return {one.path: one for one in inputs(groups(self.drawing.loaded.scenario))}

    @cached_property
    def _read(self) -> Mapping[str, Floats]:
        return self.drawing.readings(READINGS)

    @cached_property
    def _placed(self) -> Mapping[str, Floats]:
        return self.drawing.points(range(READINGS))

    def _told(self, strategy: str) -> Mapping[str, Any]:
        told: Mapping[str, Any] = self.study.answer["strategies"][strategy]
        return told

    def surface(self, strategy: str) -> Surface | None:
        """The surface of people reached; None where it was refused."""
        found = self._told(strategy)["surfaces"].get("people_reached", {"refused": True})
        if found.get("refused"):
            return None
        return Surface(
            tuple(found["inputs"]),
            tuple(found["coefficients"]),
            float(found["error"]),
            self.study.draws_count,
        )

    @cached_property
    def _dialled(self) -> dict[str, tuple[Dial, ...]]:
        return {}

    @cached_property
    def _middle(self) -> dict[str, Told]:
        return {}

    def dials(self, strategy: str) -> tuple[Dial, ...]:
        """The inputs that drive a strategy's answer, those that are read first; found once."""
        if strategy not in self._dialled:
            self._dialled[strategy] = self._dials(strategy)
        return self._dialled[strategy]

    def _dials(self, strategy: str) -> tuple[Dial, ...]:
        reading = list(self._told(strategy)["reading"])
        swing = {path: self._swing(strategy, path) for path in reading}
        exact = [path for path in sorted(reading, key=lambda p: -swing[p]) if swing[path] > 1e-3]
        surface = self.surface(strategy)
        if surface is not None:
            placing, kind = list(surface.paths), "interpolated"
        else:
            drivers = self._told(strategy)["drivers"].get("people_reached", ())
            known = [one["path"] for one in drivers if one["path"] not in reading]
            rest = [path for path in self._inputs if path not in reading and path not in known]
            placing, kind = [*known, *rest][: MOST_DIALS - MOST_EXACT], "refused"
        most = max(MOST_EXACT, MOST_DIALS - len(placing))
        kinds: list[tuple[str, Kind]] = [(path, "exact") for path in exact[:most]]
        kinds += [(path, kind) for path in placing]  # type: ignore[misc]
        return tuple(
            Dial(path, self._inputs[path].law, self._inputs[path].source, of)
            for path, of in kinds[:MOST_DIALS]
            if path in self._inputs
        )

    def _swing(self, strategy: str, path: str) -> float:
        """How far an input alone moves people or complaints from end to end, as a logarithm."""
        uniforms = {path: np.array(ENDS)}
        found = [self._people(strategy, uniforms, 2)]
        if (count := self._complaints(strategy, uniforms, 2)) is not None:
            found.append(count.mean)
        ends = [values for values in found if (values > 0).all()]
        return max((abs(float(np.log(v[1] / v[0]))) for v in ends), default=0.0)

    def tell(self, strategy: str, moved: Mapping[str, float]) -> Told:
        """What a strategy would give with some inputs moved.

        Parameters
        ----------
        strategy
            Its name.
        moved
            By path of an input: where on its law it is put, a share of 0–1 (0.5 is the central
            value); one that is ``refused`` stays where it is.
        """
        if moved:
            return self._tell(strategy, moved)
        if strategy not in self._middle:
            self._middle[strategy] = self._tell(strategy, {})
        return self._middle[strategy]

    def _tell(self, strategy: str, moved: Mapping[str, float]) -> Told:
        reading = self._told(strategy)["reading"]
        n = READINGS + 1
        at = {path: np.concatenate([[0.5], self._read[path]]) for path in reading}
        at |= {path: np.full(n, share) for path, share in moved.items() if path in at}
        people, surface = self._people(strategy, at, n), self.surface(strategy)
        if surface is not None:
            people = people * self._factor(surface, moved)
        count = self._complaints(strategy, at, n)
        return Told(
            people=_interval(people),
            complaints=None if count is None else _law(count),
            interpolated=surface is not None and any(path in surface.paths for path in moved),
            error=None if surface is None else surface.error,
        )

    def _factor(self, surface: Surface, moved: Mapping[str, float]) -> Floats:
        """(n + 1,) What placing inputs make of people reached, as a factor; 1 in the middle."""
        at = {path: np.concatenate([[0.5], self._placed[path]]) for path in surface.paths}
        at |= {p: np.full(READINGS + 1, share) for p, share in moved.items() if p in at}
        laws = {path: self._inputs[path].law for path in surface.paths}
        there = surface({p: coordinate(laws[p], laws[p](u)) for p, u in at.items()})
        return there / surface({p: np.zeros(1) for p in surface.paths})

    def _people(self, strategy: str, uniforms: Mapping[str, Floats], n: int) -> Floats:
        """(n,) Mean people reached, at full size."""
        values = values_in(self._moving, uniforms)
        value = value_of(self.scaled.world, values, n)
        draws = Readings(
            voters=value("voters_per_line"),
            heard=value("voicemail.heard"),
            shared=value("voicemail.shared"),
            none=value("lines_without_voters"),
        )
        rule = self.scaled.strategies[strategy].reached_when.voicemail
        found = people_reached(self._cases[strategy].lines, draws, rule)
        return found / float(self.effective)

    def _complaints(self, strategy: str, uniforms: Mapping[str, Floats], n: int) -> Count | None:
        if self.scaled.world.complaints is None:
            return None
        values = values_in(self._moving, uniforms)
        scale = float(1 / self.effective)
        cases, world = self._cases[strategy], self.scaled.world
        return read(cases, world, values, n, 0.0, scale, self._spreads).all

    def settings(self, moved: Mapping[str, float]) -> dict[str, str]:
        """By key with dots: the value that a scenario takes for the inputs that are moved."""
        found: dict[str, str] = {}
        for group in groups(self.drawing.loaded.scenario):
            if not any(one.path in moved for one in group.inputs):
                continue
            at = {one.path: moved.get(one.path, 0.5) for one in group.inputs}
            scale = group.inputs[0].law.scale
            for path, value in values_of([group], at).items():
                found[written(path)] = _written(value, scale)
        return found


def whatif(study: Study) -> Whatif:
    """Make a study ready to be asked.

    Raises
    ------
    RunDirectoryError
        If a file of it is not as the study left it.
    """
    from sim.store.verify import hold

    loaded = load(hold(study.path, SCENARIO, study.manifest["files"][SCENARIO]))
    scale = Fraction(study.facts.scale)
    drawing = Drawing(loaded, study.strategies, scale)
    small = scaled_down(loaded.scenario, scale, loaded.laws, study.strategies)
    return Whatif(study, drawing, small.scenario, small.effective)


def _interval(values: Floats) -> Interval:
    points = np.quantile(values[1:], (P5, P50, P95)).tolist()
    return Interval(float(values[0]), *points)


def _law(count: Count) -> Interval:
    over = Count(count.mean[1:], count.variance[1:])
    return Interval(float(count.mean[0]), *(quantile(over, share) for share in (P5, P50, P95)))


def _written(value: float, scale: str) -> str:
    """A value as a scenario writes it."""
    if scale == "share":
        return share_text(value)
    return f"{round(value)} ms" if scale == "duration" else f"{value:.6g}"
