"""What can be said of one rule."""

from __future__ import annotations

from dataclasses import dataclass

from sim.audit.tables import Bools
from sim.errors import CannotJudgeError


@dataclass(frozen=True, slots=True)
class Assessed:
    """A rule that could be held against the log."""

    calls: int
    """Calls that the rule looks at."""
    violating: Bools | None = None
    """(n,) Calls that break it; None for a duty that the campaign has once."""
    overrun: Bools | None = None
    """(n,) Calls that began rightly and ran past an edge; None where the rule has no edge in time,
    or ends are not known."""
    heard: Bools | None = None
    """(n,) Messages left rightly and heard when no call may be made; None likewise."""
    broken: bool | None = None
    """Whether a duty that no call has by itself was not met; None for rules over calls."""
    notes: tuple[str, ...] = ()
    """What a reader of the count must know."""


@dataclass(frozen=True, slots=True)
class NotAssessable:
    """A rule that cannot be held against the log: that is not *no violation*."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotInForce:
    """A rule that was in force on no day of the log."""

    reason: str


Verdict = Assessed | NotAssessable | NotInForce


class MissingError(CannotJudgeError):
    """What a rule needs is not known. Its text is the reason."""
