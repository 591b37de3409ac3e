"""The totals of one strategy: what the metrics are made of.

Plain integers, counted exactly; every one of them is at the scale that was simulated.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from sim.scenario.model import Prices

LIVE_MARKS_S = (6, 19, 30, 60)
"""Listening times at which live reach is always told, s."""


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

    @property
    def attempts(self) -> int:
        """Calls placed."""
        return sum(self.dispositions)

    @property
    def lines_undialled(self) -> int:
        """Lines on the list that were never dialled."""
        return self.lines_on_list - self.lines_dialled

    @property
    def cost(self) -> float | None:
        """Cost in whole units of the currency, or None where nothing has a price."""
        parts = [
            (self.prices.per_line_dialled, Fraction(self.lines_dialled)),
            (self.prices.per_attempt, Fraction(self.attempts)),
            (self.prices.per_minute, Fraction(self.hold_ms, 60_000)),
        ]
        charged = [Fraction(repr(price.amount)) * number for price, number in parts if price]
        return float(sum(charged)) if charged else None

    @property
    def currency(self) -> str | None:
        """ISO 4217 code of the prices, or None where nothing has a price."""
        prices = self.prices
        for price in (prices.per_line_dialled, prices.per_attempt, prices.per_minute):
            if price:
                return price.currency
        return None
