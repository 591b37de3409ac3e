"""People who call back the number that a voicemail gave, and the lines it takes to serve them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.measure.chapter import Account, Chapter, Sheet, Shelf
from sim.measure.chapters.call_backs.erlang import lines_for
from sim.measure.evidence import Evidence
from sim.measure.metric import MORE, Heading, divide, metric, of
from sim.measure.rows import Block, Int64s, none, number
from sim.record.column import STRATEGY, UTC_MS, Column, Table

if TYPE_CHECKING:
    from sim.behaviour.quantiles import QuantileTable
    from sim.measure.findings import Findings

HOUR_MS = 3_600_000
BLOCKING = 0.01
"""Share of first tries that may meet no free line."""


# ── Totals ───────────────────────────────────────────────────────────────────────────────────────


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


def totals(e: Evidence) -> CallBackTotals | None:
    """Count the callers; None where nobody calls back."""
    feedback, back = e.feedback, e.plan.feedback
    if back is None or back.call_back is None or feedback is None:
        return None
    first = feedback.call_back_first_ms
    busiest = int(np.bincount(first // HOUR_MS).max()) if len(first) else 0
    return CallBackTotals(
        callers=len(first),
        served=number(feedback.call_back_served),
        tries=int(feedback.call_back_tries.sum(dtype=np.int64)),
        peak_load_ms=busiest * mean_ms(back.call_back.handling),
    )


def mean_ms(table: QuantileTable) -> float:
    """Mean of a quantile table, ms."""
    from sim.behaviour.quantiles import CELLS

    def mean(values: Int64s) -> float:
        return float(values[:-1].sum() + values[1:].sum()) / 2 / CELLS

    middle = table.main[1:-1]
    inner = float(middle[:-1].sum() + middle[1:].sum()) / 2 / CELLS
    return inner + (mean(table.low) + mean(table.high)) / CELLS


# ── Metrics ──────────────────────────────────────────────────────────────────────────────────────

_INBOUND = "world.call_back; the strategy's inbound.lines"

METRICS = (
    metric(
        "call_backs",
        "Callers back",
        "callers",
        "additive",
        "People who called the number that a voicemail gave, each message counted apart.",
        "rows of call_backs",
        "world.call_back",
        of(CallBackTotals, lambda c: c.callers),
        higher_is="neither",
        place=MORE,
    ),
    metric(
        "call_backs_served",
        "Callers back served",
        "callers",
        "additive",
        "Of these, those whom an inbound line took, at whichever try.",
        "callers served",
        _INBOUND,
        of(CallBackTotals, lambda c: c.served),
        higher_is="better",
    ),
    metric(
        "call_backs_lost",
        "Callers back lost",
        "callers",
        "additive",
        "Of these, those who never met a free line and gave up.",
        "call_backs − call_backs_served",
        _INBOUND,
        of(CallBackTotals, lambda c: c.lost),
    ),
    metric(
        "call_back_lost_share",
        "Share of callers back lost",
        "share",
        "ratio",
        "Share of those who called back who never met a free line.",
        "call_backs_lost ÷ call_backs",
        _INBOUND,
        of(CallBackTotals, lambda c: divide(c.lost, c.callers)),
        place=MORE,
    ),
    metric(
        "call_back_blocking",
        "Blocking of call backs",
        "share",
        "ratio",
        "Share of tries, repeated ones included, that met no free inbound line. Few lines block "
        "more than many at the same load each, so a scaled run overstates it.",
        "(tries − callers served) ÷ tries",
        _INBOUND,
        of(CallBackTotals, lambda c: divide(c.tries - c.served, c.tries)),
        place=MORE,
    ),
    metric(
        "inbound_lines_for_1_percent",
        "Inbound lines for 1 % blocking",
        "inbound lines",
        "not_scalable",
        "Fewest inbound lines at which 1 % of first tries or fewer meet none free in the busiest "
        "hour, counted from the campaign's start (Erlang 1917). Not shown from a scaled run, "
        "whose busiest hour is too much one of chance.",
        "smallest n with B(n) ≤ 1 %; B(n) = A·B(n−1) ÷ (n + A·B(n−1)), B(0) = 1; A = first tries "
        "of that hour × mean handling time ÷ 1 h",
        "world.call_back",
        of(CallBackTotals, lambda c: lines_for(c.peak_load_ms / HOUR_MS, BLOCKING)),
        higher_is="neither",
    ),
)


# ── Table, ledger ────────────────────────────────────────────────────────────────────────────────

CALL_BACKS = Table(
    "call_backs",
    "one caller who called the number that a voicemail gave, in order of the first try",
    (
        STRATEGY,
        Column("first_try_utc", "UTC", UTC_MS, "Moment of the first try."),
        Column("last_try_utc", "UTC", UTC_MS, "Moment of the last try."),
        Column("tries", "tries", "uint8", "Tries made; all but a served one met no free line."),
        Column("served", "-", "bool", "Whether an inbound line took the last try."),
        Column("handling_ms", "ms", "int32", "Time on the inbound line; 0 where never served."),
        Column("opted_out", "-", "bool", "Whether the caller objected to further calls there."),
    ),
    note="Empty where the world has no `call_back`, or no message gives a number.",
)


def rows(e: Evidence) -> Block:
    """A row a caller."""
    feedback = e.feedback
    if feedback is None:
        return {
            "first_try_utc": none("datetime64[ms]"),
            "last_try_utc": none("datetime64[ms]"),
            "tries": none(np.uint8),
            "served": none(np.bool_),
            "handling_ms": none(np.int32),
            "opted_out": none(np.bool_),
        }
    return {
        "first_try_utc": e.utc(feedback.call_back_first_ms),
        "last_try_utc": e.utc(feedback.call_back_last_ms),
        "tries": feedback.call_back_tries,
        "served": feedback.call_back_served,
        "handling_ms": feedback.call_back_handling_ms,
        "opted_out": feedback.call_back_opted_out,
    }


def equal(found: Findings) -> Iterable[Account]:
    """The table of callers holds those that were counted."""
    counted = found.totals.get(CallBackTotals)
    if counted is None:
        return
    served, tries = found.sum("call_backs", "served"), found.sum("call_backs", "tries")
    yield "call_backs.served", served, "callers served", counted.served
    yield "call_backs.tries", tries, "tries", counted.tries


CHAPTER = Chapter(
    name="call_backs",
    heading=Heading.CALL_BACKS,
    totals=totals,
    metrics=METRICS,
    sheets=(Sheet(CALL_BACKS, Shelf.ACTS, rows),),
    equal=equal,
)
