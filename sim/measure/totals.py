"""The totals of one strategy: what the metrics are made of.

Plain integers, counted exactly; every one of them is at the scale that was simulated.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from sim.scenario.strategy import Prices


@dataclass(frozen=True, slots=True)
class ComplaintTotals:
    """Complaints by the horizon. They do not shrink with a scaled run."""

    by_channel: tuple[int, int, int, int]
    """To the regulator, to an operator, in public, in the press."""
    before_cutoff: int
    """Those that came before the campaign's cutoff."""
    regulator_before_cutoff: int
    about_calls: int
    """Those about a call; not about a call back, nor bred by another complaint."""
    contagion: int
    """Those that another complaint bred."""
    repeat: int
    """Of those about a call: about a second attempt or a later one."""
    night: int
    """Of those about a call: about one at night."""
    peak_day: int
    """Most in one day, counted from the campaign's start."""

    @property
    def total(self) -> int:
        """All complaints."""
        return sum(self.by_channel)


@dataclass(frozen=True, slots=True)
class CallBackTotals:
    """People who called back, at the simulated scale."""

    callers: int
    served: int
    """Of these, those whom an inbound line took."""
    tries: int
    peak_load_ms: float
    """Most work that first tries of one hour bring, counted from the campaign's start: their number
    times the mean handling time, line-ms."""

    @property
    def lost(self) -> int:
        """Callers who gave up."""
        return self.callers - self.served


@dataclass(frozen=True, slots=True)
class RegulatorTotals:
    """How far the regulator went, and when it had gone so far or further, ms since the start."""

    stage: int
    """0 nothing, 1 contact, 2 reminder, 3 order."""
    contact_ms: int | None
    reminder_ms: int | None
    order_ms: int | None


@dataclass(frozen=True, slots=True)
class ReputationTotals:
    """The standing of caller numbers, at the simulated scale."""

    labelled_calls: int
    """Calls from numbers that bore a label."""
    numbers_labelled: int
    """Most numbers that bore one at the same time."""


@dataclass(frozen=True, slots=True)
class OptOutTotals:
    """Objections, each that was made; None where the world has no such means."""

    by_key: int | None
    """In the call, at the simulated scale."""
    by_call_back: int | None
    """By calling back, at the simulated scale."""
    by_complaint: int | None
    """By a complaint of which the caller learns; these do not shrink with a scaled run."""
    lines: int
    """Distinct lines that objected by key or call-back, at the simulated scale."""
    lines_complaint_only: int
    """Distinct lines that objected by complaint alone."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts of one strategy's run, at the simulated scale."""

    lines_on_list: int
    lines_dialled: int
    lines_connected: int
    lines_gate_passed: int
    lines_delivered_live: int
    lines_with_voicemail: int
    lines_voicemail_heard: int
    """Heard whenever, after the cutoff included."""
    lines_voicemail_heard_before_cutoff: int
    """Lines whose first hearing comes before the campaign's cutoff."""
    lines_live: tuple[int, ...]
    """Lines that heard the live message for each of ``LIVE_MARKS_S``."""
    lines_reached: int
    people_reached: int
    people_reached_live: int
    people_reached_by_cutoff: int
    """Late hearing left out."""
    dispositions: tuple[int, int, int, int, int]
    """Calls by disposition, in the order of ``DISPOSITIONS``."""
    first_human: int
    """First attempts that a person took."""
    voicemails_left: int
    """Calls that left a message."""
    hold_ms: int
    """Channel holding time of all calls, ms."""
    in_progress_at_cutoff: int
    list_done_ms: int | None
    """Start of the call that dialled the last undialled line, ms since the campaign's start."""
    busy_ms: int
    """Channel time until the list was done, or the cutoff, channel-ms."""
    available_ms: int
    """Channels in force over the open time until then, channel-ms."""
    open_ms: int
    """Open time until then, ms."""
    permitted_calls: Fraction
    """Calls per second in force over that open time, integrated: most calls that pacing allows."""
    electorate: Fraction
    """Registered voters, scaled as the lines are, people."""
    prices: Prices
    scale: Fraction = Fraction(1)
    """Lines simulated ÷ lines at full size: complaints are at full size, all else is not."""
    lines_left_alone: int = 0
    """Lines on the list that were never dialled and were to be left alone before the end."""
    gathering_days: float | None = None
    """Days over which the world's consents were gathered; None where they are not dated."""
    consents: int | None = None
    """Lines on the list that consented; None where the world says nothing of consent."""
    opt_outs: OptOutTotals | None = None
    """None where nobody can object; so the next, where the world has no such thing."""
    complaints: ComplaintTotals | None = None
    regulator: RegulatorTotals | None = None
    call_backs: CallBackTotals | None = None
    reputation: ReputationTotals | None = None
    stopped_ms: int | None = None
    """When a reaction to the regulator stopped the campaign, ms since its start."""

    @property
    def attempts(self) -> int:
        """Calls placed."""
        return sum(self.dispositions)

    @property
    def lines_undialled(self) -> int:
        """Lines on the list that the end of the campaign left without a call."""
        return self.lines_on_list - self.lines_dialled - self.lines_left_alone

    @property
    def connected(self) -> int:
        """Calls that a person or a machine answered."""
        return sum(self.dispositions[3:])

    @property
    def consent_cost(self) -> float | None:
        """What gathering the consents cost; None where it has no price, or there are none."""
        price = self.prices.per_consent
        if price is None or self.consents is None:
            return None
        return float(Fraction(repr(price.amount)) * self.consents)

    @property
    def cost(self) -> float | None:
        """Cost in whole units of the currency, or None where nothing has a price."""
        parts = [
            (self.prices.per_line_dialled, Fraction(self.lines_dialled)),
            (self.prices.per_attempt, Fraction(self.attempts)),
            (self.prices.per_minute, Fraction(self.hold_ms, 60_000)),
            (self.prices.per_consent, Fraction(self.consents or 0)),
        ]
        charged = [Fraction(repr(price.amount)) * number for price, number in parts if price]
        return float(sum(charged)) if charged else None

    @property
    def currency(self) -> str | None:
        """ISO 4217 code of the prices, or None where nothing has a price."""
        prices = self.prices
        for price in (
            prices.per_line_dialled,
            prices.per_attempt,
            prices.per_minute,
            prices.per_consent,
        ):
            if price:
                return price.currency
        return None
