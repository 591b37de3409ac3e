"""What the inputs of a finished study do to its numbers, and to differences between strategies.

Nothing is run: draws and readings are those of the study. What was drawn is worked out anew from
its scenario and held against what it wrote, so that a study of a version that drew otherwise is
told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.errors import CannotJudgeError, UnknownNameError
from sim.jobs.draws import Drawing
from sim.loading.load import load
from sim.store.manifest import SCENARIO
from sim.store.study import DRAWS, READINGS, Study
from sim.store.verify import hold
from sim.study.importance import FEWEST_RUNS, Importance, importance
from sim.study.shapley import MOST_INPUTS, Shapley, shapley

Floats = NDArray[np.float64]
PEOPLE: Final = "people_reached"
COMPLAINTS: Final = "complaints"
COST: Final = "cost"
SCHEMA: Final = "ringfence-sensitivity/1"
"""Of the JSON document; its number goes up when a key goes or changes its meaning."""


@dataclass(frozen=True, slots=True)
class Hangs:
    """What a number hangs on."""

    number: str
    """``people_reached``, ``complaints`` or ``cost``."""
    importance: Importance
    linked: tuple[str, ...]
    """Inputs that are drawn together with others."""
    shapley: Shapley | None
    """Where inputs are linked: whose doing the spread is; None also where no polynomial tells."""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What the numbers of a study hang on."""

    study: Study
    base: str
    numbers: Mapping[str, tuple[Hangs, ...]]
    """By strategy."""
    differences: Mapping[str, tuple[Hangs, ...]]
    """By strategy other than the base: the logarithm of its number over the base's."""
    readings: int
    """Readings of each draw."""

    @property
    def not_varied(self) -> tuple[str, ...]:
        """Inputs without a range: nothing here tells of them."""
        return tuple(self.study.answer["not_varied"])


@dataclass(frozen=True)
class _Sample:
    """A study's numbers and what was drawn for them."""

    study: Study
    drawing: Drawing

    @cached_property
    def n(self) -> int:
        return self.study.draws_count

    @cached_property
    def placed(self) -> Mapping[str, Floats]:
        return self.drawing.points(range(self.n))

    @cached_property
    def _rows(self) -> Any:
        table = self.study.arrow(READINGS)
        if table is None:
            raise CannotJudgeError(
                f"an earlier version made {self.study.path}: it keeps no readings",
                remedy="make the study anew",
            )
        return table.to_pandas()

    @cached_property
    def readings(self) -> int:
        return int(self._rows["reading"].max())

    @cached_property
    def read(self) -> Mapping[str, Floats]:
        flat = self.drawing.readings(self.n * self.readings)
        return {path: u.reshape(self.n, self.readings) for path, u in flat.items()}

    def column(self, strategy: str, name: str) -> Floats | None:
        """(n, r) A column of readings; None where the strategy has none."""
        rows = self._rows
        found = rows.loc[rows["strategy"] == strategy, name].to_numpy(np.float64)
        return None if np.isnan(found).any() else found.reshape(self.n, -1)

    @cached_property
    def _costs(self) -> Any:
        rows = self.study.draws
        kept = (rows["metric"] == COST) & (rows["noise"] == 0) & (rows["draw"] > 0)
        return rows[kept].sort_values("draw", kind="stable")

    def cost(self, strategy: str) -> Floats | None:
        """(n, 1) Cost, as simulated."""
        rows = self._costs
        found = rows.loc[rows["strategy"] == strategy, "value"].to_numpy(np.float64)
        return found[:, None] if len(found) == self.n else None

    def reading(self, *strategies: str) -> dict[str, Floats]:
        """By path of an input that is read in all of them: where it stood, (n, r).

        Where what comes back hangs on an input, a run is not read in it, and keeps its own value.
        """
        told = [self.study.answer["strategies"][name] for name in strategies]
        out = {}
        for path in told[0]["reading"]:
            if all(path in one["reading"] for one in told):
                kept = {draw for one in told for draw in one.get("not_read", {}).get(path, ())}
                runs = np.array([number + 1 in kept for number in range(self.n)])
                out[path] = np.where(runs[:, None], self.placed[path][:, None], self.read[path])
        return out

    def numbers(self, strategy: str) -> dict[str, Floats]:
        """A strategy's numbers that move, as logarithms where they can be."""
        found = {
            PEOPLE: self.column(strategy, PEOPLE),
            COMPLAINTS: self.column(strategy, COMPLAINTS),
            COST: self.cost(strategy),
        }
        return {name: _logged(v) for name, v in found.items() if v is not None and _moves(v)}

    def differences(self, strategy: str) -> dict[str, Floats]:
        """Logarithms of its numbers over the base's, in the same unknowns."""
        out = {}
        for name in (PEOPLE, COMPLAINTS):
            value, base = (self.column(strategy, f"{name}_{end}") for end in ("beside", "base"))
            if value is None or base is None or not ((value > 0).all() and (base > 0).all()):
                continue
            if _moves(ratio := value / base):
                out[name] = np.log(ratio)
        return out

    def hangs(self, number: str, value: Floats, read: Mapping[str, Floats]) -> Hangs:
        """What a number hangs on, of which some inputs were read."""
        readings = dict(read) if value.shape[1] > 1 else {}
        runs = {p: u for p, u in self.placed.items() if p not in readings}
        if value.shape[1] == 1:  # nothing that is read moves it
            runs = {p: u for p, u in runs.items() if p not in read}
        seed = self.study.facts.seed
        found = importance(value, runs, readings, seed=seed)
        linked = tuple(p for one in self.drawing.loaded.scenario.joint for p in one.inputs)
        shown = [e.path for e in found.effects if found.beyond(e)]
        chosen = self._among(shown)
        if not set(chosen) & set(linked):
            return Hangs(number, found, linked, None)
        at = {
            p: readings[p] if p in readings else np.repeat(runs[p][:, None], value.shape[1], 1)
            for p in chosen
        }
        return Hangs(number, found, linked, shapley(value, at, self._correlation(chosen)))

    def _among(self, shown: Sequence[str]) -> list[str]:
        """The inputs among which a spread is divided: the strongest, with those linked to them."""
        chosen: list[str] = []
        groups = [set(one.inputs) for one in self.drawing.loaded.scenario.joint]
        for path in shown:
            mates = next((group for group in groups if path in group), {path})
            new = [p for p in self.placed if p in mates and p not in chosen]
            if len(chosen) + len(new) <= MOST_INPUTS:
                chosen += new
        return chosen

    def _correlation(self, chosen: Sequence[str]) -> Floats:
        out = np.eye(len(chosen))
        for group in self.drawing.loaded.scenario.joint:
            here = [(group.inputs.index(p), chosen.index(p)) for p in group.inputs if p in chosen]
            for inside, row in here:
                for other, column in here:
                    out[row, column] = group.matrix[inside][other]
        return out


def sensitivity(study: Study, strategies: Iterable[str] | None = None) -> Sensitivity:
    """What the numbers of a study hang on.

    Parameters
    ----------
    study
        A finished one, of at least 32 draws.
    strategies
        Names; default all.

    Raises
    ------
    sim.errors.CannotJudgeError
        For too few draws, or a study whose draws this version would not make.
    sim.errors.UnknownNameError
        For a strategy that the study has not.
    sim.errors.RunDirectoryError
        Where a file differs from its digest.
    """
    if study.draws_count < FEWEST_RUNS:
        raise CannotJudgeError(
            f"{study.draws_count} draws are too few to tell what drives a number",
            allowed=f"at least {FEWEST_RUNS}",
            remedy=f"give the command that made the study again, with --draws {FEWEST_RUNS}",
        )
    loaded = load(hold(study.path, SCENARIO, study.manifest["files"][SCENARIO]))
    drawing = Drawing(loaded, study.strategies, Fraction(study.facts.scale))
    _hold_draws(study, drawing)
    chosen = named("strategy", strategies, study.strategies)
    sample, base = _Sample(study, drawing), study.answer["base"]
    return Sensitivity(
        study,
        base,
        {
            name: tuple(
                sample.hangs(number, value, sample.reading(name))
                for number, value in sample.numbers(name).items()
            )
            for name in chosen
        },
        {
            name: tuple(
                sample.hangs(number, value, sample.reading(name, base))
                for number, value in sample.differences(name).items()
            )
            for name in chosen
            if name != base
        },
        sample.readings,
    )


def named(what: str, wanted: Iterable[str] | None, known: Sequence[str]) -> list[str]:
    """Those of the known names that are wanted, in their order; all where none is.

    Raises
    ------
    sim.errors.UnknownNameError
        For another name, with the nearest.
    """
    names = list(wanted or known)
    for name in names:
        if name not in known:
            raise UnknownNameError(
                f"there is no {what} '{name}'",
                nearest=next(iter(get_close_matches(name, known, 1)), ""),
                allowed=", ".join(known),
            )
    return [name for name in known if name in names]


def _hold_draws(study: Study, drawing: Drawing) -> None:
    """See that what is drawn today is what the study drew."""
    rows = study.inputs
    written = rows[rows["draw"] == 1].set_index("path")["value"].to_dict()
    _, today = drawing.scenario(1)
    if written.keys() != today.keys() or any(
        not np.isclose(written[path], today[path], rtol=1e-9, atol=0) for path in today
    ):
        raise CannotJudgeError(
            f"this version draws other inputs than {study.path} has: {DRAWS} is of another one",
            remedy="make the study anew",
        )


def _moves(value: Floats) -> bool:
    return float(np.ptp(value)) > 1e-9 * float(np.abs(value).max() or 1.0)


def _logged(value: Floats) -> Floats:
    return np.log(value) if (value > 0).all() else value


# ── As data ──────────────────────────────────────────────────────────────────────────────────────


def document(found: Sensitivity) -> dict[str, Any]:
    """The JSON document: docs/sensitivity.md lists its keys."""
    return {
        "schema": SCHEMA,
        "study": str(found.study.path),
        "draws": found.study.draws_count,
        "readings": found.readings,
        "scenario": found.study.facts.scenario,
        "base": found.base,
        "strategies": {
            name: {one.number: _plain(one) for one in numbers}
            for name, numbers in found.numbers.items()
        },
        "differences": {
            name: {one.number: _plain(one) for one in numbers}
            for name, numbers in found.differences.items()
        },
        "not_varied": list(found.not_varied),
    }


def _plain(one: Hangs) -> dict[str, Any]:
    def effect(e: Any) -> dict[str, Any]:
        return {
            "role": "placing" if e.places else "reading",
            **{
                name: {"value": m.value, "low": m.low, "high": m.high}
                for name, m in (("first_order", e.first), ("delta", e.delta))
            },
        }

    shares = {} if one.shapley is None else one.shapley.shares
    return {
        "inputs": [
            {
                "path": e.path,
                **effect(e),
                "shapley": shares.get(e.path),
                "beyond_chance": one.importance.beyond(e),
            }
            for e in one.importance.effects
        ],
        "dummies": [effect(e) for e in one.importance.dummies],
        "linked": list(one.linked),
        "polynomial_tells": None if one.shapley is None else one.shapley.told,
    }
