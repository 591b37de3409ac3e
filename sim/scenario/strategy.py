"""A strategy: what the caller chooses."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictBool

from sim.document.fields import Count, Moment, Price, Zone
from sim.document.quantity import Freeze, Model, PlainDuration
from sim.scenario.dialing import (
    MAX_CAPS,
    RESERVED_CHANNELS,
    Amd,
    Attempts,
    CallCap,
    Dialing,
    RecycleRules,
)
from sim.scenario.message import Message
from sim.scenario.reactions import Reactions

MAX_NAMES = 200
"""Most names in a list of them: as many as there may be territories, say."""
MAX_REGIMES = 50
"""Most regimes that a scenario, or a strategy, may name."""
Names = Annotated[tuple[str, ...], Field(max_length=MAX_NAMES)]


class Campaign(Model):
    """When the campaign runs."""

    timezone: Zone = Field(description="Time zone of the moments in the strategy.")
    start: Moment = Field(description="First moment, local time of `timezone`.")
    cutoff: Moment = Field(description="No call starts at or after it, local time of `timezone`.")
    territory_cutoffs: Annotated[dict[str, Moment], AfterValidator(Freeze)] = Field(
        max_length=MAX_NAMES,
        default_factory=lambda: Freeze({}),
        description="Earlier cutoffs by territory, each in the territory's local time.",
    )


class CallList(Model):
    """Which of the world's lines are on the list."""

    source: str | None = Field(None, description="Where the numbers come from.")
    territories: Names | None = Field(None, description="Only these; default all.")
    line_types: Names | None = Field(None, description="Only these; default all.")
    segments: Names | None = Field(None, description="Only these; default all.")
    without_registers: Names | None = Field(
        None,
        description="Not the lines that stand in these registers of the world, law or not.",
    )


class Suppression(Model):
    """How the caller keeps its own list of those who object."""

    key_press: PlainDuration = Field(
        0, description="End of the call with the key to the line's being left alone."
    )
    household: StrictBool = Field(
        False, description="Whether an objection holds for the household's other line too."
    )
    refresh: Annotated[PlainDuration, Field(ge=60_000)] | None = Field(
        None,
        description="Time between refreshes of the dialer's list, by which objections by call-back "
        "and complaint reach it; left out, they never do.",
    )


class Inbound(Model):
    """Lines for those who call back."""

    lines: Annotated[Count, Field(ge=0, le=RESERVED_CHANNELS)] = Field(
        description="Inbound lines; a caller who finds none free is blocked."
    )


class CallerNumbers(Model):
    """Numbers from which the campaign calls, each call from one of them by chance."""

    numbers: Annotated[Count, Field(ge=1, le=65_535)] = Field(description="How many there are.")


class Prices(Model):
    """What calls cost. Zero or more prices, one currency."""

    per_line_dialled: Price | None = Field(None, description="Once per line dialled.")
    per_attempt: Price | None = Field(None, description="Per attempt.")
    per_minute: Price | None = Field(None, description="Per minute of channel holding time.")
    per_consent: Price | None = Field(
        None, description="Once per line on the list that consented: what gathering it cost."
    )


class ReachedWhen(Model):
    """What counts as reached."""

    live: Annotated[PlainDuration, Field(ge=1)] = Field(
        30_000, description="Live: the message was heard for at least this long, or to its end."
    )
    voicemail: Literal["heard", "left", "never"] = Field(
        "heard", description="Voicemail: when somebody heard it, when it was left, or never."
    )


class Strategy(Model):
    """What the caller chooses."""

    campaign: Campaign = Field(description="When the campaign runs.")
    list: CallList = Field(
        default_factory=CallList, description="Which of the world's lines are on the list."
    )
    dialing: Dialing = Field(description="How the dialer dials.")
    attempts: Attempts = Field(
        default_factory=lambda: Attempts(lifetime=1),
        description="How often a line may be dialled.",
    )
    caps: tuple[CallCap, ...] = Field(
        (), max_length=MAX_CAPS, description="Rolling caps on the calls to a line."
    )
    recycle: RecycleRules = Field(
        default_factory=RecycleRules, description="Which outcomes are dialled again, and when."
    )
    amd: Amd = Field(default_factory=Amd, description="Answering machine detection.")
    message: Message = Field(description="What is played.")
    suppression: Suppression = Field(
        default_factory=Suppression,
        description="How the caller keeps its own list of those who object.",
    )
    inbound: Inbound = Field(
        default_factory=lambda: Inbound(lines=0), description="Lines for those who call back."
    )
    caller_numbers: CallerNumbers = Field(
        default_factory=lambda: CallerNumbers(numbers=1),
        description="Numbers from which the campaign calls.",
    )
    reactions: Reactions = Field(
        default_factory=Reactions, description="What it does when the regulator acts."
    )
    prices: Prices = Field(default_factory=Prices, description="What calls cost.")
    reached_when: ReachedWhen = Field(
        default_factory=ReachedWhen, description="What counts as reached."
    )
    enforce: Annotated[dict[str, Names], AfterValidator(Freeze)] = Field(
        max_length=MAX_REGIMES,
        default_factory=lambda: Freeze({}),
        description="Rules that the dialer keeps, by regime: [all], or ids or kinds of rules.",
    )
