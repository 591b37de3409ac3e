"""Yes, no, or not known: a column of the calls, with what makes it unknown."""

from __future__ import annotations

from dataclasses import dataclass

from sim.audit.tables import Bools


@dataclass(frozen=True, slots=True)
class Three:
    """Three values a call, as Kleene's logic has them.

    What is unknown stays so unless the rest decides. Where nothing is unknown it costs no more than
    the column itself.
    """

    yes: Bools
    """(n,) Where it is known to be so."""
    maybe: Bools | None = None
    """(n,) Where it is not known; None for nowhere. Never where `yes` is."""
    doubts: tuple[tuple[str, Bools], ...] = ()
    """What may be unknown, in words, and (n,) the calls of which it is."""

    @property
    def possible(self) -> Bools:
        """(n,) Where it may be so."""
        return self.yes if self.maybe is None else self.yes | self.maybe

    def __and__(self, other: Three) -> Three:
        yes = self.yes & other.yes
        if self.maybe is None and other.maybe is None:
            return Three(yes)
        return Three(yes, self.possible & other.possible & ~yes, _joined(self, other))

    def __or__(self, other: Three) -> Three:
        yes = self.yes | other.yes
        if self.maybe is None and other.maybe is None:
            return Three(yes)
        return Three(yes, (self.possible | other.possible) & ~yes, _joined(self, other))

    def __invert__(self) -> Three:
        if self.maybe is None:
            return Three(~self.yes)
        return Three(~self.possible, self.maybe, self.doubts)

    def why(self, calls: Bools) -> tuple[str, ...]:
        """In words, what is unknown of some calls; all doubts where none is theirs alone."""
        of_these = tuple(dict.fromkeys(text for text, of in self.doubts if (of & calls).any()))
        return of_these or tuple(dict.fromkeys(text for text, of in self.doubts if of.any()))


def three(column: Bools, unknown: Bools | None, doubt: str) -> Three:
    """A column with what is not known of it.

    Parameters
    ----------
    column : (n,) bool
        Means nothing where it is not known.
    unknown : (n,) bool or None
        Where it is not known; None for nowhere.
    doubt
        That, in words.
    """
    if unknown is None or not unknown.any():
        return Three(column)
    return Three(column & ~unknown, unknown, ((doubt, unknown),))


def _joined(one: Three, other: Three) -> tuple[tuple[str, Bools], ...]:
    known = dict(one.doubts)
    for text, of in other.doubts:
        known[text] = known[text] | of if text in known else of
    return tuple(known.items())
