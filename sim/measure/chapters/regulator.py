"""How far the regulator went, and whether that stopped the campaign."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.measure.chapter import Chapter, Sheet, Shelf
from sim.measure.evidence import Evidence
from sim.measure.metric import Heading, Metric, hours, metric, of
from sim.measure.rows import Block
from sim.record.arrays import Coded
from sim.record.column import CATEGORY, STRATEGY, UTC_MS, Column, Table, count
from sim.record.feedback import Stage

if TYPE_CHECKING:
    from sim.measure.findings import Findings


# ── Totals ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class RegulatorTotals:
    """How far the regulator went, and when it had gone so far or further, ms since the start."""

    stage: int
    """0 nothing, 1 contact, 2 reminder, 3 order."""
    contact_ms: int | None
    reminder_ms: int | None
    order_ms: int | None
    stopped_ms: int | None = None
    """When a reaction to the regulator stopped the campaign, likewise."""


def totals(e: Evidence) -> RegulatorTotals | None:
    """How far the regulator went; None where the world has none."""
    feedback = e.feedback
    if e.world.regulator is None or feedback is None:
        return None

    def first(stage: Stage) -> int | None:
        return next((at for at, reached, _ in feedback.stages if reached >= stage), None)

    return RegulatorTotals(
        stage=max((int(reached) for _, reached, _ in feedback.stages), default=0),
        contact_ms=first(Stage.CONTACT),
        reminder_ms=first(Stage.REMINDER),
        order_ms=first(Stage.ORDER),
        stopped_ms=e.result.stopped_ms,
    )


# ── Metrics ──────────────────────────────────────────────────────────────────────────────────────


def _moment(name: str, what: str, at_ms: Callable[[RegulatorTotals], int | None]) -> Metric:
    return metric(
        f"regulator_{name}_hours",
        f"Regulator {what} after",
        "h",
        "full_size",
        "Time from the campaign's start to the review at which the regulator "
        f"{what}, or went further at once. None where it did not.",
        "moment of that review − campaign.start",
        "world.regulator; complaints to the regulator",
        of(RegulatorTotals, lambda r: hours(at_ms(r))),
        higher_is="neither",
    )


METRICS = (
    metric(
        "regulator_stage",
        "Regulator's stage",
        "stage",
        "full_size",
        "How far the regulator went: 0 nothing, 1 contact, 2 public reminder, 3 order to stop.",
        "highest stage whose threshold is at or below the reports counted at a review",
        "world.regulator; complaints to the regulator",
        of(RegulatorTotals, lambda r: r.stage),
    ),
    _moment("contact", "makes contact", lambda r: r.contact_ms),
    _moment("reminder", "reminds in public", lambda r: r.reminder_ms),
    _moment("order", "orders a stop", lambda r: r.order_ms),
    metric(
        "stopped_hours",
        "Stopped after",
        "h",
        "full_size",
        "Time from the campaign's start to the reaction to the regulator that stopped it. None "
        "where nothing did before the cutoff.",
        "moment of that review − campaign.start",
        "the strategy's reactions",
        of(RegulatorTotals, lambda r: hours(r.stopped_ms)),
        higher_is="neither",
    ),
)


# ── Table, baseline ──────────────────────────────────────────────────────────────────────────────

REGULATOR = Table(
    "regulator",
    "one step of the regulator, in order of time",
    (
        STRATEGY,
        Column("at_utc", "UTC", UTC_MS, "Moment of the review at which it was taken."),
        Column("stage", "-", CATEGORY, "`contact`, `reminder` or `order`."),
        count("reports", "complaints", "Complaints to the regulator counted at that review."),
    ),
    note="Empty where the world has no `regulator`, or it never acted.",
)


def rows(e: Evidence) -> Block:
    """A row a step."""
    stages = () if e.feedback is None else e.feedback.stages
    steps = np.array(stages, dtype=np.int64).reshape(-1, 3)
    return {
        "at_utc": e.utc(steps[:, 0]),
        "stage": Coded(steps[:, 1], tuple(stage.name.lower() for stage in Stage)),
        "reports": steps[:, 2].copy(),
    }


def counters(found: Findings) -> Mapping[str, int]:
    """The reports that the regulator counted at each step."""
    steps = found.blocks["regulator"]
    return {
        f"reports at the {stage}": reports
        for stage, reports in zip(steps["stage"].texts(), steps["reports"].tolist(), strict=True)
    }


CHAPTER = Chapter(
    name="regulator",
    heading=Heading.REGULATOR,
    totals=totals,
    metrics=METRICS,
    sheets=(Sheet(REGULATOR, Shelf.ANSWERS, rows),),
    counters=counters,
)
