"""What can be said of one rule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.audit.tables import Bools
from sim.audit.three import Three
from sim.errors import CannotJudgeError


@dataclass(frozen=True, slots=True)
class Assessed:
    """A rule that could be held against the log."""

    calls: int
    """Calls that the rule looks at, and of which is known whether they break it."""
    violating: Bools | None = None
    """(n,) Calls that break it; None for a duty that the campaign has once."""
    overrun: Bools | None = None
    """(n,) Calls that began rightly and ran past an edge; None where the rule has no edge in time,
    or ends are not known."""
    heard: Bools | None = None
    """(n,) Messages left rightly and heard when no call may be made; None likewise."""
    unknown: Bools | None = None
    """(n,) Calls of which it is not known whether they break it; None for none."""
    why: tuple[str, ...] = ()
    """What is not known of these, in words."""
    broken: bool | None = None
    """Whether a duty that no call has by itself was not met; None for rules over calls."""
    notes: tuple[str, ...] = ()
    """What a reader of the count must know."""


def judged(
    scope: Three,
    breaks: Three,
    *,
    overrun: Bools | None = None,
    heard: Bools | None = None,
    notes: tuple[str, ...] = (),
) -> Assessed:
    """Calls that a rule looks at and that break it, and those of which that is not known."""
    wrong = scope & breaks
    if wrong.maybe is None or not wrong.maybe.any():
        return Assessed(int(np.count_nonzero(scope.yes)), wrong.yes, overrun, heard, notes=notes)
    return Assessed(
        calls=int(np.count_nonzero(scope.yes & ~wrong.maybe)),
        violating=wrong.yes,
        overrun=overrun,
        heard=heard,
        unknown=wrong.maybe,
        why=wrong.why(wrong.maybe),
        notes=notes,
    )


class MissingError(CannotJudgeError):
    """What a rule needs is not known. Its text is the reason."""
