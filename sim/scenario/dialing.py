"""A strategy: how the dialer dials, how often, and what it takes for a machine."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, StrictBool, Tag

from sim.document.fields import Clock, Count, Days, Moment, Rate
from sim.document.quantity import Freeze, Model, PlainDuration, Share, ShareRange

RESERVED_CHANNELS = 1_000_000
"""Most channels that a scenario may ask for."""

MAX_WINDOWS = 100
"""Most weekly windows in a list."""
MAX_STEPS = 100
"""Most outages, and most changes on a date."""
MAX_ATTEMPTS = 50
"""Most attempts per line."""
MAX_CAPS = 8
"""Most caps of a strategy's own."""
MAX_TURNS = 1_000
"""Most retries, or fresh lines, in a row where they take turns."""
MAX_TYPES = 200
"""Most names of line types in a cap."""


class CallTimes(Model):
    """One weekly window in the recipient's local time, half-open."""

    days: Days = Field(description="mon-fri, sat, all, or a list.")
    opens: Clock = Field(alias="from", description="First minute, local.")
    closes: Clock = Field(alias="to", description="First minute after it, local.")


class Outage(Model):
    """A time with fewer channels, and fewer calls per second where said."""

    starts: Moment = Field(alias="from", description="Local time of the campaign.")
    ends: Moment = Field(alias="to", description="Local time of the campaign.")
    channels: Annotated[Count, Field(le=RESERVED_CHANNELS)] = Field(
        description="Channels left; calls in progress run on."
    )
    calls_per_second: Rate | None = Field(
        None, description="Pace during the outage; left out, the outage does not lower it."
    )


MAX_CARRIERS = 16
"""Most carriers of a dialer."""


class Carrier(Model):
    """A carrier of calls: so many at the same time, so many a second."""

    channels: Annotated[Count, Field(ge=1, le=RESERVED_CHANNELS)] = Field(
        description="Concurrent calls that it takes."
    )
    calls_per_second: Rate = Field(description="Most dials per second that it takes.")
    outages: tuple[Outage, ...] = Field(
        (), max_length=MAX_STEPS, description="Times in which it takes fewer."
    )


Carriers = Annotated[dict[str, Carrier], Field(max_length=MAX_CARRIERS), AfterValidator(Freeze)]
"""Carriers by name, those that are taken first in front."""

MAX_TERRITORIES = 200
"""Most territories with windows of their own."""


def _own_windows(description: str) -> Any:
    """A map from territories to their windows."""
    return Field(
        max_length=MAX_TERRITORIES, default_factory=lambda: Freeze({}), description=description
    )


TerritoryTimes = Annotated[
    dict[str, Annotated[tuple[CallTimes, ...], Field(min_length=1, max_length=MAX_WINDOWS)]],
    AfterValidator(Freeze),
]
"""Windows by territory."""


OnMachine = Literal["hang_up", "leave_message"]
"""What happens when a machine is detected."""


class MessageChange(Model):
    """What of the message is another from then on."""

    duration: Annotated[PlainDuration, Field(ge=1)] | None = Field(
        None, description="Length of the message that a person hears, from then on."
    )
    voicemail: Annotated[PlainDuration, Field(ge=1)] | None = Field(
        None, description="Length of the message left on a machine, from then on."
    )


class AmdChange(Model):
    """What becomes of machines from then on."""

    on_machine: OnMachine | None = Field(
        None, description="What happens when a machine is detected, from then on."
    )


class Change(Model):
    """A lasting change of capacity, of call times, or of the message."""

    at: Moment = Field(description="Local time of the campaign.")
    channels: Annotated[Count, Field(ge=1, le=RESERVED_CHANNELS)] | None = Field(
        None, description="Channels from then on."
    )
    calls_per_second: Rate | None = Field(None, description="Pace from then on.")
    call_times: (
        Annotated[tuple[CallTimes, ...], Field(min_length=1, max_length=MAX_WINDOWS)] | None
    ) = Field(None, description="Windows from then on, in territories that have none of their own.")
    territory_call_times: TerritoryTimes = _own_windows("Windows from then on, by territory.")
    message: MessageChange | None = Field(
        None, description="What is played by calls that start from then on."
    )
    amd: AmdChange | None = Field(
        None, description="What becomes of machines in calls that start from then on."
    )


class Dialing(Model):
    """How the dialer dials."""

    channels: Annotated[Count, Field(ge=1, le=RESERVED_CHANNELS)] = Field(
        description="Concurrent calls."
    )
    calls_per_second: Rate = Field(description="Most dials per second (cps), an exact fraction.")
    ring_timeout: PlainDuration = Field(description="Dial to giving up on a ringing line.")
    ring: StrictBool = Field(
        True,
        description="Whether lines ring; else an operator drops the message straight into "
        "voicemail, where a line has one.",
    )
    lead_order: Literal["random", "file", "territory", "segment"] = Field(
        "random",
        description="Order of first attempts; territory and segment: as declared, random within.",
    )
    call_times: tuple[CallTimes, ...] = Field(
        min_length=1,
        max_length=MAX_WINDOWS,
        description="Weekly windows in the recipient's local time.",
    )
    territory_call_times: TerritoryTimes = _own_windows(
        "Windows of territories that keep others than `call_times`."
    )
    on_holidays: Literal["normal", "closed", "sunday"] = Field(
        "normal", description="Windows on a public holiday of the recipient's territory."
    )
    outages: tuple[Outage, ...] = Field(
        (), max_length=MAX_STEPS, description="Times with fewer channels."
    )
    carriers: Carriers = Field(
        default_factory=lambda: Freeze({}),
        description="Carriers that share the calls, within the dialer's own limits; left out, one "
        "that takes all.",
    )
    changes: tuple[Change, ...] = Field(
        (),
        max_length=MAX_STEPS,
        description="Lasting changes of capacity, of call times and of the message.",
    )


class Turns(Model):
    """How due retries and fresh lines take turns where both wait."""

    retries: Annotated[Count, Field(ge=1, le=MAX_TURNS)] = Field(
        description="So many retries first ..."
    )
    fresh: Annotated[Count, Field(ge=1, le=MAX_TURNS)] = Field(
        description="... then so many fresh lines, and again."
    )


def _order_tag(value: object) -> str:
    return "turns" if isinstance(value, (dict, Turns)) else "word"


Order = Annotated[
    Annotated[Literal["retries-first", "fresh-first"], Tag("word")]
    | Annotated[Turns, Tag("turns")],
    Discriminator(_order_tag),
]
"""Who goes first where a due retry and a fresh line both wait."""


class Attempts(Model):
    """How often a line may be dialled, and whether again before others once."""

    lifetime: Annotated[Count, Field(ge=1, le=MAX_ATTEMPTS)] = Field(
        1, description="Most attempts per line."
    )
    per_day: Annotated[Count, Field(ge=1, le=MAX_ATTEMPTS)] | None = Field(
        None,
        description="Most attempts per line on one day of the recipient's calendar; left out, no "
        "limit.",
    )
    min_gap: PlainDuration = Field(
        0,
        description="Least time from the end of a call to the next start to the line, whatever the "
        "outcome.",
    )
    order: Order = Field(
        "retries-first",
        description="Who goes first where a due retry and a fresh line both wait; by turns: so "
        "many of the one, then of the other.",
    )

    @property
    def turns(self) -> tuple[int, int]:
        """Retries, and then fresh lines, of those that wait together, round by round."""
        if isinstance(self.order, Turns):
            return self.order.retries, self.order.fresh
        return (1, 0) if self.order == "retries-first" else (0, 1)


class CallCap(Model):
    """At most so many calls to a line in any stretch of so long a time."""

    calls: Annotated[Count, Field(ge=1, le=MAX_ATTEMPTS)] = Field(
        description="Most calls in any one stretch."
    )
    within: Annotated[PlainDuration, Field(ge=1)] = Field(
        description="Length of the stretch, from start to start."
    )
    line_types: Annotated[tuple[str, ...], Field(max_length=MAX_TYPES)] | None = Field(
        None, description="Only lines of these types; default all."
    )


class Recycle(Model):
    """When a disposition is dialled again, counted from the end of the call."""

    delay: Annotated[PlainDuration, Field(ge=1)] = Field(
        description="End of the call to the retry falling due."
    )


class RecycleRules(Model):
    """Retry rules by the disposition that the dialer sees."""

    busy: Recycle | None = Field(None, description="After a busy line; left out, no retry.")
    no_answer: Recycle | None = Field(
        None, description="After ringing until the time-out; left out, no retry."
    )
    machine: Recycle | None = Field(
        None, description="After a machine took the call; left out, no retry."
    )
    human: Recycle | None = Field(
        None, description="After a person took the call, whatever came of it; left out, no retry."
    )
    failed: Recycle | None = Field(
        None, description="After a call that failed on the way; left out, no retry."
    )


class Amd(Model):
    """Answering machine detection."""

    enabled: StrictBool = Field(True, description="Whether calls are analysed at pick-up.")
    on_machine: OnMachine = Field("hang_up", description="What happens when a machine is detected.")
    analysis_time: PlainDuration = Field(0, description="Dead air between pick-up and the verdict.")
    human_as_machine: Share = Field(
        default_factory=lambda: ShareRange(central=0.0),
        description="Share of people who are taken for a machine.",
    )
    machine_as_human: Share = Field(
        default_factory=lambda: ShareRange(central=0.0),
        description="Share of machines that are taken for a person.",
    )
    by_line: Share = Field(
        default_factory=lambda: ShareRange(central=0.0),
        description="Share of the variance of these errors that is the line's: its greeting or its "
        "people are heard alike at each call.",
    )
