"""Shares that belong together sum to 1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.document.node import Path
from sim.document.quantity import ShareRange
from sim.document.written import share_text
from sim.errors import Fault
from sim.scenario.checks.subject import Subject, rule

SUM_TOLERANCE = 1e-6
"""How far shares that sum to 1 may be from it."""


DISPOSITIONS = ("invalid", "busy", "no_answer", "machine", "human")


def _sum_fault(subject: Subject, what: str) -> Iterator[Fault]:
    """The shares of a map's entries, where all of them are valid, whatever else is not."""
    shares = [entry.share for _, entry in subject.each(what, "share")]
    if shares and len(shares) == len(getattr(subject.world, what)):
        yield from _total_fault(subject, ("world", what), shares)


def _total_fault(subject: Subject, path: Path, shares: Sequence[ShareRange]) -> Iterator[Fault]:
    total = sum(share.central for share in shares)
    if abs(total - 1.0) > SUM_TOLERANCE:
        parts = " + ".join(share_text(share.central) for share in shares)
        detail = f"{parts} = {share_text(total)}" if len(shares) > 1 else share_text(total)
        yield subject.fault(f"the shares sum to {detail}, not 100 %", path)


@rule("world.territories.each")
def territory_shares(subject: Subject) -> Iterator[Fault]:
    """Territories' shares sum to 1."""
    yield from _sum_fault(subject, "territories")


@rule("world.line_types.each")
def line_type_shares(subject: Subject) -> Iterator[Fault]:
    """Line types' shares sum to 1."""
    yield from _sum_fault(subject, "line_types")


@rule("world.segments.each")
def segment_shares(subject: Subject) -> Iterator[Fault]:
    """Segments' shares sum to 1."""
    yield from _sum_fault(subject, "segments")


@rule("world.complaints")
def channel_shares(subject: Subject) -> Iterator[Fault]:
    """The shares of the channels of complaints sum to 1."""
    complaints = subject.world.complaints
    if complaints is not None:
        names = type(complaints.channels).model_fields
        shares = [getattr(complaints.channels, name) for name in names]
        yield from _total_fault(subject, ("world", "complaints", "channels"), shares)


@rule("world.line_types.each")
def disposition_shares(subject: Subject) -> Iterator[Fault]:
    """The five dispositions sum to 1, or one of them is the rest, and the rest is not negative."""
    parts = [f"answering.{word}" for word in DISPOSITIONS]
    for name, line_type in subject.each("line_types", *parts):
        path: Path = ("world", "line_types", name, "answering")
        answering = line_type.answering
        shares = {word: getattr(answering, word) for word in DISPOSITIONS}
        rests = [word for word, share in shares.items() if share == "rest"]
        given = {word: share for word, share in shares.items() if isinstance(share, ShareRange)}
        total = sum(share.central for share in given.values())
        most = sum(share.central if share.high is None else share.high for share in given.values())
        if len(rests) > 1:
            words = " and ".join(rests)
            yield subject.fault(f"{words} are both 'rest'; only one can be", (*path, rests[1]))
        elif not rests and abs(total - 1.0) > SUM_TOLERANCE:
            yield subject.fault(
                f"the five shares ({', '.join(DISPOSITIONS)}) sum to {share_text(total)}, "
                "not 100 %; write 'rest' for one of them",
                path,
            )
        elif rests and total > 1.0 + SUM_TOLERANCE:
            yield subject.fault(
                f"nothing is left for the rest: the other four sum to {share_text(total)}",
                (*path, rests[0]),
            )
        elif rests and most > 1.0 + SUM_TOLERANCE:
            yield subject.warning(
                f"nothing may be left for the rest: the highs of the other four sum to "
                f"{share_text(most)}",
                (*path, rests[0]),
            )
