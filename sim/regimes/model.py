"""A regime: what a law demands of automated calls, as frozen typed objects.

These classes *are* the file format: a key of the YAML is a field here. :mod:`sim.regimes.load`
reads a file into them, and checks what spans several fields.

Three things are kept apart. A *rule* demands something, with the force that it had. What the law
leaves open stands in ``not_regulated``: that is not the same as being allowed by a rule. What this
model cannot express, or nobody could read, stands in ``not_modelled``.

Units: days are calendar days local to the person called, first and last included; durations are
milliseconds; clock times are minutes after local midnight; shares lie in 0–1; money is in whole
units of the regime's currency.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StrictBool

from sim.document.fields import Clock, Count
from sim.document.kinds import FACTOR, SHARE
from sim.document.quantity import Model, PlainDuration
from sim.document.units import parse_factor, parse_share
from sim.regimes.fields import Currency, Date, Name, Refs, Region, Text
from sim.scenario.dialing import CallTimes
from sim.scenario.message import IdentityItem

Force = Literal["law", "recommendation", "voluntary"]
"""``law``: binding. ``recommendation``: an authority asks for it. ``voluntary``: a policy that the
caller may choose. Counts of different force are never summed."""
Reading = Literal["strict", "lenient"]
"""One of two readings of a rule on which people disagree; both are counted, side by side."""
Confidence = Literal["high", "med", "low"]
"""How sure the pack is that the rule says so."""
Counted = Literal["dialled", "connected", "delivered"]
"""Which calls a rule looks at: every attempt; those that a person or machine picked up; those in
which any of the message was played."""
Unit = Literal["call", "campaign"]
"""What one violation is: each call, or the campaign as a whole, as with a duty that has no call."""
Day = Literal["calendar", "24 h"]
"""What a law means by a day: one of the recipient's calendar, by the clock on their wall, or 24
hours from any moment."""
Covered = Literal["automated", "caller"]
"""What a consent must name to be valid: automated calls as such, this very caller."""
MessageItem = Literal["opt_out_offered", "opt_out_at_start", "how_to_object", "opt_out_key"]
"""``opt_out_offered``: the message tells of the right to object, anywhere. ``opt_out_at_start``: it
does so before its content, and before any question such as 'press 1'. ``how_to_object``: it says
how, beside the notice. ``opt_out_key``: a key or a word in the call itself does it."""
DAY_MS = 86_400_000
"""A day of 24 hours, ms."""
Amount = Annotated[float, BeforeValidator(parse_factor), FACTOR]
Share = Annotated[float, BeforeValidator(parse_share), SHARE]


class Source(Model):
    """Where something is written."""

    ref: Refs = Field(description="Tags of sources, such as F13, F14; docs/regimes.md lists them.")
    text: Text = Field(description="What the source says, or what was inferred from it.")


class Dated(Model):
    """Anything with a first and a last day."""

    since: Date = Field(alias="from", description="First day in force; nothing is taken without.")
    until: Date | None = Field(None, description="Last day in force; left out, there is none yet.")

    def in_force(self, day: dt.date) -> bool:
        """Whether it is in force on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


# ── Rules ────────────────────────────────────────────────────────────────────────────────────────


class Applies(Model):
    """Which calls a rule looks at."""

    line_types: tuple[Text, ...] | None = Field(
        None, description="Types of line; left out, all: [landline, mobile]."
    )
    calls: Counted = Field("dialled", description="Every attempt, or only those that got so far.")


class RuleBase(Dated):
    """What every rule has."""

    id: Name = Field(description="Short name, unique in the regime.")
    title: Text = Field(description="What it demands, in a line.")
    force: Force = Field(description="How binding it is.")
    source: Source = Field(description="Where it is written; nothing is taken without.")
    confidence: Confidence = Field("high", description="How sure the pack is of it.")
    inferred: StrictBool = Field(
        False, description="Whether a date, or that it applies, was inferred; `source.text` says."
    )
    applies: Applies = Field(
        default_factory=lambda: Applies.model_validate({}), description="Which calls it looks at."
    )
    counts: Unit = Field(
        "call", description="What one violation is: each such call, or the campaign as a whole."
    )
    lifted_by_consent: StrictBool = Field(
        False, description="Whether it does not bind calls to lines with consent."
    )
    disputes: Name | None = Field(
        None, description="Name of the question on which readings differ; shared by both readings."
    )
    reading: Reading | None = Field(None, description="Which reading this rule is.")


class HoursRule(RuleBase):
    """Calls start inside weekly windows of the recipient's local time."""

    kind: Literal["hours"]
    windows: tuple[CallTimes, ...] = Field(
        min_length=1, description="Weekly windows, half-open: {days, from, to}."
    )
    holidays: Literal["closed", "sunday", "normal"] = Field(
        "normal", description="What a public holiday is like."
    )
    holidays_code: Text | None = Field(
        None, description="Code of the public holidays meant, such as FR; wanted unless normal."
    )


class ConsentRule(RuleBase):
    """The line gave its consent beforehand, and it is valid when the call starts."""

    kind: Literal["consent"]
    scope: tuple[Covered, ...] = Field(
        (), description="What the consent must name to count; left out, any consent counts."
    )
    press_1_counts: StrictBool = Field(
        False,
        description=(
            "Whether pressing 1 in the call itself is consent to the message that follows; "
            "a message played without it, such as a voicemail, then lacks consent."
        ),
    )


class ConsentSlotRule(RuleBase):
    """Calls start inside the weekly slot for which the line gave its consent.

    It binds calls to lines with consent; a line that gave none breaks the consent rule alone.
    """

    kind: Literal["consent_slot"]


class RegisterRule(RuleBase):
    """No call to a line on a register of refusals."""

    kind: Literal["register"]
    name: Name = Field(description="Name of the register, as in the recipients' columns.")


class OppositionRule(RuleBase):
    """No call to a line that is listed as refusing, outside of any register."""

    kind: Literal["opposition"]
    name: Name = Field("directory", description="Where the refusal is marked.")


class FrequencyCapRule(RuleBase):
    """At most so many calls to a line in a window of time."""

    kind: Literal["frequency_cap"]
    calls: Annotated[Count, Field(ge=1)] = Field(description="Most calls in any one window.")
    window: Annotated[PlainDuration, Field(ge=1)] = Field(
        description="Length of the window; whole days where `day` is calendar."
    )
    day: Day = Field(
        "24 h",
        description=(
            "calendar: the window is so many days of the recipient's calendar, that of the call "
            "the last of them. 24 h: it is a length of time that ends with the call."
        ),
    )
    rolling: StrictBool = Field(
        True,
        description=(
            "True: any stretch of that length, up to and with the call. "
            "False: stretches of that length one after the other, from the line's first call."
        ),
    )

    @property
    def window_days(self) -> int:
        """The window in whole days."""
        return self.window // DAY_MS


class PauseAfterRefusalRule(RuleBase):
    """No call for some days after the person refused on the line."""

    kind: Literal["pause_after_refusal"]
    days: Annotated[Count, Field(ge=1)] = Field(description="Days after the refusal.")
    day: Day = Field(
        "24 h",
        description=(
            "calendar: so many whole days of the recipient's calendar, the day of the refusal not "
            "counted. 24 h: so many times 24 hours from the refusal on."
        ),
    )


class HonourOptOutRule(RuleBase):
    """No call once an opt-out is older than a delay."""

    kind: Literal["honour_opt_out"]
    delay: PlainDuration | None = Field(
        None, description="Time that the caller has to honour it, such as 24 h."
    )
    business_days: Annotated[Count, Field(ge=1)] | None = Field(
        None, description="The same in whole days from Monday to Friday, local; one of the two."
    )


class MessageRule(RuleBase):
    """What a message says, and in which order."""

    kind: Literal["message"]
    requires: tuple[MessageItem, ...] = Field(min_length=1, description="All of these.")
    within: PlainDuration | None = Field(
        None, description="Longest time from the caller's name to the opt-out; left out, no limit."
    )


class IdentificationRule(RuleBase):
    """How a message names the caller."""

    kind: Literal["identification"]
    requires: tuple[IdentityItem, ...] = Field(min_length=1, description="All of these.")


class CallerNumberRule(RuleBase):
    """Which numbers may be shown as the caller's."""

    kind: Literal["caller_number"]
    regions: tuple[Region, ...] = Field(
        (),
        description=(
            "Countries in whose national form the digits below are; a number of another has none "
            "of them. Left out, any country's."
        ),
    )
    forbidden_prefixes: tuple[Text, ...] = Field((), description="First digits that may not be.")
    allowed_prefixes: tuple[Text, ...] = Field(
        (), description="First digits of which one must be there; left out, any not forbidden."
    )


class PollDay(Model):
    """A polling day, and how sure the pack is that the silence hangs on it."""

    date: Date = Field(description="Polling day.")
    source: Source = Field(description="Where the date is written.")
    confidence: Confidence = Field("high", description="How sure the pack is of it.")
    inferred: StrictBool = Field(False, description="Whether it was inferred; `source.text` says.")


class ElsewherePoll(PollDay):
    """A group of territories that vote on another day than the rest."""

    territories: tuple[Text, ...] = Field(
        (), description="Names of territories as scenarios use them."
    )
    zones: tuple[Text, ...] = Field((), description="Their time zones, IANA.")


class Poll(PollDay):
    """A poll: the day wherever `elsewhere` names no other."""

    name: Text = Field(description="Which poll.")
    elsewhere: tuple[ElsewherePoll, ...] = Field((), description="Where it is on another day.")

    def date_in(self, territory: str | None, zone: str) -> dt.date:
        """The polling day of a territory by its name, else by its zone."""
        for group in self.elsewhere:
            if territory in group.territories or zone in group.zones:
                return group.date
        return self.date


class SilenceRule(RuleBase):
    """No call in the silence before and during a poll, in the recipient's local time."""

    kind: Literal["silence"]
    polls: tuple[Poll, ...] = Field(min_length=1, description="The polls that it protects.")
    days_before: Count = Field(
        1, description="Days before the poll on which it begins: 1, its eve."
    )
    starts: Clock = Field(0, description="Local time on that day at which it begins.")
    ends: Clock = Field(1440, description="Local time on the polling day at which it ends.")


class AbandonmentRule(RuleBase):
    """At most a share of calls picked up by a person are dropped with nothing played."""

    kind: Literal["abandonment"]
    counts: Unit = Field("campaign", description="What one violation is.")
    most: Share = Field(description="Highest share of calls that a person picked up.")
    within: PlainDuration | None = Field(
        None, description="Time in which the message must begin; left out, none is set."
    )
    shortest_ring: PlainDuration | None = Field(
        None, description="Time for which an unanswered call must ring; left out, none is set."
    )


class DataNoticeRule(RuleBase):
    """People are told where their number came from and what rights they have."""

    kind: Literal["data_notice"]
    counts: Unit = Field("campaign", description="What one violation is.")


class ProofOfConsentRule(RuleBase):
    """The caller can prove each consent."""

    kind: Literal["proof_of_consent"]
    counts: Unit = Field("campaign", description="What one violation is.")
    keep_years: Annotated[Count, Field(ge=1)] | None = Field(
        None, description="Years for which the proof is kept; left out, no time is set."
    )


class CampaignDutyRule(RuleBase):
    """Something that the campaign does once, not per call."""

    kind: Literal["campaign_duty"]
    counts: Unit = Field("campaign", description="What one violation is.")
    duty: Name = Field(description="Name of the duty, such as register-with-the-authority.")
    deadline: PlainDuration | None = Field(
        None, description="Time for it, counted from the first call; left out, none is set."
    )


Rule = Annotated[
    HoursRule
    | ConsentRule
    | ConsentSlotRule
    | RegisterRule
    | OppositionRule
    | FrequencyCapRule
    | PauseAfterRefusalRule
    | HonourOptOutRule
    | MessageRule
    | IdentificationRule
    | CallerNumberRule
    | SilenceRule
    | AbandonmentRule
    | DataNoticeRule
    | ProofOfConsentRule
    | CampaignDutyRule,
    Field(discriminator="kind"),
]
"""A rule of any kind; `kind` tells which."""


# ── What a breach may cost ───────────────────────────────────────────────────────────────────────


class Nominal(Model):
    """What the text allows, in the regime's currency."""

    per: Literal["violation", "call", "campaign"] = Field(
        description="What the amount is for; a call counts once however many rules it breaks."
    )
    amount: Amount = Field(description="Highest amount for one of these.")
    cap: Amount | None = Field(None, description="Highest total; left out, the text sets none.")
    turnover: Share | None = Field(
        None, description="Share of yearly turnover that may take the amount's place."
    )


class Observed(Model):
    """What an authority did in one case of the casebook, in the regime's currency."""

    case: Text = Field(description="Who, and in which campaign.")
    amount: Amount = Field(description="Total imposed; 0 where the authority acted without a fine.")
    sanctions: Annotated[Count, Field(ge=1)] = Field(
        1, description="Sanctions in that total, where only their sum was read."
    )
    year: Count | None = Field(
        None, description="Year of the last calls, else of the decision; left out, not read."
    )
    calls: Count | None = Field(None, description="Calls that it was about; left out, not read.")
    political: StrictBool = Field(True, description="Whether the calls were political.")
    source: Source = Field(description="Where it is written.")


class Penalty(Dated):
    """What one authority or court may impose, and what it imposed."""

    id: Name = Field(description="Short name, unique in the regime.")
    title: Text = Field(description="Who may impose it, and on whom.")
    role: Literal["main", "further"] = Field(
        description=(
            "main: gives the regime's nominal figure. further: shown beside it and never added, "
            "such as a multiple for intent or another authority's fine."
        )
    )
    rules: tuple[Name, ...] | None = Field(
        None, description="Rules whose breach it is for; left out, all but the voluntary ones."
    )
    nominal: Nominal = Field(description="What the text allows.")
    observed: tuple[Observed, ...] = Field(
        (), description="What was imposed; left out, none observed, n = 0."
    )
    source: Source = Field(description="Where it is written; nothing is taken without.")
    confidence: Confidence = Field("high", description="How sure the pack is of it.")
    inferred: StrictBool = Field(
        False, description="Whether a date, or how it is counted, was inferred; `source.text` says."
    )

    @property
    def n(self) -> int:
        """Sanctions observed."""
        return sum(case.sanctions for case in self.observed)

    @property
    def amounts(self) -> tuple[float, ...]:
        """One amount per sanction, in order of size; the mean where only a sum was read."""
        spread = [
            case.amount / case.sanctions for case in self.observed for _ in range(case.sanctions)
        ]
        return tuple(sorted(spread))


# ── The regime ───────────────────────────────────────────────────────────────────────────────────


class Open(Model):
    """Something that the law leaves open: no rule forbids it, and none allows it."""

    topic: Name = Field(description="What it is about: hours, attempts, register, …")
    text: Text = Field(description="What is left open, and where else a rule may stand.")
    source: Source = Field(description="Where that is written.")
    confidence: Confidence = Field("high", description="How sure the pack is of it.")


class Missing(Model):
    """Something that the law may regulate and this pack does not hold."""

    topic: Name = Field(description="What it is about.")
    text: Text = Field(description="What is missing, and why.")


class RegimeHead(Model):
    """All of a regime but its rules."""

    id: Name = Field(description="Name, as files and commands use it.")
    title: Text = Field(description="What it is, in a line.")
    jurisdiction: Text = Field(description="Country or union.")
    binds: Literal["all", "political", "commercial"] = Field(
        description=(
            "Calls that the law binds. A law on commercial calls held against a political campaign "
            "shows what would follow if it applied: outputs say so."
        )
    )
    currency: Currency = Field(description="ISO 4217 code of all amounts.")
    summary: Text = Field(description="What it demands, in a few sentences.")
    valid: Dated = Field(description="Days for which the pack holds.")
    penalties: tuple[Penalty, ...] = Field((), description="What a breach may cost.")
    not_regulated: tuple[Open, ...] = Field((), description="What the law leaves open.")
    not_modelled: tuple[Missing, ...] = Field((), description="What the pack does not hold.")
    notes: tuple[Text, ...] = Field((), description="What a reader should know.")


class Regime(RegimeHead):
    """A regime."""

    rules: tuple[Rule, ...] = Field(min_length=1, description="What it demands.")

    def in_force(self, day: dt.date) -> bool:
        """Whether the pack holds for a day."""
        return self.valid.in_force(day)

    def rules_at(self, day: dt.date) -> tuple[Rule, ...]:
        """The rules in force on a day."""
        return tuple(rule for rule in self.rules if rule.in_force(day))

    def penalties_at(self, day: dt.date) -> tuple[Penalty, ...]:
        """The penalties in force on a day."""
        return tuple(penalty for penalty in self.penalties if penalty.in_force(day))

    def find(self, rule_id: str) -> Rule | None:
        """The rule of that id, or None."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)
