"""What would have to be true for a ranking to turn: regions of the inputs, as rules.

A tree of decisions (CART, Breiman and others 1984, by scikit-learn) divides the draws by their
inputs into those in which one alternative is ahead and those in which it is not. A leaf in which it
mostly is, is a rule: a few bounds on inputs, with its *density*, the share of its draws in which
the rule is right, and its *coverage*, the share of all such draws that it holds (Bryant and Lempert
2010). Fewer than :data:`FEWEST` draws on either side tell nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FEWEST: Final = 20
"""Draws on each side, at least."""
DEEP: Final = 3
"""Most bounds of a rule."""
MOST_RULES: Final = 3
_LEAF: Final = 0.02
"""Least share of all draws in a leaf."""
_LIFT: Final = 1.5
"""How much denser than all draws together a rule is, or else more often right than not."""


@dataclass(frozen=True, slots=True)
class Bound:
    """An input above or below a point of its law."""

    path: str
    above: bool
    at: float
    """A share of its law, 0–1."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A region."""

    bounds: tuple[Bound, ...]
    density: float
    """Share of its draws in which the alternative is ahead."""
    coverage: float
    """Share of the draws in which the alternative is ahead that lie in it."""
    draws: int
    """Draws and readings in it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """When one alternative is ahead of another."""

    share: float
    """Of all draws."""
    rules: tuple[Rule, ...]
    """The one with most coverage first; none where none is found."""
    enough: bool
    """Whether there are enough draws on each side."""
    sides: tuple[int, int]
    """Runs in which it is ahead in some reading, and in which it is not."""


def turn(
    ahead: NDArray[np.bool_], runs: Mapping[str, Floats], readings: Mapping[str, Floats]
) -> Turn:
    """When one alternative is ahead of another.

    Parameters
    ----------
    ahead : (n, r) bool
        By run and reading.
    runs
        By path of an input that differs from run to run: its uniform in each, (n,). They are looked
        at only where there are enough runs on each side.
    readings
        By path of an input that differs from reading to reading: its uniform, (n, r).
    """
    r = ahead.shape[1]
    share = float(ahead.mean())
    sides = int(ahead.any(axis=1).sum()), int((~ahead).any(axis=1).sum())
    rows = int(ahead.sum()), int((~ahead).sum())
    columns: dict[str, Floats] = {}
    if min(sides) >= FEWEST:
        columns |= {path: np.repeat(u, r) for path, u in runs.items()}
    if min(rows) >= FEWEST:
        columns |= {path: u.ravel() for path, u in readings.items()}
    if not columns:
        return Turn(share, (), False, sides)
    rules = _rules(np.column_stack(list(columns.values())), ahead.ravel(), tuple(columns))
    return Turn(share, rules, True, sides)


def _rules(table: Floats, ahead: NDArray[np.bool_], paths: tuple[str, ...]) -> tuple[Rule, ...]:
    from sklearn.tree import DecisionTreeClassifier

    least = max(FEWEST, int(_LEAF * len(ahead)))
    grown = DecisionTreeClassifier(
        max_depth=DEEP, min_samples_leaf=least, class_weight="balanced", random_state=0
    ).fit(table, ahead)
    tree, leaf_of = grown.tree_, grown.apply(table)
    found = []
    whole, every = float(ahead.mean()), int(ahead.sum())
    for leaf, bounds in _leaves(tree, paths):
        inside = leaf_of == leaf
        density = float(ahead[inside].mean())
        if bounds and density >= min(0.5, _LIFT * whole) and density > whole:
            coverage = float(ahead[inside].sum()) / every
            found.append(Rule(bounds, density, coverage, int(inside.sum())))
    return tuple(sorted(_joined(found), key=lambda rule: -rule.coverage)[:MOST_RULES])


def _leaves(tree: object, paths: tuple[str, ...]) -> list[tuple[int, tuple[Bound, ...]]]:
    """The leaves of a tree, each with the tightest bounds on the way to it."""
    left, right = tree.children_left, tree.children_right  # type: ignore[attr-defined]
    feature, threshold = tree.feature, tree.threshold  # type: ignore[attr-defined]
    found: list[tuple[int, tuple[Bound, ...]]] = []
    open_: list[tuple[int, dict[tuple[str, bool], float]]] = [(0, {})]
    while open_:
        node, known = open_.pop()
        if left[node] < 0:
            found.append((node, tuple(Bound(p, a, at) for (p, a), at in known.items())))
            continue
        path, at = paths[feature[node]], float(threshold[node])
        open_.append(
            (int(right[node]), {**known, (path, True): max(at, known.get((path, True), at))})
        )
        open_.append(
            (int(left[node]), {**known, (path, False): min(at, known.get((path, False), at))})
        )
    return found


def _joined(rules: list[Rule]) -> list[Rule]:
    """Rules, two that are halves of one region made one."""
    for at, one in enumerate(rules):
        for other in rules[at + 1 :]:
            bounds = _whole(_box(one), _box(other))
            if bounds is not None:
                n = one.draws + other.draws
                right = one.density * one.draws + other.density * other.draws
                whole = Rule(bounds, right / n, one.coverage + other.coverage, n)
                return _joined([whole, *(rule for rule in rules if rule not in (one, other))])
    return rules


Box = Mapping[str, tuple[float, float]]


def _box(rule: Rule) -> Box:
    """By path: the low and the high end of a region."""
    out: dict[str, tuple[float, float]] = {}
    for bound in rule.bounds:
        low, high = out.get(bound.path, (0.0, 1.0))
        out[bound.path] = (bound.at, high) if bound.above else (low, bound.at)
    return out


def _whole(one: Box, other: Box) -> tuple[Bound, ...] | None:
    """The bounds of two regions that touch along one input and are alike in the others; else None.

    What has no bound left is no region.
    """
    every = {
        path: (one.get(path, (0.0, 1.0)), other.get(path, (0.0, 1.0))) for path in (*one, *other)
    }
    apart = [path for path, (mine, theirs) in every.items() if mine != theirs]
    if len(apart) != 1:
        return None
    mine, theirs = sorted(every[apart[0]])
    if mine[1] != theirs[0]:
        return None
    ends = {**{path: mine for path, (mine, _) in every.items()}, apart[0]: (mine[0], theirs[1])}
    bounds = tuple(
        Bound(path, above, at)
        for path, (low, high) in ends.items()
        for above, at, free in ((True, low, 0.0), (False, high, 1.0))
        if at != free
    )
    return bounds or None
