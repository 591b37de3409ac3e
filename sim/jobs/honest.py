"""Scales at which a check can see: what a small scale rounds away, no baseline can hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import combinations
from typing import Any

from sim.errors import CannotJudgeError
from sim.scenario.scale import Rounding, scale_scenario
from sim.scenario.scenario import Scenario
from sim.scenario.strategy import Strategy

MOST_ROUNDING = Fraction(1, 50)
"""Most that rounding may move a scaled count, as a share of it."""
SCALES = tuple(Fraction(percent, 100) for percent in (1, 2, 5, 10, 20, 25, 50, 100))
"""Scales that a remedy proposes."""
_PLACING: dict[str, tuple[str, ...] | None] = {
    "campaign": None,
    "list": ("territories", "line_types", "segments", "without_registers"),
    "dialing": None,
    "attempts": None,
    "recycle": None,
    "amd": None,
    "message": ("duration", "gate", "gate_timeout", "voicemail", "opt_out_notice"),
}
"""Sections of a strategy that say which calls are placed when, and which keys of them do; None for
all. What the law, the regulator or those who object take away may well take nothing."""


def hold_rounding(full: Scenario, scale: Fraction) -> None:
    """See that a scale leaves counts what they are.

    Parameters
    ----------
    full
        The scenario at full size.
    scale
        At which it would be checked.

    Raises
    ------
    CannotJudgeError
        If some count is rounded by more than :data:`MOST_ROUNDING`: an edit of it could then pass
        unseen.
    """
    rounded = list(_rounded(full, scale))
    if not rounded:
        return
    worst = max(rounded, key=_error)
    honest = next(s for s in SCALES if s > scale and not [*_rounded(full, s)])
    more = f" (and {len(rounded) - 1} more counts)" if len(rounded) > 1 else ""
    raise CannotJudgeError(
        f"at check.scale {percent(scale)}, {worst.path} of {worst.full:,} would be "
        f"{float(worst.exact):.3g} and is rounded to {worst.used:,}{more}: a check would not see "
        "an edit of it",
        remedy=f"write check: {{scale: {percent(honest)}}}",
    )


def _rounded(full: Scenario, scale: Fraction) -> Iterator[Rounding]:
    """Counts that a scale rounds too much; paces are exact fractions, and never are."""
    _, rounding = scale_scenario(full, scale)
    for one in rounding:
        if isinstance(one.used, int) and _error(one) > MOST_ROUNDING:
            yield one


def _error(one: Rounding) -> Fraction:
    return abs(Fraction(one.used) / one.exact - 1)


def hold_apart(full: Scenario, scale: Fraction, logs: Mapping[str, str]) -> Iterator[str]:
    """See that strategies that place their calls otherwise have logs of their own.

    Parameters
    ----------
    full
        The scenario at full size.
    scale
        At which it ran.
    logs
        Digest of the call log, by strategy.

    Yields
    ------
    str
        At full size, which have one log: what differs has no effect, and that is told.

    Raises
    ------
    CannotJudgeError
        At a smaller scale, where it may be the scale that makes them one.
    """
    for one, other in combinations(logs, 2):
        if logs[one] != logs[other]:
            continue
        differs = [*_differences(full.strategies[one], full.strategies[other])]
        if not differs:
            continue
        said = f"{one} and {other} place the same calls, though they differ in {differs[0]}"
        if scale == 1:
            yield said
            continue
        raise CannotJudgeError(
            f"at check.scale {percent(scale)}, {said}",
            remedy="write check: {scale: 100 %}, or take one of them out",
        )


def _differences(one: Strategy, other: Strategy) -> Iterator[str]:
    """Keys by which two strategies place calls otherwise."""
    for section, names in _PLACING.items():
        a: Any
        a, b = getattr(one, section), getattr(other, section)
        for name in names or type(a).model_fields:
            if getattr(a, name) != getattr(b, name):
                yield f"{section}.{name}"


def percent(scale: Fraction) -> str:
    """A scale as it is written: ``10 %``."""
    return f"{float(100 * scale):.12g} %"
