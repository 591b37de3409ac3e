"""What a strategy plays and leaves on machines: from its start on, and from changes on a date.

A change names what differs from then on; all else stays as it was. A call plays what is in force
when it starts.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sim.scenario import clock
from sim.scenario.dialing import Amd
from sim.scenario.message import Message
from sim.scenario.strategy import Strategy


@dataclass(frozen=True, slots=True)
class Played:
    """What calls play from a moment on."""

    since: dt.datetime | None
    """Local moment of the campaign; None for its start."""
    message: Message
    amd: Amd

    @property
    def leaves(self) -> bool:
        """Whether machines that are detected get a message."""
        return self.amd.enabled and self.amd.on_machine == "leave_message"


def played(strategy: Strategy) -> tuple[Played, ...]:
    """What a campaign plays, one after the other; the first from its start on.

    Changes that come too late, or change nothing, are left out; one from before the start holds
    from the start.
    """
    message, amd, campaign = strategy.message, strategy.amd, strategy.campaign
    found = [Played(None, message, amd)]
    for change in sorted(strategy.dialing.changes, key=lambda change: change.at):
        if change.at >= campaign.cutoff:
            break
        if change.message is not None:
            named = {name: getattr(change.message, name) for name in ("duration", "voicemail")}
            said = {name: value for name, value in named.items() if value is not None}
            message = message.model_copy(update=said)
        if change.amd is not None and change.amd.on_machine is not None:
            amd = amd.model_copy(update={"on_machine": change.amd.on_machine})
        if (found[-1].message, found[-1].amd) == (message, amd):
            continue
        if change.at <= campaign.start:
            found[-1] = Played(None, message, amd)
        else:
            found.append(Played(change.at, message, amd))
    return tuple(found)


def leaves_from(strategy: Strategy) -> tuple[tuple[int, bool], ...]:
    """Moments, ms since 1970 UTC and rising, and whether machines get a message from then on.

    The first is long before any campaign.
    """
    zone = strategy.campaign.timezone
    return tuple(
        (0 if at.since is None else clock.first_utc_minute(at.since, zone) * 60_000, at.leaves)
        for at in played(strategy)
    )
