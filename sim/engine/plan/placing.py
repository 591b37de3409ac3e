"""What of a plan can decide a call, and what can act back on the calls to come.

Many numbers of a scenario decide who is called when; others only what is made of the calls. Which
is which hangs on the strategy: complaints decide nothing where nobody listens to them. So it is
read off the plan, in two parts:

* :class:`Placing`: what places calls whatever follows from them;
* :class:`Back`: what follows from calls and reaches the dialer, by each of the ways there are.

A plan whose two parts stay what they are under another value of a number gives the same call log
for it, call for call. Where the second part alone differs, so does the log, once something reaches
the dialer, and not before.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.calls import CallTables
from sim.engine.plan.plan import Plan

_HEARING = ("heard", "hearing_delay")
"""What of the tables of calls decides about messages once they are left, and about no call."""
_AT_GATE = ("press_1", "press_delay", "gate_timeout_ms")
"""What of the tables of calls nobody meets in a message without a gate."""
_RINGING = ("human_ring", "machine_ring", "listening", "ring_timeout_ms", *_AT_GATE)
"""What of the tables of calls nobody meets where messages are dropped without ringing."""
_APART = ("population", "tables", "postures", "feedback", "class_of")
"""Fields of a plan that are not taken over as they are."""


@dataclass(frozen=True, slots=True, eq=False)
class Placing:
    """What places calls, whatever follows from them."""

    lines: tuple[NDArray[Any], ...]
    """By line: whether it is in service, has a machine, its type, its class."""
    tables: tuple[dict[str, Any], ...]
    """By posture: how calls turn out while no number bears a label, without what no call meets."""
    open_ms: tuple[tuple[NDArray[np.int64], ...], ...]
    """By posture and group: when lines may be dialled."""
    rest: dict[str, Any]
    """Fields of the plan as they are."""


@dataclass(frozen=True, slots=True, eq=False)
class Back:
    """What follows from calls and may reach the dialer."""

    lines: tuple[NDArray[Any], ...]
    """By line: consent and its end, whether it is marked or registered as refusing."""
    hearing: tuple[Any, ...]
    """Whether and when messages left are heard."""
    labelled: tuple[NDArray[np.uint32], ...]
    """By posture: threshold rows of calls from numbers that bear labels."""
    feedback: Any
    """The plan's feedback."""


@dataclass(frozen=True, slots=True)
class Ways:
    """By which ways something can reach the dialer; each is empty where there is none."""

    reports: int | None
    """Reports to the regulator from which it does something to the campaign."""
    review_ms: int
    """Reports that come later than this cannot act any more, ms since the start."""
    again: int
    """Most calls that one objection at a refresh can take away."""
    labels: bool
    """Whether complaints burden caller numbers."""

    @property
    def none(self) -> bool:
        """Whether nothing reaches the dialer."""
        return self.reports is None and not self.again and not self.labels


def placing(plan: Plan) -> Placing:
    """What of a plan places calls, whatever follows from them."""
    people = plan.population
    return Placing(
        lines=(people.in_service, people.has_machine, people.line_type, plan.class_of),
        tables=tuple(_met(posture.tables) for posture in plan.postures),
        open_ms=tuple(posture.open_ms for posture in plan.postures),
        rest={f.name: getattr(plan, f.name) for f in fields(plan) if f.name not in _APART},
    )


def back(plan: Plan) -> Back:
    """What follows from the calls of a plan and may reach its dialer."""
    people = plan.population
    until = people.consent_until_ms
    ends = () if until is None else (np.asarray(until),)
    return Back(
        lines=(people.consent, people.opposed, people.registers, *ends),
        hearing=tuple(getattr(plan.tables, name) for name in _HEARING),
        labelled=tuple(posture.tables.thresholds[1:] for posture in plan.postures),
        feedback=plan.feedback,
    )


def ways(plan: Plan) -> Ways:
    """By which ways something can reach the dialer of a plan."""
    follows = plan.feedback
    if follows is None:
        return Ways(None, 0, 0, labels=False)
    reports, review = None, 0
    regulator = follows.regulator
    if regulator is not None and follows.complaints is not None:
        acting = [
            threshold
            for threshold, reaction in zip(regulator.thresholds, regulator.reactions, strict=True)
            if reaction.stance or reaction.suspend_ms or reaction.stop
        ]
        reviews = [moment for moment in regulator.review_ms if moment < plan.cutoff_ms]
        if acting and reviews:
            reports, review = min(acting), max(0, reviews[-1] - regulator.registration_ms)
    again = 0
    if follows.refresh_ms and plan.retry_delay_ms.any():
        again = plan.lifetime - 1
    if follows.refresh_ms and plan.partner is not None:
        again += plan.lifetime
    labels = follows.reputation is not None and plan.tables.thresholds.shape[0] > 1
    return Ways(reports, review, again, labels)


def _met(tables: CallTables) -> dict[str, Any]:
    """What calls can meet of the tables, before any number bears a label."""
    unmet = {*_HEARING, "thresholds"}
    if not tables.gate:
        unmet.update(_AT_GATE)
    if not tables.leave_message:
        unmet.add("greeting")
    if not tables.rings:
        unmet.update(_RINGING)
    met = {f.name: getattr(tables, f.name) for f in fields(tables) if f.name not in unmet}
    return {**met, "thresholds": tables.thresholds[0]}


def same(one: Any, other: Any) -> bool:
    """Whether two parts of plans are the same, number by number."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.shape == other.shape and bool((one == other).all())
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if is_dataclass(one) and not isinstance(one, type):
        return all(same(getattr(one, name), getattr(other, name)) for name in _names(type(one)))
    return bool(one == other)


@cache
def _names(kind: type) -> tuple[str, ...]:
    """Names of the fields of a data class."""
    return tuple(f.name for f in fields(kind))
