"""The world: who the recipients are and how they behave. Shared by all strategies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from sim.document.fields import Clock, Count, Days, Zone
from sim.document.laws import SOURCE, DurationLaw
from sim.document.quantity import (
    GRADE,
    Factor,
    FactorRange,
    Freeze,
    Grade,
    Model,
    Share,
    ShareRange,
)
from sim.scenario.answering import Answering
from sim.scenario.call_back import CallBack
from sim.scenario.complaints import Complaints
from sim.scenario.consent import Consent, OptingOut
from sim.scenario.regulator import Regulator
from sim.scenario.reputation import Reputation
from sim.scenario.votes import Votes

MAX_GROUPS = 200
"""Most territories, line types or segments: an index of each fits in eight bits."""
MAX_TABLES = 50
"""Most tables of answering by hour."""
MAX_PARTS = 672
"""Most parts of the week in one: its quarter-hours."""
MAX_VOTERS = 10_000_000_000
"""Largest electorate: more than there are people."""
MAX_LINES = 100_000_000
"""Most lines that a scenario may ask for."""


class Territory(Model):
    """A part of the list with its own clock and holidays."""

    share: Share = Field(description="Share of the world's lines.")
    timezone: Zone = Field(description="Time zone of the recipients' clocks.")
    holidays: str | None = Field(
        None,
        description="Public holidays: ISO country, with subdivision after a dash: FR, FR-974.",
    )
    electorate: Annotated[Count, Field(le=MAX_VOTERS)] | None = Field(
        None, description="Registered voters there, people."
    )
    source: str | None = Field(None, description=SOURCE)
    grade: Grade | None = Field(None, description=GRADE)


class LineType(Model):
    """A kind of line, such as landline or mobile, and how it answers."""

    share: Share = Field(description="Share of the world's lines.")
    answering: Answering = Field(description="How first attempts to such a line end.")


class HourOdds(Model):
    """Odds of a human pick-up in a part of the week, half-open."""

    days: Days = Field(description="mon-fri, sat, all, or a list.")
    opens: Clock = Field(alias="from", description="First minute, local.")
    closes: Clock = Field(alias="to", description="First minute after it, local.")
    odds: Factor = Field(
        description="Odds of a human pick-up then, as a multiple of those at all other hours."
    )


class Segment(Model):
    """A named part of the list that answers more, or less, than the rest."""

    share: Share = Field(description="Share of the world's lines.")
    human_odds: Factor = Field(
        default_factory=lambda: FactorRange(central=1.0),
        description="Odds of a human pick-up, as a multiple.",
    )


class Signalling(Model):
    """How long calls hold a channel that nobody picks up or that fail."""

    invalid: DurationLaw = Field(description="Dial to release of a number not in service.")
    busy: DurationLaw = Field(description="Dial to release of a busy line.")
    failed: DurationLaw | None = Field(
        None, description="Dial to release of a call that fails on the way; left out, as if busy."
    )


def may_fail(line_types: Mapping[str, LineType]) -> bool:
    """Whether calls to some of the line types may fail on the way, in some draw."""
    shares = (line_type.answering.failed for line_type in line_types.values())
    known = (share for share in shares if share is not None)
    return any(share.central > 0 or (share.high or 0) > 0 for share in known)


class VoicemailWorld(Model):
    """What becomes of a message left on a machine."""

    greeting: DurationLaw = Field(description="Machine pick-up to the beep.")
    heard: Share = Field(
        description="Share of messages left that somebody plays to the end; of those on lines in "
        "use, where `lines_in_use` tells lines apart."
    )
    delay: DurationLaw = Field(description="Message left to message heard.")
    shared: Share = Field(
        description="Chance that a further voter of the line hears a message that one heard."
    )


class Households(Model):
    """Lines that share a household with another line of the world: pairs."""

    share: Share = Field(description="Share of lines that have such a partner.")


class World(Model):
    """Who the recipients are and how they behave. Shared by all strategies."""

    lines: Annotated[Count, Field(ge=1, le=MAX_LINES)] = Field(
        description="Lines in the world: telephone numbers, not people and not calls."
    )
    electorate: Annotated[Count, Field(ge=1, le=MAX_VOTERS)] = Field(
        description="Registered voters, people."
    )
    voters_per_line: Factor = Field(description="Mean registered voters behind a line, people.")
    lines_without_voters: Share = Field(
        default_factory=lambda: ShareRange(central=0.0),
        description="Share of lines behind which no registered voter stands. Above 0 the others "
        "have one and a Poisson number more; at 0 all have the mean or, where that is no whole "
        "number, the whole number below or above it.",
    )
    lines_in_use: Share = Field(
        default_factory=lambda: ShareRange(central=1.0),
        description="Share of lines that somebody uses. Nobody picks up on the others, and no "
        "message left there is heard; the shares of dials are of all lines, so those in use "
        "answer the more.",
    )
    territories: Annotated[dict[str, Territory], AfterValidator(Freeze)] = Field(
        min_length=1,
        max_length=MAX_GROUPS,
        description="Territories by name; their shares sum to 1.",
    )
    line_types: Annotated[dict[str, LineType], AfterValidator(Freeze)] = Field(
        min_length=1,
        max_length=MAX_GROUPS,
        description="Line types by name; their shares sum to 1.",
    )
    hours: Annotated[
        dict[str, Annotated[tuple[HourOdds, ...], Field(min_length=1, max_length=MAX_PARTS)]],
        AfterValidator(Freeze),
    ] = Field(
        default_factory=lambda: Freeze({}),
        max_length=MAX_TABLES,
        description="Tables of one's own for `by_hour`, by name: when more people answer. Hours "
        "that a table does not name have the odds 1.",
    )
    segments: Annotated[dict[str, Segment], AfterValidator(Freeze)] | None = Field(
        None, max_length=MAX_GROUPS, description="Segments by name; their shares sum to 1."
    )
    signalling: Signalling = Field(description="How long calls that fail hold a channel.")
    listening: DurationLaw = Field(
        description="Message start to hang-up of a person who listens, were the message endless."
    )
    press_1: Share = Field(description="Share of people at the gate who press the key.")
    press_1_delay: DurationLaw = Field(description="Start of the prompt to the key.")
    voicemail: VoicemailWorld = Field(description="What becomes of a message left on a machine.")
    consent: Consent | None = Field(
        None, description="Consent given beforehand; left out, nothing is known of it."
    )
    registers: Annotated[dict[str, Share], AfterValidator(Freeze)] = Field(
        default_factory=lambda: Freeze({}),
        max_length=4,
        description="Share of lines in each register of refusals, by its name.",
    )
    opposition: Share | None = Field(
        None, description="Share of lines marked in the directory as refusing calls."
    )
    households: Households | None = Field(
        None, description="Lines in pairs; left out, every line is a household of its own."
    )
    opting_out: OptingOut | None = Field(
        None, description="Use of the key that lists a number; needed where a message has one."
    )
    complaints: Complaints | None = Field(None, description="Who complains; left out, nobody does.")
    regulator: Regulator | None = Field(
        None, description="Who reviews complaints and acts; left out, nobody does."
    )
    call_back: CallBack | None = Field(
        None, description="People who call back; left out, nobody does."
    )
    reputation: Reputation | None = Field(
        None, description="Standing of caller numbers; left out, numbers bear no labels."
    )
    votes: Votes | None = Field(
        None, description="What being reached does to votes; left out, nothing is said of that."
    )
