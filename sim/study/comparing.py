"""Several alternatives under the same unknowns: which is best, how often, and at what regret.

An alternative is a strategy, or the same strategy in another version of a scenario. All have their
numbers in the same draws and readings, so they are compared one by one. A *utility* weighs numbers
against each other: people reached alone, unless weights are stated. An alternative's *regret* in a
draw is how far it is below the best of that draw (Savage 1951).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.errors import OptionError, UnknownNameError
from sim.study.comparison import Paired, paired
from sim.study.intervals import Spread, spread

Floats = NDArray[np.float64]
PEOPLE: Final = "people_reached"
WEIGHED: Final = (PEOPLE, "complaints", "cost")
"""Numbers that can be weighed."""
LESS_IS_BETTER: Final = frozenset({"complaints", "cost"})
SURE: Final = 0.95
"""Share of draws in which something must hold to be told."""
_WEIGHT = re.compile(r"\s*(?P<name>[a-z_]+)\s*:\s*(?P<weight>[-+−]?\d{1,12}(?:\.\d{1,9})?)\s*")


@dataclass(frozen=True, slots=True, eq=False)
class Alternatives:
    """Alternatives in the same draws."""

    names: tuple[str, ...]
    base: str
    """What the others are compared with."""
    numbers: Mapping[str, Mapping[str, Floats]]
    """By number of :data:`WEIGHED`, then by alternative: (n, r) at full size, by run and reading.
    A number that some alternative has not is left out."""
    luck: Mapping[str, Mapping[str, float]]
    """Likewise: relative standard deviation of one run's luck, where it is known."""
    runs: Mapping[str, Floats]
    """By path of an input that differs from run to run: its uniform in each, (n,)."""
    readings: Mapping[str, Floats]
    """By path of an input that differs from reading to reading: its uniform, (n, r)."""

    def noise(self, number: str, one: str, other: str) -> float:
        """Relative difference that luck alone makes, two standard deviations."""
        known = self.luck.get(number, {})
        return 2 * float(np.hypot(known.get(one, 0.0), known.get(other, 0.0)))


@dataclass(frozen=True, slots=True)
class Beside:
    """A number of an alternative beside the base's."""

    paired: Paired
    low: float
    high: float
    """In nine draws of ten the ratios of *all* alternatives lie between their own two of these."""


@dataclass(frozen=True, slots=True)
class Dominated:
    """An alternative that another beats in everything."""

    name: str
    by: str
    share: float
    """Of draws."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an alternative stands among all of them."""

    best: float
    """Share of draws in which it has the highest utility; a tie is shared."""
    regret: Spread
    """How far its utility is below the best of each draw."""
    lost: Spread | None
    """The same as a share of the best; None where the best is not above 0 in every draw."""


def parse_weights(text: str) -> dict[str, float]:
    """Weights from ``people_reached: 1, complaints: -50, cost: -0.2``.

    Raises
    ------
    sim.errors.OptionError
        If it cannot be read, or weighs nothing.
    sim.errors.UnknownNameError
        For a number that cannot be weighed, with the nearest that can.
    """
    found: dict[str, float] = {}
    for part in text.split(","):
        match = _WEIGHT.fullmatch(part)
        if match is None:
            raise OptionError(
                "a weight cannot be read",
                found=f"'{part.strip()}'",
                allowed="NUMBER: WEIGHT, such as 'people_reached: 1, complaints: -50'",
            )
        name = match["name"]
        if name not in WEIGHED:
            raise UnknownNameError(
                f"there is no number '{name}' to weigh",
                nearest=next(iter(get_close_matches(name, WEIGHED, 1)), ""),
                allowed=", ".join(WEIGHED),
            )
        found[name] = float(match["weight"].replace("−", "-"))
    if not any(found.values()):
        raise OptionError("all weights are 0: every alternative would be as good")
    return found


def utilities(known: Alternatives, weights: Mapping[str, float]) -> dict[str, Floats]:
    """(n, r) Utility of each alternative.

    Raises
    ------
    sim.errors.OptionError
        Where a number is weighed that some alternative has not.
    """
    missing = [number for number in weights if number not in known.numbers]
    if missing:
        raise OptionError(
            f"{missing[0]} cannot be weighed: not every alternative has it",
            allowed=", ".join(known.numbers),
        )
    return {
        name: np.asarray(
            sum(weight * known.numbers[number][name] for number, weight in weights.items()),
            dtype=np.float64,
        )
        for name in known.names
    }


def beside(known: Alternatives, number: str) -> dict[str, Beside]:
    """A number of each other alternative beside the base's; empty where the base has none."""
    base = known.numbers[number][known.base].ravel()
    others = [name for name in known.names if name != known.base]
    if not others or not (base > 0).all():
        return {}
    ratios = np.stack([known.numbers[number][name].ravel() / base for name in others])
    low, high = together(ratios)
    return {
        name: Beside(
            paired(
                known.numbers[number][name].ravel(), base, known.noise(number, name, known.base)
            ),
            float(low[at]),
            float(high[at]),
        )
        for at, name in enumerate(others)
    }


def together(values: Floats, share: float = 0.9) -> tuple[Floats, Floats]:
    """Ends between which all rows lie at once in a share of the columns.

    Each row gets the same part of its own draws to either side, so wide rows have wide intervals.

    Parameters
    ----------
    values : (m, n) float64
        By alternative and draw.

    Returns
    -------
    tuple of (m,) float64
        The low and the high ends.
    """
    n = values.shape[1]
    ordered = np.sort(values, axis=1)
    below = np.stack([np.searchsorted(o, v, "left") for o, v in zip(ordered, values, strict=True)])
    above = np.stack(
        [n - np.searchsorted(o, v, "right") for o, v in zip(ordered, values, strict=True)]
    )
    # How deep in its own law a draw lies, in the alternative in which it lies least deep.
    depth = np.minimum(below, above).min(axis=0)
    cut = int(np.sort(depth)[n - int(np.ceil(share * n))])
    return ordered[:, cut], ordered[:, n - 1 - cut]


def dominated(known: Alternatives) -> tuple[Dominated, ...]:
    """Alternatives that another beats: no worse in any number, better in one, nearly always."""
    found = []
    for name in known.names:
        for by in known.names:
            if by == name:
                continue
            worse = np.zeros(1, dtype=np.bool_)
            better = np.zeros(1, dtype=np.bool_)
            for number, values in known.numbers.items():
                sign = -1.0 if number in LESS_IS_BETTER else 1.0
                gain = sign * (values[by] - values[name])
                margin = known.noise(number, name, by) * np.abs(values[name])
                worse = worse | (gain < -margin)
                better = better | (gain > margin)
            share = float((better & ~worse).mean())
            if share >= SURE:
                found.append(Dominated(name, by, share))
                break
    return tuple(found)


def standings(utility: Mapping[str, Floats]) -> dict[str, Standing]:
    """How each alternative stands, from its utility in each draw, (n, r)."""
    table = np.stack(np.broadcast_arrays(*utility.values())).reshape(len(utility), -1)
    most = table.max(axis=0)
    first = table == most
    best = (first / first.sum(axis=0)).mean(axis=1)
    return {
        name: Standing(
            float(best[at]),
            spread(most - table[at]),
            spread(1 - table[at] / most) if (most > 0).all() else None,
        )
        for at, name in enumerate(utility)
    }


def rivals(standing: Mapping[str, Standing]) -> tuple[str, Sequence[str]]:
    """The alternative that is best most often, and the others, the next best first."""
    order = sorted(standing, key=lambda name: -standing[name].best)
    return order[0], order[1:]
