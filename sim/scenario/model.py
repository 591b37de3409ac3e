"""The scenario: one world, several strategies, one seed, as frozen typed objects.

These classes *are* the file format: a key of the YAML is a field here, with its unit, its default
and its meaning. The loader (:mod:`sim.scenario.load`) reads a file into them; rules that span
several fields stand in :mod:`sim.scenario.checks`.

Internal units: milliseconds, shares of 0–1, minutes of the local day, exact fractions of calls per
second. Local moments are naive; the zone stands beside them.
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, StrictBool, Tag

from sim.document.kinds import (
    CLOCK,
    COUNT,
    DAYS,
    MOMENT,
    MONEY,
    RATE,
    ZONE,
)
from sim.document.laws import SOURCE, DurationLaw
from sim.document.quantity import (
    Factor,
    FactorRange,
    Freeze,
    Model,
    PlainDuration,
    PlainFactor,
    PlainShare,
    Share,
    ShareRange,
)
from sim.document.units import (
    Money,
    parse_clock,
    parse_count,
    parse_days,
    parse_moment,
    parse_money,
    parse_rate,
)

Count = Annotated[int, BeforeValidator(parse_count), COUNT]
Rate = Annotated[Fraction, BeforeValidator(parse_rate), RATE]
Clock = Annotated[int, BeforeValidator(parse_clock), CLOCK]
Moment = Annotated[dt.datetime, BeforeValidator(parse_moment), MOMENT]
Days = Annotated[tuple[int, ...], BeforeValidator(parse_days), DAYS]
Price = Annotated[Money, BeforeValidator(parse_money), MONEY]
Zone = Annotated[str, ZONE]

RESERVED_CHANNELS = 1_000_000
"""Most channels that a scenario may ask for."""
MAX_LINES = 100_000_000
"""Most lines that a scenario may ask for."""
MAX_ATTEMPTS = 50
"""Most attempts per line."""


# ── Laws of durations ────────────────────────────────────────────────────────────────────────────


# ── The world ────────────────────────────────────────────────────────────────────────────────────


def _rest_tag(value: Any) -> str:
    return "rest" if value == "rest" else "share"


RestShare = Annotated[
    Annotated[Literal["rest"], Tag("rest")] | Annotated[Share, Tag("share")],
    Discriminator(_rest_tag),
]
"""A share, or the word ``rest`` in exactly one of the five dispositions."""


class Frailty(Model):
    """Answer propensity that stays with a line over its attempts."""

    sd: Factor = Field(description="Standard deviation of the log-odds of a human pick-up.")
    cohorts: Annotated[Count, Field(ge=1, le=64)] = Field(
        16, description="Number of equally likely propensities that stand for the normal law."
    )


class Answering(Model):
    """How first attempts end, as shares of dials; the five shares sum to 1."""

    invalid: RestShare = Field(description="Share of lines whose number is not in service.")
    busy: RestShare = Field(description="Share of dials that meet a busy line.")
    no_answer: RestShare = Field(description="Share of dials that ring until the time-out.")
    machine: RestShare = Field(description="Share of dials that an answering machine takes.")
    human: RestShare = Field(description="Share of dials that a person takes.")
    at_ring_timeout: PlainDuration = Field(
        description="Ring time-out at which the five shares were measured."
    )
    by_hour: str | None = Field(
        None,
        description="Published table of answering by hour and day; 'us-landline', 'us-mobile'.",
    )
    by_attempt: tuple[Annotated[PlainFactor, Field(gt=0)], ...] = Field(
        (1.0,),
        min_length=1,
        description="Odds of a human pick-up by attempt, first = 1; the last holds for all later.",
    )
    frailty: Frailty | None = Field(None, description="Propensity that persists over attempts.")
    human_ring: DurationLaw = Field(description="Dial to pick-up by a person who would answer.")
    machine_ring: DurationLaw = Field(description="Dial to pick-up by an answering machine.")
    source: str | None = Field(None, description=SOURCE)


class Territory(Model):
    """A part of the list with its own clock and holidays."""

    share: Share = Field(description="Share of the world's lines.")
    timezone: Zone = Field(description="Time zone of the recipients' clocks.")
    holidays: str | None = Field(
        None,
        description="Public holidays: ISO country, with subdivision after a dash: FR, FR-974.",
    )
    electorate: Count | None = Field(None, description="Registered voters there, people.")
    source: str | None = Field(None, description=SOURCE)


class LineType(Model):
    """A kind of line, such as landline or mobile, and how it answers."""

    share: Share = Field(description="Share of the world's lines.")
    answering: Answering = Field(description="How first attempts to such a line end.")


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


class VoicemailWorld(Model):
    """What becomes of a message left on a machine."""

    greeting: DurationLaw = Field(description="Machine pick-up to the beep.")
    heard: Share = Field(description="Share of messages left that somebody plays to the end.")
    delay: DurationLaw = Field(description="Message left to message heard.")
    shared: Share = Field(
        description="Share of heard messages that all voters of the line hear; else one voter."
    )


class ConsentSlots(Model):
    """Weekly times that consents name: each names one of them, all alike, local to the line."""

    length: Annotated[PlainDuration, Field(ge=60_000)] = Field(
        description="Length of the time that a consent names, whole minutes."
    )
    days: Days = Field(description="Days on which such times lie.")
    opens: Clock = Field(alias="from", description="Start of the first on each day, local.")
    closes: Clock = Field(alias="to", description="End of the last on each day, local.")


class Gathered(Model):
    """When consents were gathered: evenly over some days that end before the campaign."""

    starts: Moment = Field(alias="from", description="First moment, UTC.")
    ends: Moment = Field(alias="to", description="Last moment, UTC; before every campaign.")


class Consent(Model):
    """Consent to calls from this caller, given before the campaign."""

    share: Share = Field(description="Share of lines whose people consented to something.")
    covers_calls: Share = Field(
        default_factory=lambda: ShareRange(central=1.0),
        description="Share of these consents that cover automated calls; others do not count.",
    )
    slot: ConsentSlots | None = Field(
        None, description="Weekly times that consents name; left out, they cover any time."
    )
    gathered: Gathered | None = Field(
        None, description="When they were gathered; left out, long before."
    )
    withdrawn: Share = Field(
        default_factory=lambda: ShareRange(central=0.0),
        description="Share withdrawn again, at a moment evenly spread from consent to `until`.",
    )
    until: Moment | None = Field(
        None, description="Last moment at which withdrawals fall, UTC; needed where any are."
    )
    human_odds: Factor = Field(
        default_factory=lambda: FactorRange(central=1.0),
        description="Odds of a human pick-up of lines that consented, as a multiple.",
    )


class OptingOut(Model):
    """How many of those who hear of the key that lists their number press it."""

    at_start: Share = Field(description="Share who press it, of people told at the start.")
    at_end: Share = Field(description="Share who press it, of people told at the end.")
    delay: DurationLaw = Field(description="End of the notice to the key.")


class ComplaintEffects(Model):
    """What makes a complaint likelier or rarer, as multiples of a reference call's chance.

    The reference call: a person answered by day, first attempt, no consent, no refusal listed, no
    notice of objection at the start, before any opt-out, from a number without a label.
    """

    unanswered: Factor = Field(description="A call that nobody and nothing answered.")
    voicemail: Factor = Field(description="A message left on a machine, when it is heard.")
    consented: Factor = Field(description="A line whose people consented.")
    opposed: Factor = Field(description="A line marked or registered as refusing.")
    night: Factor = Field(description="A call at night.")
    meal: Factor = Field(description="A call at meal times.")
    repeat: Factor = Field(description="Every attempt beyond the first, once.")
    after_opt_out: Factor = Field(description="A call to a line that had opted out.")
    objection_first: Factor = Field(description="A message that tells of objection at the start.")
    silence: Factor = Field(description="A call or hearing in the silence before a poll.")
    labelled: Factor = Field(description="A call from a number that bears a label.")
    blocked: Factor = Field(description="A caller back who never gets through.")


class DayPart(Model):
    """A part of the day, local, half-open; it may cross midnight."""

    opens: Clock = Field(alias="from", description="First minute, local.")
    closes: Clock = Field(alias="to", description="First minute after it, local.")


class ComplaintChannels(Model):
    """Where complaints go; the shares sum to 1."""

    regulator: Share = Field(description="Share of complaints that go to the regulator.")
    operator: Share = Field(description="Share that go to an operator or a short code.")
    social: Share = Field(description="Share that are made in public, on social media.")
    press: Share = Field(description="Share that reach the press.")


class Contagion(Model):
    """Complaints that breed complaints: a Hawkes process by its clusters.

    Means hold if everybody in the world had been called; a descendant who has not been called by
    then does not complain.
    """

    regulator: Factor = Field(description="Mean further complaints after one to the regulator.")
    operator: Factor = Field(description="Mean further complaints after one to an operator.")
    social: Factor = Field(description="Mean further complaints after one in public.")
    press: Factor = Field(description="Mean further complaints after one in the press.")
    delay: DurationLaw = Field(description="Complaint to the complaints that it breeds.")


class Complaints(Model):
    """Who complains of a call, when and where, and what follows."""

    per_million: Factor = Field(
        description="Complaints to the regulator per million dials of a casebook campaign."
    )
    casebook_effect: Factor = Field(
        description="Mean of `effects` over the dials of a casebook campaign."
    )
    effects: ComplaintEffects = Field(description="Multiples of a reference call's chance.")
    night: DayPart = Field(description="Night, in the recipient's local time.")
    meals: tuple[DayPart, ...] = Field((), description="Meal times, local to the recipient.")
    delay: DurationLaw = Field(description="Call, or hearing of a voicemail, to complaint.")
    channels: ComplaintChannels = Field(description="Where complaints go.")
    contagion: Contagion | None = Field(
        None, description="Complaints that breed complaints; left out, none do."
    )
    opts_out: Share = Field(
        default_factory=lambda: ShareRange(central=1.0),
        description="Share of complaints to an operator or the regulator that the caller learns of "
        "as opt-outs.",
    )
    silence: str | None = Field(
        None, description="Regime whose silence before a poll `effects.silence` means."
    )
    horizon: Annotated[PlainDuration, Field(ge=1)] = Field(
        60 * 86_400_000, description="Complaints are counted for so long after the start."
    )


class Reviews(Model):
    """When the regulator looks at what has come in."""

    timezone: Zone = Field(description="The regulator's time zone.")
    days: Days = Field(description="Days of review.")
    at: Clock = Field(description="Time of day of each review.")


class RegulatorThresholds(Model):
    """Reports counted at a review from which the regulator goes further; each above the last."""

    contact: Annotated[Count, Field(ge=1)] = Field(description="It contacts the campaign.")
    reminder: Annotated[Count, Field(ge=1)] = Field(description="It reminds in public of the law.")
    order: Annotated[Count, Field(ge=1)] = Field(description="It orders the campaign to stop.")


class Regulator(Model):
    """An authority that gets complaints, reviews them on its own calendar, and acts."""

    reviews: Reviews = Field(description="When it looks.")
    registration: PlainDuration = Field(
        0, description="Complaint to its being counted: only older ones are, at a review."
    )
    thresholds: RegulatorThresholds = Field(description="Reports from which it goes further.")


class CallBack(Model):
    """People who call the number that a voicemail gave."""

    share: Share = Field(description="Share of messages left after which somebody calls back.")
    delay: DurationLaw = Field(description="Message left to the call back.")
    handling: DurationLaw = Field(description="How long a call back holds an inbound line.")
    opts_out: Share = Field(description="Share of callers who get through and opt out there.")
    redials: Share = Field(description="Share of callers who meet no free line and try again.")
    redial_delay: DurationLaw = Field(description="Blocked try to the next.")
    tries: Annotated[Count, Field(ge=1, le=20)] = Field(3, description="Most tries of a caller.")


class Reputation(Model):
    """How caller numbers come to bear labels such as 'spam', and what a label costs.

    Pressure on campaigns that call people who do not want it; nothing here offers a way round.
    """

    update: Annotated[PlainDuration, Field(ge=60_000)] = Field(
        description="Time between updates of the numbers' standing."
    )
    allowed_per_day: Factor = Field(
        description="Calls per number and day that burden it not at all."
    )
    short_call: Factor = Field(
        description="Burden of a call that a person ended at once, in calls beyond those allowed."
    )
    report: Factor = Field(description="Burden of a complaint about the number, likewise.")
    label_at: Factor = Field(description="Burden from which a number bears a label.")
    half_life: Annotated[PlainDuration, Field(ge=60_000)] = Field(
        description="Time in which half of a burden is forgotten."
    )
    labelled_odds: Factor = Field(
        description="Odds of a human pick-up of a call from a labelled number, as a multiple."
    )


class Households(Model):
    """Lines that share a household with another line of the world: pairs."""

    share: Share = Field(description="Share of lines that have such a partner.")


class World(Model):
    """Who the recipients are and how they behave. Shared by all strategies."""

    lines: Annotated[Count, Field(ge=1, le=MAX_LINES)] = Field(
        description="Lines in the world: telephone numbers, not people and not calls."
    )
    electorate: Annotated[Count, Field(ge=1)] = Field(description="Registered voters, people.")
    voters_per_line: Factor = Field(description="Mean registered voters behind a line, people.")
    territories: Annotated[dict[str, Territory], AfterValidator(Freeze)] = Field(
        min_length=1, description="Territories by name; their shares sum to 1."
    )
    line_types: Annotated[dict[str, LineType], AfterValidator(Freeze)] = Field(
        min_length=1, description="Line types by name; their shares sum to 1."
    )
    segments: Annotated[dict[str, Segment], AfterValidator(Freeze)] | None = Field(
        None, description="Segments by name; their shares sum to 1."
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


# ── A strategy ───────────────────────────────────────────────────────────────────────────────────


class Campaign(Model):
    """When the campaign runs."""

    timezone: Zone = Field(description="Time zone of the moments in the strategy.")
    start: Moment = Field(description="First moment, local time of `timezone`.")
    cutoff: Moment = Field(description="No call starts at or after it, local time of `timezone`.")
    territory_cutoffs: Annotated[dict[str, Moment], AfterValidator(Freeze)] = Field(
        default_factory=lambda: Freeze({}),
        description="Earlier cutoffs by territory, each in the territory's local time.",
    )


class CallList(Model):
    """Which of the world's lines are on the list."""

    source: str | None = Field(None, description="Where the numbers come from.")
    territories: tuple[str, ...] | None = Field(None, description="Only these; default all.")
    line_types: tuple[str, ...] | None = Field(None, description="Only these; default all.")
    segments: tuple[str, ...] | None = Field(None, description="Only these; default all.")
    without_registers: tuple[str, ...] | None = Field(
        None,
        description="Not the lines that stand in these registers of the world, law or not.",
    )


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


class Change(Model):
    """A lasting change of capacity."""

    at: Moment = Field(description="Local time of the campaign.")
    channels: Annotated[Count, Field(ge=1, le=RESERVED_CHANNELS)] | None = Field(
        None, description="Channels from then on."
    )
    calls_per_second: Rate | None = Field(None, description="Pace from then on.")


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
        min_length=1, description="Weekly windows in the recipient's local time."
    )
    on_holidays: Literal["normal", "closed", "sunday"] = Field(
        "normal", description="Windows on a public holiday of the recipient's territory."
    )
    outages: tuple[Outage, ...] = Field((), description="Times with fewer channels.")
    changes: tuple[Change, ...] = Field((), description="Lasting changes of capacity.")


class Attempts(Model):
    """How often a line may be dialled."""

    lifetime: Annotated[Count, Field(ge=1, le=MAX_ATTEMPTS)] = Field(
        1, description="Most attempts per line."
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


class Amd(Model):
    """Answering machine detection."""

    enabled: StrictBool = Field(True, description="Whether calls are analysed at pick-up.")
    on_machine: Literal["hang_up", "leave_message"] = Field(
        "hang_up", description="What happens when a machine is detected."
    )
    analysis_time: PlainDuration = Field(0, description="Dead air between pick-up and the verdict.")
    human_as_machine: Share = Field(
        default_factory=lambda: ShareRange(central=0.0),
        description="Share of people who are taken for a machine.",
    )
    machine_as_human: Share = Field(
        default_factory=lambda: ShareRange(central=0.0),
        description="Share of machines that are taken for a person.",
    )


class Message(Model):
    """What is played."""

    duration: Annotated[PlainDuration, Field(ge=1)] = Field(
        description="Length of the message that a person hears."
    )
    gate: Literal["none", "press-1"] = Field(
        "none", description="Whether a key must be pressed to hear the message."
    )
    gate_timeout: Annotated[PlainDuration, Field(ge=1)] = Field(
        10_000, description="Start of the prompt to release, when no key is pressed."
    )
    voicemail: Annotated[PlainDuration, Field(ge=1)] | None = Field(
        None, description="Length of the message left on a machine."
    )
    opt_out: Literal["none", "start", "end"] = Field(
        "none", description="Where it tells of the right to object; start: before all else."
    )
    how_to_object: StrictBool = Field(
        False, description="Whether it says how to object, beside that notice."
    )
    opt_out_notice: PlainDuration = Field(
        0, description="Length of that notice, beside `duration`."
    )
    opt_out_key: StrictBool = Field(
        False, description="Whether a key in the call itself lists the number as refusing."
    )
    opt_out_key_within: PlainDuration | None = Field(
        None, description="Start of the caller's name to the offer of that key."
    )
    call_back: StrictBool = Field(
        False, description="Whether the voicemail gives a number to call back."
    )
    identification: tuple[
        Literal[
            "caller_at_start",
            "on_whose_behalf_at_start",
            "caller_name",
            "phone_number",
            "postal_address",
            "postal_address_or_free_phone",
        ],
        ...,
    ] = Field((), description="What it says of the caller.")


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


Reaction = Literal["carry_on", "objection_first", "narrow_hours", "suspend", "stop"]
"""What a campaign does when the regulator acts."""


class Reactions(Model):
    """What the campaign does at each step of the regulator; each list replaces the one before."""

    contact: tuple[Reaction, ...] = Field(
        ("carry_on",), min_length=1, description="When the regulator contacts it."
    )
    reminder: tuple[Reaction, ...] = Field(
        ("carry_on",), min_length=1, description="When the regulator reminds in public."
    )
    order: tuple[Reaction, ...] = Field(
        ("stop",), min_length=1, description="When the regulator orders it to stop."
    )
    suspend_for: Annotated[PlainDuration, Field(ge=1)] | None = Field(
        None, description="How long `suspend` lasts."
    )
    narrow_call_times: Annotated[tuple[CallTimes, ...], Field(min_length=1)] | None = Field(
        None, description="Windows of `narrow_hours`: calls only in these and in `call_times`."
    )


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
    enforce: Annotated[dict[str, tuple[str, ...]], AfterValidator(Freeze)] = Field(
        default_factory=lambda: Freeze({}),
        description="Rules that the dialer keeps, by regime: [all], or ids or kinds of rules.",
    )


class Check(Model):
    """How ``ringfence check`` reruns the scenario."""

    scale: Annotated[PlainShare, Field(gt=0)] = Field(
        0.01, description="Scale of the regression run."
    )


class Scenario(Model):
    """One world, several strategies, one seed."""

    format: Literal[1] = Field(description="Version of the format.")
    name: str = Field(min_length=1, description="Short name, used for files.")
    question: str | None = Field(None, description="The question that the scenario answers.")
    seed: Annotated[Count, Field(lt=1 << 64)] = Field(description="Root seed.")
    world: World = Field(description="Who the recipients are and how they behave.")
    strategies: Annotated[dict[str, Strategy], AfterValidator(Freeze)] = Field(
        min_length=1, description="Strategies by name; each is laid over the base strategy."
    )
    base: str = Field(description="The strategy that the others are compared with.")
    regimes: tuple[str, ...] = Field(
        (), description="Regimes to audit every strategy against; `ringfence regimes` lists them."
    )
    check: Check = Field(
        default_factory=Check, description="How `ringfence check` reruns the scenario."
    )
