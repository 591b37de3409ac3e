"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes of the measurements and numbers of repeats."""

    lines: int
    """Lines of the big scenario."""
    reference_lines: int
    """Lines of it that the reference engine gets."""
    reduced_calls: int
    """Calls of the reduced model for the fast engine."""
    shared_calls: int
    """Calls of the reduced model for everybody else, and for all in the comparison of results."""
    scale: str
    """Scale of the console command."""
    repeats: int
    slow_repeats: int
    """Repeats of what takes seconds."""
    full: bool
    """Whether the sizes are those for which limits are set."""


def sizes(*, quick: bool, repeats: int | None) -> Sizes:
    """The sizes of a full or of a quick measurement."""
    if quick:
        chosen = repeats or 3
        return Sizes(500_000, 10_000, 500_000, 5_000, "5%", chosen, min(chosen, 1), full=False)
    chosen = repeats or 5
    return Sizes(6_000_000, 200_000, 2_000_000, 50_000, "100%", chosen, min(chosen, 3), full=True)


CHANNELS = 1_000
"""Channels of the reduced model, as in its file."""

REDIAL = (
    "attempts.lifetime=3",
    'recycle.no_answer.delay="10 s"',
    'recycle.busy.delay="10 s"',
)
"""Settings with which every busy or unanswered line is rung again after ten seconds."""

QUIET = (
    "world.complaints=null",
    "world.regulator=null",
    "world.call_back=null",
    "message.call_back=false",
    "inbound=null",
    "reactions=null",
    "suppression=null",
)
"""Settings without which nothing acts back on the campaign."""

LIVELY = (
    "world.reputation={update: 6 h, allowed_per_day: 75, short_call: 1, report: 50, "
    "label_at: 1000, half_life: 4 d, labelled_odds: 0.57}",
    "caller_numbers.numbers=20_000",
    'suppression.refresh="6 h"',
)
"""Settings that add to the scenario what it leaves out: the standing of caller numbers."""

SLOWER = 4 / 3
"""Most time with all feedback, as a multiple of the time without."""
FEEDBACK_MB = 1500.0
"""Most memory with it, 10**6 bytes."""

BIG: tuple[tuple[str, str, tuple[str, ...], float, float | None], ...] = (
    ("as-run", "as-run", QUIET, 4e6, 8e6),
    ("as-run, feedback as shipped", "as-run", (), 4e6, None),
    ("three attempts", "three-attempts", QUIET, 4e6, None),
    ("redial after 10 s", "as-run", (*QUIET, *REDIAL), 2e6, None),
)
"""What the engine is timed on: name, strategy, settings, floor and aim in calls per second."""

RATIO = 60.0
"""Least ratio of the engine to the reference engine."""
PROMPT_SECONDS = 6.0
"""Most seconds of one strategy at six million lines, prompt to prompt."""
PEAK_MB = 1200.0
"""Most memory of it without a call log, 10**6 bytes."""
