"""Outages, carriers, changes of capacity and the ring time-out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from sim.document.node import Path
from sim.document.written import moment_text
from sim.errors import Fault
from sim.scenario.checks.durations import ring_timeout_fault
from sim.scenario.checks.moments import clock_fault
from sim.scenario.checks.subject import Subject, rule
from sim.scenario.dialing import Outage


@rule("campaign", "dialing.outages")
def outages(subject: Subject) -> Iterator[Fault]:
    """Outages end after they start, happen during the campaign, and do not overlap."""
    yield from _outages(subject, subject.strategy.dialing.outages, ("dialing",))


@rule("campaign", "dialing.carriers")
def outages_of_carriers(subject: Subject) -> Iterator[Fault]:
    """So do those of carriers."""
    for name, carrier in subject.strategy.dialing.carriers.items():
        yield from _outages(subject, carrier.outages, ("dialing", "carriers", name))


def _outages(subject: Subject, each: Sequence[Outage], of: Path) -> Iterator[Fault]:
    """What is wrong with outages that stand under a path."""
    campaign = subject.strategy.campaign
    for index, outage in enumerate(each):
        path: Path = (*of, "outages", index)
        for key, moment in (("from", outage.starts), ("to", outage.ends)):
            yield from clock_fault(subject, moment, campaign.timezone, (*path, key))
        if outage.ends <= outage.starts:
            yield subject.fault(
                f"the outage ends ({moment_text(outage.ends)}) before it has begun "
                f"({moment_text(outage.starts)})",
                (*path, "to"),
            )
        elif outage.starts < campaign.start or outage.ends > campaign.cutoff:
            how = "partly"
            if outage.ends <= campaign.start or outage.starts >= campaign.cutoff:
                how = "wholly"
            yield subject.warning(
                f"lies {how} outside the campaign "
                f"({moment_text(campaign.start)} to {moment_text(campaign.cutoff)})",
                path,
            )
        for other, earlier in enumerate(each[:index]):
            if max(outage.starts, earlier.starts) < min(outage.ends, earlier.ends):
                yield subject.warning(f"overlaps outage {other} (the first is 0)", path)


@rule("dialing")
def carriers_that_do_nothing(subject: Subject) -> Iterator[Fault]:
    """Each carrier can get a call, and the dialer's limits are no higher than theirs together."""
    dialing = subject.strategy.dialing
    each = dialing.carriers
    if not each:
        return
    channels = [dialing.channels, *(c.channels for c in dialing.changes if c.channels)]
    paces = [dialing.calls_per_second]
    paces += [c.calls_per_second for c in dialing.changes if c.calls_per_second is not None]
    together = sum(carrier.channels for carrier in each.values())
    if together < dialing.channels:
        yield subject.warning(
            f"the carriers have {together:_} channels together: more do nothing",
            ("dialing", "channels"),
            ("dialing", "carriers"),
        )
    taken = ""
    for name, carrier in each.items():
        if taken:
            yield subject.warning(
                f"gets no call: {taken} takes all that the dialer makes",
                ("dialing", "carriers", name),
            )
        elif (
            not carrier.outages
            and carrier.channels >= max(channels)
            and Fraction(carrier.calls_per_second) >= max(map(Fraction, paces))
        ):
            taken = name


@rule("campaign", "dialing.changes")
def changes(subject: Subject) -> Iterator[Fault]:
    """Changes happen during the campaign, one at a time, and change something."""
    campaign, dialing = subject.strategy.campaign, subject.strategy.dialing
    for index, change in enumerate(dialing.changes):
        path: Path = ("dialing", "changes", index)
        yield from clock_fault(subject, change.at, campaign.timezone, (*path, "at"))
        if any(change.at == other.at for other in dialing.changes[:index]):
            yield subject.fault(
                f"a second change at {moment_text(change.at)}; make it one", (*path, "at")
            )
        if not campaign.start <= change.at < campaign.cutoff:
            yield subject.warning(
                f"{moment_text(change.at)} lies outside the campaign "
                f"({moment_text(campaign.start)} to {moment_text(campaign.cutoff)})",
                (*path, "at"),
            )
        said: tuple[object, ...] = (
            change.channels, change.calls_per_second, change.call_times, change.message, change.amd,
        )  # fmt: skip
        if all(one is None for one in said) and not change.territory_call_times:
            yield subject.warning(
                "changes nothing; name channels, calls_per_second, call_times, "
                "territory_call_times, message or amd",
                path,
            )


@rule("dialing.ring_timeout")
def ring_timeout(subject: Subject) -> Iterator[Fault]:
    """The ring time-out is neither nothing nor very long."""
    path: Path = ("dialing", "ring_timeout")
    yield from ring_timeout_fault(subject, subject.strategy.dialing.ring_timeout, path)
