"""Looking for the value of a knob from which on a goal holds: in each draw, by halving.

A search asks runs at a corrected scale, under the draw's own people and luck at every value, and
keeps the root that it found. Whether the goal changes once along the knob is looked at.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Final

import numpy as np

from sim.errors import OptionError
from sim.jobs.dials import dial_of
from sim.jobs.pool import Tell, unheard
from sim.jobs.probing import Probe, Settings
from sim.measure.metric import Number
from sim.measure.metrics import at_full_size
from sim.scenario.resolved import resolved_text
from sim.scenario.scale import scale_scenario
from sim.store.partial import open_for_writing
from sim.store.study import Task, code_digest
from sim.study.dial import Dial
from sim.study.goals import DONE, Goal
from sim.study.solving import TOLERANCE, Root, root

STEPS: Final = 5
"""Further values that are tried in some draws, to see that the goal changes once."""
LOOKED_AT: Final = 3
"""Draws in which they are."""
INBOUND: Final = "inbound.lines"
OF_CALL_BACKS: Final = ("call_back", "inbound_lines")
"""How metrics begin that hang on how many lines there are for callers back."""


def screened_at(
    asked: Fraction, proof: Fraction, goals: Sequence[Goal], paths: Sequence[str]
) -> Fraction:
    """The scale of a search: as asked, and never above that of the proof.

    A few lines for callers back block a larger share of few callers than many lines of many, so
    what is enough of them is looked for at the size of the proof.
    """
    about = any(goal.metric.startswith(OF_CALL_BACKS) for goal in goals)
    if about or any(path.endswith(INBOUND) for path in paths):
        return proof
    return min(asked, proof)


@dataclass(frozen=True)
class Search:
    """Whether a goal holds, and where it begins to."""

    probe: Probe
    strategy: str
    goal: Goal
    dial: Dial
    rising: bool = True

    def holds(self, value: float, draw: int, more: Settings | None = None) -> bool:
        """Whether it does at a value, in a draw."""
        return self.goal.holds(self.shown(value, draw, more))

    def shown(
        self, value: float, draw: int, more: Settings | None = None
    ) -> Mapping[str, float | None]:
        """The metrics at a value, in a draw, at full size."""
        settings = {**(more or {}), self.dial.path: self.text(value)}
        drawn = self.probe.run(settings, self.strategy, Task(draw)).found[self.strategy]
        full = self.probe.loaded(settings).scenario
        scaled, _ = scale_scenario(full, self.probe.scale)
        scale = Fraction(scaled.world.lines, full.world.lines)
        return shown_full(drawn.metrics, scale, self.goal.metric)

    def text(self, value: float) -> str:
        """A value as a file writes it."""
        return self.dial.text(value)

    def work(self, draw: int, _tell: Tell = unheard) -> Root:
        """The root of a draw, from where it was kept or by halving."""
        kept = self.probe.folder / "roots" / self._key / f"{draw}.json"
        if kept.is_file():
            told = json.loads(kept.read_text("utf-8"))
            return Root(float(told["value"]), tuple((v, bool(h)) for v, h in told["tried"]))
        low, high = self.ends
        found = root(
            lambda value: self.holds(value, draw), low, high, rising=self.rising,
            whole=self.dial.steps_whole, tolerance=0.0 if self.dial.origin else TOLERANCE,
        )  # fmt: skip
        kept.parent.mkdir(parents=True, exist_ok=True)
        with open_for_writing(kept) as file:
            text = json.dumps({"value": str(found.value), "tried": found.tried})
            file.write(text.encode())
        return found

    @cached_property
    def _key(self) -> str:
        """What a root hangs on, beside its draw."""
        text = resolved_text(self.probe.loaded({}))
        ends = [self.text(end) for end in self.ends]
        facts = [text, self.goal.text, self.dial.path, ends, self.strategy, self.rising,
                 str(self.probe.scale), code_digest()]  # fmt: skip
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]

    def steps(self, draw: int, _tell: Tell = unheard) -> Root:
        """Further values of a draw, evenly over the range."""
        low, high = self.ends
        at = np.linspace(low, high, STEPS + 2).tolist()
        at = [float(round(value)) for value in at] if self.dial.steps_whole else at
        return Root(0.0, tuple((value, self.holds(value, draw)) for value in dict.fromkeys(at)))

    @property
    def ends(self) -> tuple[float, float]:
        """Of the range."""
        return self.dial.low, self.dial.high


def which_way(screen: Probe, goal: Goal, path: str, between: str | None = None) -> bool | None:
    """Whether more of a knob helps; None where it makes no difference in the draws looked at."""
    (strategy,) = screen.strategies
    search = Search(screen, strategy, goal, dial_of(screen, strategy, path, between))
    return rising_of(search, range(1, screen.draws + 1))


def rising_of(search: Search, draws: Sequence[int]) -> bool | None:
    """Whether more of a knob helps: by the first draws whose ends differ."""
    low, high = search.ends
    for draw in list(draws)[: 2 * LOOKED_AT]:
        one, other = search.holds(low, draw), search.holds(high, draw)
        if one is not other:
            return other
    return None


def turning_back(search: Search, values: Sequence[float], roots: Sequence[Root]) -> tuple[int, ...]:
    """Draws in which the goal changes more than once: of all by what was tried, of some by more."""
    found = {draw for draw, one in enumerate(roots, 1) if one.turns > 1}
    order = np.argsort(values)
    looked = {int(order[at]) + 1 for at in (0, len(order) // 2, len(order) - 1)}
    draws = sorted(looked)[:LOOKED_AT]
    for draw, more in zip(draws, search.probe.each(search.steps, draws), strict=True):
        if Root(0.0, (*roots[draw - 1].tried, *more.tried)).turns > 1:
            found.add(draw)
    return tuple(sorted(found))


def shown_full(
    metrics: Mapping[str, Number], scale: Fraction, wanted: str
) -> Mapping[str, float | None]:
    """Metrics at full size, with the moment at which a list is done.

    Raises
    ------
    OptionError
        Where the one that is wanted cannot be told at such a scale.
    """
    shown = {**at_full_size(metrics, scale), DONE: metrics[DONE]}
    if shown[wanted] is None and metrics[wanted] is not None:
        raise OptionError(
            f"{wanted} cannot be told at a scale", place="--screen", remedy="use --screen 100%"
        )
    return {name: None if value is None else float(value) for name, value in shown.items()}
