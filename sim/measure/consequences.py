"""What followed from a campaign's calls, as rows of tables and as totals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.calling_back import CallBackTables
from sim.behaviour.quantiles import CELLS, QuantileTable
from sim.engine.plan.plan import Calling, Plan
from sim.measure.risk import (
    MOST,
    THRESHOLDS,
    Cascade,
    cascade,
    exceedance,
)
from sim.measure.totals import (
    CallBackTotals,
    ComplaintTotals,
    OptOutTotals,
    RegulatorTotals,
    ReputationTotals,
)
from sim.record.arrays import Coded
from sim.record.feedback import (
    Channel,
    FeedbackResult,
    Kind,
    OptOutBy,
    PartOfDay,
    Stage,
)
from sim.scenario.world import World

Block = dict[str, Any]
"""Rows of one table: arrays of one length by column, masked or NaT where a value is missing, or
:class:`Coded` texts."""
Int64s = NDArray[np.int64]

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
MEANS = tuple(by.name.lower() for by in OptOutBy)
"""How somebody objected, in the order of their codes."""


def _names(codes: type[Channel] | type[Kind] | type[PartOfDay]) -> tuple[str, ...]:
    return tuple(code.name.lower() for code in codes)


@dataclass(frozen=True, slots=True)
class Objections:
    """Objections to further calls, in order of (moment, line, by). Arrays of one length."""

    at_utc: NDArray[np.datetime64]
    """Moments, ms, UTC."""
    line: NDArray[np.int32]
    by: NDArray[np.uint8]
    """Codes of :class:`OptOutBy`."""


def objections_of(
    plan: Plan, feedback: FeedbackResult | None, presses: tuple[Int64s, NDArray[np.int32]]
) -> Objections:
    """The objections of a campaign: of its feedback, or key presses alone where it has none."""
    if feedback is not None:
        at_ms, line, by = feedback.opt_out_ms, feedback.opt_out_line, feedback.opt_out_by
    else:
        at_ms, line = presses
        order = np.lexsort((line, at_ms))
        at_ms, line = at_ms[order], line[order]
        by = np.full(len(line), OptOutBy.KEY, dtype=np.uint8)
    return Objections(_utc(plan, at_ms), line, by)


@dataclass(frozen=True, slots=True)
class Consequences:
    """What followed from one strategy's calls."""

    blocks: dict[str, Block]
    """Rows by table: complaints, call_backs, regulator, labels, complaint_risk."""
    opt_outs: OptOutTotals | None
    complaints: ComplaintTotals | None
    regulator: RegulatorTotals | None
    call_backs: CallBackTotals | None
    reputation: ReputationTotals | None


def consequences(
    plan: Plan,
    world: World,
    feedback: FeedbackResult | None,
    objections: Objections,
    lines_dialled: int,
) -> Consequences:
    """Close the books on what followed.

    Parameters
    ----------
    plan
        What the engine ran.
    world
        The world, scaled or not; what it does not have is not modelled.
    feedback
        From the engine; None where the plan has none.
    objections
        All objections.
    lines_dialled
        Distinct lines called.
    """
    back = plan.feedback
    chances: list[tuple[str, int, float]] = []
    if world.complaints is not None and feedback is not None:
        what = cascade(
            world.complaints,
            feedback.reference_weight / 2**32,
            lines_dialled / plan.population.lines,
        )
        own = () if back is None or back.regulator is None else back.regulator.thresholds
        chances = _chances(what, own)
    return Consequences(
        blocks={
            "complaints": _complaints(plan, world, feedback),
            "call_backs": _call_backs(plan, feedback),
            "regulator": _regulator(plan, feedback),
            "labels": _labels(plan, feedback),
            "complaint_risk": _risk(chances),
        },
        opt_outs=_opt_outs(world, objections, plan.population.lines),
        complaints=None
        if world.complaints is None or feedback is None
        else _complaint_totals(feedback, plan.cutoff_ms),
        regulator=None
        if world.regulator is None or feedback is None
        else _regulator_totals(feedback),
        call_backs=None
        if back is None or back.call_back is None or feedback is None
        else _call_back_totals(feedback, back.call_back),
        reputation=None
        if world.reputation is None or feedback is None
        else ReputationTotals(
            labelled_calls=feedback.labelled_calls,
            numbers_labelled=max((numbers for _, numbers in feedback.labelled), default=0),
        ),
    )


# ── Tables ───────────────────────────────────────────────────────────────────────────────────────


def _utc(plan: Plan, moments_ms: Int64s) -> NDArray[np.datetime64]:
    """Moments since the campaign's start as UTC; negative ones as NaT."""
    moments = (moments_ms + plan.start_utc_ms).astype("datetime64[ms]")
    moments[moments_ms < 0] = np.datetime64("NaT")
    return moments


def _none(dtype: Any) -> NDArray[Any]:
    return np.empty(0, dtype=dtype)


def _complaints(plan: Plan, world: World, feedback: FeedbackResult | None) -> Block:
    if feedback is None:
        moments, calls, places = _none(np.int64), _none(np.int64), _none(np.uint8)
        channel = kind = attempt = part = _none(np.uint8)
        generation = _none(np.uint16)
    else:
        moments, calls = feedback.complaint_ms, feedback.complaint_call_ms
        places = plan.population.territory[feedback.complaint_line]
        channel, kind = feedback.complaint_channel, feedback.complaint_kind
        generation, attempt = feedback.complaint_generation, feedback.complaint_attempt
        part = feedback.complaint_part
    about_none = calls < 0
    quarter = _local_quarters(plan.calling, places, calls)
    return {
        "at_utc": _utc(plan, moments),
        "channel": Coded(channel, _names(Channel)),
        "kind": Coded(kind, _names(Kind)),
        "generation": generation,
        "territory": Coded(places, tuple(world.territories)),
        "weekday": np.ma.array((quarter // 96).astype(np.uint8), mask=about_none),
        "hour": np.ma.array((quarter // 4 % 24).astype(np.uint8), mask=about_none),
        "attempt": attempt,
        "part": Coded(np.where(about_none, -1, part.astype(np.int16)), _names(PartOfDay)),
        "call_start_utc": _utc(plan, calls),
        "before_cutoff": moments < plan.cutoff_ms,
    }


def _local_quarters(
    calling: tuple[Calling, ...], territory: NDArray[np.uint8], at_ms: Int64s
) -> Int64s:
    """(n,) Local quarter-hour of the week at moments in territories; 0 at negative moments."""
    quarter = np.zeros(len(at_ms), dtype=np.int64)
    for place, clock in enumerate(calling):
        rows = np.flatnonzero((territory == place) & (at_ms >= 0))
        quarter[rows] = clock.row[clock.row_from_ms.searchsorted(at_ms[rows], side="right") - 1]
    return quarter


def _call_backs(plan: Plan, feedback: FeedbackResult | None) -> Block:
    if feedback is None:
        return {
            "first_try_utc": _none("datetime64[ms]"),
            "last_try_utc": _none("datetime64[ms]"),
            "tries": _none(np.uint8),
            "served": _none(np.bool_),
            "handling_ms": _none(np.int32),
            "opted_out": _none(np.bool_),
        }
    return {
        "first_try_utc": _utc(plan, feedback.call_back_first_ms),
        "last_try_utc": _utc(plan, feedback.call_back_last_ms),
        "tries": feedback.call_back_tries,
        "served": feedback.call_back_served,
        "handling_ms": feedback.call_back_handling_ms,
        "opted_out": feedback.call_back_opted_out,
    }


def _regulator(plan: Plan, feedback: FeedbackResult | None) -> Block:
    steps = np.array(() if feedback is None else feedback.stages, dtype=np.int64).reshape(-1, 3)
    names = tuple(stage.name.lower() for stage in Stage)
    return {
        "at_utc": _utc(plan, steps[:, 0]),
        "stage": Coded(steps[:, 1], names),
        "reports": steps[:, 2].copy(),
    }


def _labels(plan: Plan, feedback: FeedbackResult | None) -> Block:
    rows = np.array(() if feedback is None else feedback.labelled, dtype=np.int64).reshape(-1, 2)
    return {"at_utc": _utc(plan, rows[:, 0]), "numbers_labelled": rows[:, 1].copy()}


def _chances(what: Cascade, own: tuple[int, ...]) -> list[tuple[str, int, float]]:
    """Channel, threshold, chance: of all complaints, and of those to the regulator."""
    reports = sorted({*THRESHOLDS, *(threshold for threshold in own if threshold <= MOST)})
    return [
        *zip(("all",) * len(THRESHOLDS), THRESHOLDS, exceedance(what, THRESHOLDS), strict=True),
        *zip(
            ("regulator",) * len(reports),
            reports,
            exceedance(what, reports, Channel.REGULATOR),
            strict=True,
        ),
    ]


def _risk(chances: list[tuple[str, int, float]]) -> Block:
    names = ("all", "regulator")
    return {
        "channel": Coded(np.array([names.index(c) for c, _, _ in chances], dtype=np.int8), names),
        "threshold": np.array([threshold for _, threshold, _ in chances], dtype=np.int64),
        "probability": np.array([chance for *_, chance in chances], dtype=np.float64),
    }


# ── Totals ───────────────────────────────────────────────────────────────────────────────────────


def _complaint_totals(feedback: FeedbackResult, cutoff_ms: int) -> ComplaintTotals:
    moments, channel = feedback.complaint_ms, feedback.complaint_channel
    early = moments < cutoff_ms
    about_calls = (feedback.complaint_generation == 0) & (feedback.complaint_kind != Kind.BLOCKED)
    by_channel = np.bincount(channel, minlength=len(Channel)).tolist()
    return ComplaintTotals(
        by_channel=(by_channel[0], by_channel[1], by_channel[2], by_channel[3]),
        before_cutoff=_number(early),
        regulator_before_cutoff=_number(early & (channel == Channel.REGULATOR)),
        about_calls=_number(about_calls),
        contagion=_number(feedback.complaint_kind == Kind.CONTAGION),
        repeat=_number(about_calls & (feedback.complaint_attempt > 1)),
        night=_number(about_calls & (feedback.complaint_part == PartOfDay.NIGHT)),
        peak_day=int(np.bincount(moments // DAY_MS).max()) if len(moments) else 0,
    )


def _number(rows: NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(rows))


def _regulator_totals(feedback: FeedbackResult) -> RegulatorTotals:
    def first(stage: Stage) -> int | None:
        return next((at for at, reached, _ in feedback.stages if reached >= stage), None)

    return RegulatorTotals(
        stage=max((int(reached) for _, reached, _ in feedback.stages), default=0),
        contact_ms=first(Stage.CONTACT),
        reminder_ms=first(Stage.REMINDER),
        order_ms=first(Stage.ORDER),
    )


def _call_back_totals(feedback: FeedbackResult, tables: CallBackTables) -> CallBackTotals:
    first = feedback.call_back_first_ms
    busiest = int(np.bincount(first // HOUR_MS).max()) if len(first) else 0
    return CallBackTotals(
        callers=len(first),
        served=_number(feedback.call_back_served),
        tries=int(feedback.call_back_tries.sum(dtype=np.int64)),
        peak_load_ms=busiest * mean_ms(tables.handling),
    )


def mean_ms(table: QuantileTable) -> float:
    """Mean of a quantile table, ms."""

    def mean(values: Int64s) -> float:
        return float(values[:-1].sum() + values[1:].sum()) / 2 / CELLS

    middle = table.main[1:-1]
    inner = float(middle[:-1].sum() + middle[1:].sum()) / 2 / CELLS
    return inner + (mean(table.low) + mean(table.high)) / CELLS


def _opt_outs(world: World, objections: Objections, lines: int) -> OptOutTotals | None:
    means = (world.opting_out, world.call_back, world.complaints)
    if all(each is None for each in means):
        return None
    number = np.bincount(objections.by, minlength=len(OptOutBy)).tolist()
    by_key, by_call_back, by_complaint = (
        None if each is None else number[by] for each, by in zip(means, OptOutBy, strict=True)
    )
    complained = objections.by == OptOutBy.COMPLAINT
    seen = np.zeros(lines, dtype=np.bool_)
    seen[objections.line[~complained]] = True
    others = _number(seen)
    seen[objections.line[complained]] = True
    return OptOutTotals(
        by_key=by_key,
        by_call_back=by_call_back,
        by_complaint=by_complaint,
        lines=others,
        lines_complaint_only=_number(seen) - others,
    )
