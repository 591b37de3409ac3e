"""The standing of caller numbers: how many bear a label, and how many calls came from those."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.measure.chapter import Chapter, Sheet, Shelf
from sim.measure.chapters.dialling import DiallingTotals
from sim.measure.evidence import Evidence
from sim.measure.metric import MORE, Heading, Number, divide, metric, of
from sim.measure.rows import Block
from sim.measure.totals import Totals
from sim.record.column import STRATEGY, UTC_MS, Column, Table, count

if TYPE_CHECKING:
    from sim.measure.findings import Findings


# ── Totals ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class LabelTotals:
    """The standing of caller numbers, at the simulated scale."""

    labelled_calls: int
    """Calls from numbers that bore a label."""
    numbers_labelled: int
    """Most numbers that bore one at the same time."""


def totals(e: Evidence) -> LabelTotals | None:
    """Count labels; None where the world keeps no standing of numbers."""
    if e.world.reputation is None or e.feedback is None:
        return None
    return LabelTotals(
        labelled_calls=e.feedback.labelled_calls,
        numbers_labelled=max((numbers for _, numbers in e.feedback.labelled), default=0),
    )


# ── Metrics ──────────────────────────────────────────────────────────────────────────────────────


def _share(totals: Totals) -> Number:
    labels = totals.get(LabelTotals)
    if labels is None:
        return None
    return divide(labels.labelled_calls, totals[DiallingTotals].attempts)


METRICS = (
    metric(
        "labelled_call_share",
        "Share of calls from labelled numbers",
        "share",
        "ratio",
        "Share of calls that came from a caller number that bore a label.",
        "calls from labelled numbers ÷ attempts",
        "call log; world.reputation",
        _share,
    ),
    metric(
        "numbers_labelled_most",
        "Most numbers labelled",
        "numbers",
        "additive",
        "Most caller numbers that bore a label at the same time.",
        "max over updates of numbers labelled",
        "world.reputation",
        of(LabelTotals, lambda n: n.numbers_labelled),
        place=MORE,
    ),
)


# ── Table, baseline ──────────────────────────────────────────────────────────────────────────────

LABELS = Table(
    "labels",
    "one update of the caller numbers' standing",
    (
        STRATEGY,
        Column("at_utc", "UTC", UTC_MS, "Moment of the update."),
        count("numbers_labelled", "numbers", "Caller numbers that bear a label from then on."),
    ),
    note="Empty where the world has no `reputation`.",
)


def rows(e: Evidence) -> Block:
    """A row an update."""
    labelled = () if e.feedback is None else e.feedback.labelled
    updates = np.array(labelled, dtype=np.int64).reshape(-1, 2)
    return {"at_utc": e.utc(updates[:, 0]), "numbers_labelled": updates[:, 1].copy()}


def counters(found: Findings) -> Mapping[str, int]:
    """The calls from labelled numbers."""
    labels = found.totals.get(LabelTotals)
    return {} if labels is None else {"labelled_calls": labels.labelled_calls}


CHAPTER = Chapter(
    name="labels",
    heading=Heading.CALLER_NUMBERS,
    totals=totals,
    metrics=METRICS,
    sheets=(Sheet(LABELS, Shelf.ANSWERS, rows),),
    counters=counters,
)
