"""Objections to further calls: by key, by calling back, by complaining."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.measure.chapter import Account, Chapter
from sim.measure.evidence import Evidence
from sim.measure.metric import MORE, Heading, Number, metric, of
from sim.measure.rows import number
from sim.measure.totals import Totals
from sim.record.feedback import OptOutBy

if TYPE_CHECKING:
    from sim.measure.findings import Findings

MEANS = tuple(by.name.lower() for by in OptOutBy)
"""How somebody objected, in the order of their codes."""


@dataclass(frozen=True, slots=True)
class Objections:
    """Objections to further calls, in order of (moment, line, by). Arrays of one length."""

    at_utc: NDArray[np.datetime64]
    """Moments, ms, UTC."""
    line: NDArray[np.int32]
    by: NDArray[np.uint8]
    """Codes of :class:`OptOutBy`."""


def objections_of(e: Evidence) -> Objections:
    """The objections of a campaign: of its feedback, or key presses alone where it has none."""
    feedback = e.feedback
    if feedback is not None:
        at_ms, line, by = feedback.opt_out_ms, feedback.opt_out_line, feedback.opt_out_by
    else:
        at_ms, line = e.tally.presses
        order = np.lexsort((line, at_ms))
        at_ms, line = at_ms[order], line[order]
        by = np.full(len(line), OptOutBy.KEY, dtype=np.uint8)
    return Objections(e.utc(at_ms), line, by)


# ── Totals ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class ObjectionTotals:
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


def totals(e: Evidence) -> ObjectionTotals | None:
    """Count the objections; None where nobody can object."""
    means = (e.world.opting_out, e.world.call_back, e.world.complaints)
    if all(each is None for each in means):
        return None
    made = objections_of(e)
    times = np.bincount(made.by, minlength=len(OptOutBy)).tolist()
    by_key, by_call_back, by_complaint = (
        None if each is None else times[by] for each, by in zip(means, OptOutBy, strict=True)
    )
    complained = made.by == OptOutBy.COMPLAINT
    seen = np.zeros(e.plan.population.lines, dtype=np.bool_)
    seen[made.line[~complained]] = True
    others = number(seen)
    seen[made.line[complained]] = True
    return ObjectionTotals(
        by_key=by_key,
        by_call_back=by_call_back,
        by_complaint=by_complaint,
        lines=others,
        lines_complaint_only=number(seen) - others,
    )


# ── Metrics ──────────────────────────────────────────────────────────────────────────────────────


def _lines(totals: Totals) -> Number:
    """Objections by complaint are of the full size, the others are not."""
    made = totals.get(ObjectionTotals)
    if made is None:
        return None
    return round(made.lines / totals.scale) + made.lines_complaint_only


METRICS = (
    metric(
        "lines_opted_out",
        "Lines opted out",
        "lines",
        "full_size",
        "Distinct lines whose people objected to further calls, by any means and whenever.",
        "distinct lines by key or call-back ÷ scale + those by complaint alone",
        "call log; complaints; call-backs",
        _lines,
    ),
    metric(
        "opt_outs_by_key",
        "Opt-outs by key",
        "opt-outs",
        "additive",
        "Calls in which the key that lists the number as refusing was pressed.",
        "calls with key 9",
        "call log; world.opting_out",
        of(ObjectionTotals, lambda o: o.by_key),
        place=MORE,
    ),
    metric(
        "opt_outs_by_call_back",
        "Opt-outs by call-back",
        "opt-outs",
        "additive",
        "Callers back who got through and objected there.",
        "callers served who opted out",
        "world.call_back",
        of(ObjectionTotals, lambda o: o.by_call_back),
        place=MORE,
    ),
    metric(
        "opt_outs_by_complaint",
        "Opt-outs by complaint",
        "opt-outs",
        "full_size",
        "Complaints to an operator or the regulator of which the caller learns.",
        "such complaints",
        "world.complaints.opts_out",
        of(ObjectionTotals, lambda o: o.by_complaint),
        place=MORE,
    ),
)


# ── Ledger ───────────────────────────────────────────────────────────────────────────────────────


def equal(found: Findings) -> Iterable[Account]:
    """Objections are as many as were made by all means."""
    made = found.totals.get(ObjectionTotals)
    if made is None:
        return
    by = sum(part or 0 for part in (made.by_key, made.by_call_back, made.by_complaint))
    yield "objections", len(found.objections.line), "opt-outs by their means", by
    if made.by_call_back is not None:
        opted = found.sum("call_backs", "opted_out")
        yield "call_backs.opted_out", opted, "opt-outs by call-back", made.by_call_back


CHAPTER = Chapter(
    name="objections", heading=Heading.OBJECTIONS, totals=totals, metrics=METRICS, equal=equal
)
