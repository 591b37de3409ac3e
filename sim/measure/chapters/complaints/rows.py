"""Rows of complaints, and the chances of so many of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.measure.evidence import Evidence
from sim.measure.rows import Block, Int64s, none
from sim.record.arrays import Coded
from sim.record.feedback import Channel, Kind, PartOfDay

if TYPE_CHECKING:
    from sim.engine.plan.plan import Calling


def _names(codes: type[Channel] | type[Kind] | type[PartOfDay]) -> tuple[str, ...]:
    return tuple(code.name.lower() for code in codes)


def complaints(e: Evidence) -> Block:
    """A row a complaint."""
    plan, feedback = e.plan, e.feedback
    if feedback is None:
        moments, calls, places = none(np.int64), none(np.int64), none(np.uint8)
        channel = kind = attempt = part = none(np.uint8)
        generation = none(np.uint16)
    else:
        moments, calls = feedback.complaint_ms, feedback.complaint_call_ms
        places = plan.population.territory[feedback.complaint_line]
        channel, kind = feedback.complaint_channel, feedback.complaint_kind
        generation, attempt = feedback.complaint_generation, feedback.complaint_attempt
        part = feedback.complaint_part
    about_none = calls < 0
    quarter = _local_quarters(plan.calling, places, calls)
    return {
        "at_utc": e.utc(moments),
        "channel": Coded(channel, _names(Channel)),
        "kind": Coded(kind, _names(Kind)),
        "generation": generation,
        "territory": Coded(places, tuple(e.world.territories)),
        "weekday": np.ma.array((quarter // 96).astype(np.uint8), mask=about_none),
        "hour": np.ma.array((quarter // 4 % 24).astype(np.uint8), mask=about_none),
        "attempt": attempt,
        "part": Coded(np.where(about_none, -1, part.astype(np.int16)), _names(PartOfDay)),
        "call_start_utc": e.utc(calls),
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


def chances(e: Evidence) -> Block:
    """A row a channel and threshold: of all complaints, and of those to the regulator."""
    rows = _chances(e)
    names = ("all", "regulator")
    return {
        "channel": Coded(np.array([names.index(c) for c, _, _ in rows], dtype=np.int8), names),
        "threshold": np.array([threshold for _, threshold, _ in rows], dtype=np.int64),
        "probability": np.array([chance for *_, chance in rows], dtype=np.float64),
    }


def _chances(e: Evidence) -> list[tuple[str, int, float]]:
    """Channel, threshold, chance; nothing where the world has no complaints."""
    from sim.measure.chapters.complaints.risk import MOST, THRESHOLDS, exceedance, risk

    if e.world.complaints is None or e.feedback is None or e.cases is None:
        return []
    back = e.plan.feedback
    own = () if back is None or back.regulator is None else back.regulator.thresholds
    reports = sorted({*THRESHOLDS, *(threshold for threshold in own if threshold <= MOST)})
    every = exceedance(risk(e.cases, e.world), THRESHOLDS)
    regulator = exceedance(risk(e.cases, e.world, Channel.REGULATOR), reports)
    return [
        *zip(("all",) * len(THRESHOLDS), THRESHOLDS, every, strict=True),
        *zip(("regulator",) * len(reports), reports, regulator, strict=True),
    ]
