"""How far channels and pace were used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from sim.measure.capacity import on_offer
from sim.measure.chapter import Account, Chapter
from sim.measure.chapters.dialling import DiallingTotals
from sim.measure.evidence import Evidence
from sim.measure.metric import CALL_LOG, OTHERS, Heading, Metric, Number, divide, of
from sim.measure.totals import Totals

if TYPE_CHECKING:
    from sim.measure.findings import Findings


# ── Totals ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class CapacityTotals:
    """Channel time, at the simulated scale."""

    hold_ms: int
    """Channel holding time of all calls, ms."""
    busy_ms: int
    """Channel time until the list was done, or the cutoff, channel-ms."""
    available_ms: int
    """Channels in force over the open time until then, channel-ms."""
    open_ms: int
    """Open time until then, ms."""
    permitted_calls: Fraction
    """Calls per second in force over that open time, integrated: most calls that pacing allows."""


def totals(e: Evidence) -> CapacityTotals:
    """Count what was used and what was on offer until the list was done."""
    done_ms = e.list_done_ms
    if done_ms is None:
        done_ms, busy_ms = e.plan.cutoff_ms, e.tally.hold_ms - e.tally.busy_after_cutoff_ms
    else:
        busy_ms = e.tally.busy_until_list_ms
    available_ms, open_ms, permitted = on_offer(e.plan, e.wanted_ms, done_ms)
    return CapacityTotals(e.tally.hold_ms, busy_ms, available_ms, open_ms, permitted)


# ── Metrics ──────────────────────────────────────────────────────────────────────────────────────


def _offered(totals: Totals) -> Number:
    used, attempts = totals[CapacityTotals], totals[DiallingTotals].attempts
    return divide(used.permitted_calls * used.hold_ms, used.open_ms * attempts)


METRICS = (
    Metric(
        "mean_hold_s",
        "Mean holding time",
        "s",
        "ratio",
        "neither",
        "Mean time for which a call holds a channel, dial to release.",
        "channel time ÷ attempts",
        CALL_LOG,
        lambda t: divide(t[CapacityTotals].hold_ms, 1000 * t[DiallingTotals].attempts),
    ),
    Metric(
        "channel_hours",
        "Channel time",
        "channel-hours",
        "additive",
        "neither",
        "Time for which channels were held, summed over all calls.",
        "Σ holding time",
        CALL_LOG,
        of(CapacityTotals, lambda t: t.hold_ms / 3_600_000),
        place=OTHERS,
    ),
    Metric(
        "channel_occupancy",
        "Channel occupancy",
        "share",
        "ratio",
        "neither",
        "Share of the channel time on offer in open hours that calls used, until the list was "
        "done, or until the cutoff. Open hours are those of territories that still had "
        "undialled lines. Calls that run on past the close of a window count, so a saturated "
        "campaign can pass 100 %.",
        "busy channel time ÷ ∫ channels over open hours",
        "call log; dialing.channels",
        of(CapacityTotals, lambda t: divide(t.busy_ms, t.available_ms)),
    ),
    Metric(
        "carried_load_erlang",
        "Carried load",
        "erlang",
        "additive",
        "neither",
        "Mean number of calls in progress in open hours, until the list was done, or until the "
        "cutoff.",
        "busy channel time ÷ open hours",
        CALL_LOG,
        of(CapacityTotals, lambda t: divide(t.busy_ms, t.open_ms)),
    ),
    Metric(
        "offered_load_erlang",
        "Offered load",
        "erlang",
        "additive",
        "neither",
        "Channels that the pace in force would keep busy: its mean over open hours, until the list "
        "was done or the cutoff, times the mean holding time. With fewer channels than this, "
        "channels limit the campaign; with more, the pace does. The pace of a scaled run makes up "
        "for its few channels and is a little more than the scale's share.",
        "mean calls per second in force × mean_hold_s",
        "call log; dialing.calls_per_second",
        _offered,
    ),
)


# ── Ledger, baseline ─────────────────────────────────────────────────────────────────────────────


def equal(found: Findings) -> Iterable[Account]:
    """The timeline holds the channel time of all calls."""
    busy, held = found.sum("timeline", "channel_ms"), found.totals[CapacityTotals].hold_ms
    yield "timeline.channel_ms", busy, "sum of hold_ms", held


def within(found: Findings) -> Iterable[Account]:
    """No more channel time was used until a moment than in all."""
    used = found.totals[CapacityTotals]
    yield "busy channel time", used.busy_ms, "sum of hold_ms", used.hold_ms


def counters(found: Findings) -> Mapping[str, int]:
    """The channel time."""
    return {"channel_ms": found.totals[CapacityTotals].hold_ms}


CHAPTER = Chapter(
    name="capacity",
    heading=Heading.CAPACITY,
    totals=totals,
    metrics=METRICS,
    equal=equal,
    within=within,
    counters=counters,
)
