"""What an audit found, in words.

It never says *compliant*: it says how many rules were assessed and what was found. Counts of rules
that differ in force are never summed, and the two readings of a disputed rule stand side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analysis.view.clock import months
from analysis.view.numbers import several
from analysis.view.run import RunView

NOT_ADVICE = "Modelling, not legal advice: the packs are data, and this is a simulation."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found for one strategy under one regime."""

    assessed: int
    """Rules assessed."""
    not_assessed: int
    """Rules that are in force and could not be assessed."""
    idle: int
    """Rules that were not in force on these days."""
    broken: tuple[tuple[str, int], ...]
    """Rules broken, by force."""

    @property
    def out_of_dates(self) -> bool:
        """Whether no rule of the regime was in force on these days: nothing was assessed."""
        return self.idle > 0 and not self.assessed and not self.not_assessed

    def words(self) -> str:
        """The verdict in a line."""
        rest = f"{self.not_assessed} not assessed"
        if self.idle:
            rest += f", {self.idle} not in force"
        rules = f"{self.assessed} rule{'s' if self.assessed != 1 else ''} assessed, {rest}"
        if not self.broken:
            return f"no violation found of {rules}"
        broken = ", ".join(_rules(count, force) for force, count in self.broken)
        return f"breaks {broken}; {rules}"


def _rules(count: int, force: str) -> str:
    """So many rules of a force, in words."""
    one, several = {
        "law": ("rule of law", "rules of law"),
        "recommendation": ("recommendation", "recommendations"),
        "voluntary": ("voluntary rule", "voluntary rules"),
    }[force]
    return f"{count} {one if count == 1 else several}"


def regimes(run: RunView) -> tuple[str, ...]:
    """Regimes that the run was held against, in order."""
    return tuple(dict.fromkeys(map(str, run.audit.get("regime", ()))))


def rows(run: RunView, regime: str, strategy: str) -> list[dict[str, Any]]:
    """The rules of a regime as they were held against a strategy."""
    names = list(run.audit)
    count = len(run.audit["regime"]) if names else 0
    found = ({name: run.audit[name][i] for name in names} for i in range(count))
    return [row for row in found if row["regime"] == regime and row["strategy"] == strategy]


def verdict(run: RunView, regime: str, strategy: str) -> Verdict:
    """What was found for a strategy under a regime."""
    found = rows(run, regime, strategy)
    broken = [row["force"] for row in found if row["violations"] > 0]
    return Verdict(
        assessed=sum(row["status"] == "assessed" for row in found),
        not_assessed=sum(row["status"] == "not_assessable" for row in found),
        idle=sum(row["status"] == "not_in_force" for row in found),
        broken=tuple(
            (force, broken.count(force))
            for force in ("law", "recommendation", "voluntary")
            if force in broken
        ),
    )


def in_dates(run: RunView, regime: str) -> list[str]:
    """Strategies on whose days some rule of a regime was in force."""
    return [s for s in run.strategies if not verdict(run, regime, s).out_of_dates]


def date_warnings(run: RunView, regime: str) -> list[str]:
    """One sentence for all strategies whose campaign a regime's dates do not cover.

    Strategies with campaigns in other months get a sentence of their own.
    """
    inside = in_dates(run, regime)
    outside: dict[str, list[str]] = {}
    for strategy in run.strategies:
        if strategy not in inside:
            when = months(run.starts[strategy], run.cutoffs[strategy], run.timezone)
            outside.setdefault(when, []).append(strategy)
    found = []
    for when, names in outside.items():
        reasons = {str(row["reason"]) for name in names for row in rows(run, regime, name)}
        shortest = min(reasons, key=len)
        dates = f" ({shortest})" if all(r.startswith(shortest) for r in reasons) else ""
        found.append(
            f"{regime} was not in force in {when}{dates}: it says nothing of "
            f"{several(names, len(names))}."
        )
    return found


def heard_inside(found: list[dict[str, Any]]) -> float:
    """Messages left rightly and heard inside a silence, as simulated."""
    return sum(_number(row["heard_inside"]) for row in found)


def force_text(row: dict[str, Any]) -> str:
    """Force of a rule, and its reading where it is disputed."""
    reading = row["reading"]
    known = reading is not None and str(reading) not in ("", "None", "nan")
    return f"{row['force']}, {reading}" if known else str(row["force"])


def _number(value: Any) -> float:
    """A count that may be missing."""
    return 0.0 if value is None or value != value else float(value)
