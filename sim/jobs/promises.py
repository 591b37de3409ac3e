"""Expectations of a scenario, judged: by the run that a check makes, or by many."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import inf, sqrt
from typing import Literal

from sim.document.node import Node
from sim.jobs.honest import percent
from sim.measure.metric import Number
from sim.measure.metrics import METRICS, at_full_size
from sim.scenario.expectation import FINISHED, Expectation

BIAS = 0.01
"""How far a scaled run may be from a full one, beside its luck, as a share."""
LUCK = 3.0
"""Standard deviations of a scaled count that its luck is taken for."""

DONE = "list_done_hours"
"""A metric that has a value where every line of the list was dialled."""
State = Literal["kept", "broken", "not judged"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an expectation."""

    expectation: str
    """In words."""
    strategy: str
    file: str
    """Where it is written."""
    line: int
    column: int
    state: State
    found: str
    """What was found; or why it cannot be judged."""


@dataclass(frozen=True, slots=True)
class Law:
    """What an audit found of a strategy, by ``regime/rule``."""

    violations: Mapping[str, int]
    """Of each rule that was assessed."""
    unassessed: tuple[str, ...]
    """Rules in force that could not be assessed, wholly or for some calls."""


@dataclass(frozen=True, slots=True)
class OneRun:
    """What one strategy gave, for expectations."""

    metrics: Mapping[str, Number]
    """As simulated."""
    law: Law


@dataclass(frozen=True, slots=True)
class Claim:
    """An expectation over many runs: that the share of them that keep a bound is so large."""

    least: float
    """At least so large."""
    kept: Callable[[Mapping[str, Mapping[str, Number]]], bool]
    """Whether a run keeps it, from metrics at full size by strategy."""


# ── In words ─────────────────────────────────────────────────────────────────────────────────────

_SIGNS = {"exactly": "=", "at_least": "≥", "at_most": "≤"}


def in_words(one: Expectation) -> str:
    """An expectation in a line, its strategy left out."""
    bounds = [
        f"{sign} {_number(value)}"
        for name, sign in _SIGNS.items()
        if (value := getattr(one, name)) is not None
    ]
    if one.violations is not None:
        text = f"violations of {one.violations} {bounds[0]}"
        if one.not_assessable is not None:
            text += f", not assessable ≤ {one.not_assessable}"
        return text
    if one.better_than is not None:
        text = f"{one.metric} better than {one.better_than}"
        text += f" by {_share(one.by)}" if one.by else ""
    else:
        text = f"{one.metric} {' and '.join(bounds)}"
    if one.quantile is not None:
        text += f" at the {_share(one.quantile)} quantile"
    if one.probability is not None:
        text += f" with {_share(one.probability)}"
    return text if one.over is None else f"{text} over {one.over}"


def _share(value: float) -> str:
    return f"{100 * value:.6g} %"


def _number(value: Number) -> str:
    if value is None:
        return "no value"
    return f"{value:,.0f}" if value == round(value) else f"{value:,.6g}"


# ── By one run ───────────────────────────────────────────────────────────────────────────────────


def judge_once(
    one: Expectation, found: Mapping[str, OneRun], scale: Fraction, effective: Fraction
) -> tuple[State, str]:
    """Judge an expectation that is not over anything; the verdict, and what was found.

    Parameters
    ----------
    one
        The expectation.
    found
        What each strategy gave.
    scale, effective
        Scale as asked, and lines simulated ÷ lines at full size.
    """
    if one.violations is not None:
        return _violations(one, found[one.strategy].law, scale)
    assert one.metric is not None
    if why := _unjudgeable(one.metric, scale):
        return "not judged", why
    if one.better_than is not None:
        return _better_once(one, found, scale, effective)
    simulated = found[one.strategy].metrics[one.metric]
    value = at_full_size({one.metric: simulated}, effective)[one.metric]
    if value is None:
        return "broken", "it has no value"
    bounds = [bound for bound in (one.exactly, one.at_least, one.at_most) if bound is not None]
    told = _number(value)
    if scale < 1:
        if one.exactly is not None:
            return "not judged", f"an exact value cannot be told at check.scale {percent(scale)}"
        slack = _slack(simulated)
        if any(abs(value - bound) <= slack * max(value, bound) for bound in bounds):
            return "not judged", _too_near(told, slack, scale)
    return "kept" if keeps(one, value) else "broken", told


def keeps(one: Expectation, value: Number) -> bool:
    """Whether a value, at full size, keeps the bounds of an expectation; none keeps none."""
    return (
        value is not None
        and (one.exactly is None or value == one.exactly)
        and (one.at_least is None or value >= one.at_least)
        and (one.at_most is None or value <= one.at_most)
    )


def _better_once(
    one: Expectation, found: Mapping[str, OneRun], scale: Fraction, effective: Fraction
) -> tuple[State, str]:
    assert one.metric is not None
    assert one.better_than is not None
    pair = [found[name].metrics[one.metric] for name in (one.strategy, one.better_than)]
    ours, theirs = (at_full_size({one.metric: v}, effective)[one.metric] for v in pair)
    told = f"{_number(ours)} against {_number(theirs)}"
    if scale < 1 and ours is not None and theirs is not None:
        slack = sqrt(sum(_slack(value) ** 2 for value in pair))
        wanted = theirs * _factor(one)
        if abs(ours - wanted) <= slack * max(ours, wanted):
            return "not judged", _too_near(told, slack, scale)
    return "kept" if better(one, ours, theirs) else "broken", told


def better(one: Expectation, ours: Number, theirs: Number) -> bool:
    """Whether one value is as much better than the other as is expected."""
    if ours is None or theirs is None:
        return False
    assert one.metric is not None
    wanted = theirs * _factor(one)
    higher = METRICS[one.metric].higher_is == "better"
    if not one.by:
        return ours > wanted if higher else ours < wanted
    return ours >= wanted if higher else ours <= wanted


def _factor(one: Expectation) -> float:
    assert one.metric is not None
    return 1 + one.by if METRICS[one.metric].higher_is == "better" else 1 - one.by


def _slack(simulated: Number) -> float:
    """How far a scaled value may be from the full one, as a share of it."""
    if not simulated:
        return inf
    luck = LUCK / sqrt(simulated) if isinstance(simulated, int) else 0.0
    return BIAS + luck


def _too_near(told: str, slack: float, scale: Fraction) -> str:
    how = "any number" if slack == inf else f"up to {100 * slack:.2g} %"
    return f"{told} is too near to be told at check.scale {percent(scale)}: it is off by {how}"


def _unjudgeable(metric: str, scale: Fraction) -> str:
    """Why a metric of one run cannot be judged at a scale; empty where it can."""
    if scale == 1:
        return ""
    kind = METRICS[metric].kind
    if kind == "full_size":
        return (
            f"at check.scale {percent(scale)} the luck of {metric} is another; write over: inputs"
        )
    if kind == "not_scalable":
        return f"{metric} cannot be told at check.scale {percent(scale)}"
    return ""


def _violations(one: Expectation, law: Law, scale: Fraction) -> tuple[State, str]:
    name = one.violations or ""

    def of(rule: str) -> bool:
        return rule == name or rule.split("/")[0] == name

    number = sum(count for rule, count in law.violations.items() if of(rule))
    unassessed = [rule for rule in law.unassessed if of(rule)]
    told = f"{number:,}"
    if unassessed:
        told += f"; not assessable: {', '.join(unassessed)}"
    if one.not_assessable is not None and len(unassessed) > one.not_assessable:
        return "broken", told
    if not any(of(rule) for rule in law.violations):
        return "not judged", f"no rule of {name} was assessed: {told}"
    most = one.at_most if one.exactly is None else one.exactly
    assert most is not None
    if scale < 1:
        if number and most == 0:
            return "broken", f"{told} in a run at {percent(scale)}"
        if most:
            return "not judged", f"only 0 can be told at check.scale {percent(scale)}"
        return "kept", f"{told} in a run at {percent(scale)}"
    kept = number == most if one.exactly is not None else number <= most
    return "kept" if kept else "broken", told


# ── By many runs ─────────────────────────────────────────────────────────────────────────────────


def claim(one: Expectation, scale: Fraction) -> Claim | str:
    """What an expectation over noise or inputs claims; or why it cannot be judged at a scale."""
    assert one.metric is not None
    if scale < 1:
        if one.over == "noise":
            return f"the luck of a run is another at check.scale {percent(scale)}; check at 100 %"
        if one.metric == FINISHED or METRICS[one.metric].kind == "not_scalable":
            return f"{one.metric} cannot be told at check.scale {percent(scale)}; check at 100 %"
    if one.metric == FINISHED:
        return _finishing(one)
    if one.better_than is not None:
        assert one.probability is not None
        return Claim(one.probability, _BetterIn(one))
    if one.probability is not None:
        return Claim(one.probability, _KeptIn(one))
    assert one.quantile is not None
    # The q quantile is at most b where at least q of all runs are; at least b where 1 - q are.
    least = one.quantile if one.at_most is not None else 1 - one.quantile
    return Claim(least, _KeptIn(one))


def _finishing(one: Expectation) -> Claim | str:
    bound = one.at_least if one.at_most is None else one.at_most
    if bound is None or not 0 < bound < 1:
        return "a chance of 0 or 1 cannot be judged by runs"
    if one.at_most is None:
        return Claim(bound, _Finishes(one.strategy, True))
    return Claim(1 - bound, _Finishes(one.strategy, False))


@dataclass(frozen=True, slots=True)
class _KeptIn:
    one: Expectation

    def __call__(self, run: Mapping[str, Mapping[str, Number]]) -> bool:
        assert self.one.metric is not None
        return keeps(self.one, run[self.one.strategy][self.one.metric])


@dataclass(frozen=True, slots=True)
class _BetterIn:
    one: Expectation

    def __call__(self, run: Mapping[str, Mapping[str, Number]]) -> bool:
        assert self.one.metric is not None
        assert self.one.better_than is not None
        ours, theirs = (run[n][self.one.metric] for n in (self.one.strategy, self.one.better_than))
        return better(self.one, ours, theirs)


@dataclass(frozen=True, slots=True)
class _Finishes:
    strategy: str
    wanted: bool

    def __call__(self, run: Mapping[str, Mapping[str, Number]]) -> bool:
        return (run[self.strategy][DONE] is not None) == self.wanted


def verdict(one: Expectation, node: Node, state: State, found: str) -> Verdict:
    """A verdict at the place where its expectation is written."""
    place = node.mark
    return Verdict(in_words(one), one.strategy, place.file, place.line, place.column, state, found)
