"""Rules that a strategy breaks, call by call, as rows of the heat maps of violations."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.figures.chart import Chart, Numbers, left_out
from analysis.figures.shapes.cells import Cells
from analysis.figures.style import text
from analysis.view import RunView

FORCES = {"law": "law", "recommendation": "rec.", "voluntary": "vol."}
"""Each force in short, the hardest first."""
SHARED = "A rule is named with its force: law, recommendation (rec.) or voluntary (vol.)."


@dataclass(frozen=True, slots=True)
class Broken:
    """One rule that a strategy breaks."""

    regime: str
    rule: str
    force: str

    @property
    def label(self) -> str:
        """Its name for an axis, in two lines where it is long."""
        words = f"{self.rule} ({FORCES[self.force]})"
        lines = textwrap.wrap(words, 18, break_on_hyphens=True)
        return "<br>".join(map(text, lines))


def broken(run: RunView, strategy: str) -> list[Broken]:
    """Rules that a strategy breaks in some call: those of law first, else in the table's order."""
    rows = run.of("violations", strategy)
    found = dict.fromkeys(
        Broken(str(a), str(b), str(c))
        for a, b, c in zip(rows["regime"], rows["rule"], rows["force"], strict=True)
    )
    return sorted(found, key=lambda rule: list(FORCES).index(rule.force))


def of_rule(run: RunView, strategy: str, rule: Broken) -> NDArray[np.bool_]:
    """Which of a strategy's rows of ``violations`` are about a rule."""
    rows = run.of("violations", strategy)
    return np.asarray((rows["regime"] == rule.regime) & (rows["rule"] == rule.rule), dtype=bool)


def nothing(run: RunView, key: str, title: str) -> Chart | None:
    """The chart that takes the place of one without violations; None where there are some."""
    if len(run.table("violations")["rule"]):
        return None
    if not len(run.audit.get("regime", ())):
        return left_out(key, title, "The scenario names no regime to hold the campaign against.")
    return left_out(key, title, "The audit found no violation that is counted by call.")


def by_rule(
    run: RunView, row: Callable[[str, Broken], tuple[NDArray[np.float64], Sequence[str]]]
) -> dict[str, Cells]:
    """A heat map of each strategy that breaks rules, a row a rule.

    ``row`` gives the values of the cells of a strategy's rule, and what each says.
    """
    maps = {}
    for strategy in run.strategies:
        rules = broken(run, strategy)
        if rules:
            values, said = zip(*(row(strategy, rule) for rule in rules), strict=True)
            maps[strategy] = Cells([rule.label for rule in rules], np.array(values), said)
    return maps


def numbers_by_rule(
    run: RunView,
    columns: tuple[str, ...],
    rows: Callable[[str, Broken], Iterable[tuple[str, ...]]],
) -> Numbers:
    """The numbers behind those heat maps: ``rows`` gives the further cells of a strategy's rule."""
    return Numbers(
        header=("Strategy", "Regime", "Rule", "Force", *columns),
        rows=tuple(
            (strategy, rule.regime, rule.rule, rule.force, *cells)
            for strategy in run.strategies
            for rule in broken(run, strategy)
            for cells in rows(strategy, rule)
        ),
    )
