"""Complaints up to the world's horizon: how many, where they go, what about, how likely more."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.measure.chapter import Account, Chapter, Sheet, Shelf
from sim.measure.chapters.complaints import columns, rows
from sim.measure.chapters.dialling import DiallingTotals
from sim.measure.chapters.reach import ReachTotals
from sim.measure.evidence import Evidence
from sim.measure.metric import (
    MORE,
    PLAIN,
    Compute,
    Heading,
    Metric,
    Number,
    Place,
    divide,
    metric,
    of,
)
from sim.measure.rows import number
from sim.measure.totals import Totals
from sim.record.feedback import Channel, Kind, PartOfDay

if TYPE_CHECKING:
    from sim.measure.findings import Findings

DAY_MS = 86_400_000


# ── Totals ───────────────────────────────────────────────────────────────────────────────────────


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


def totals(e: Evidence) -> ComplaintTotals | None:
    """Count the complaints; None where the world has none."""
    feedback = e.feedback
    if e.world.complaints is None or feedback is None:
        return None
    moments, channel = feedback.complaint_ms, feedback.complaint_channel
    early = moments < e.plan.cutoff_ms
    about_calls = (feedback.complaint_generation == 0) & (feedback.complaint_kind != Kind.BLOCKED)
    by_channel = np.bincount(channel, minlength=len(Channel)).tolist()
    return ComplaintTotals(
        by_channel=(by_channel[0], by_channel[1], by_channel[2], by_channel[3]),
        before_cutoff=number(early),
        regulator_before_cutoff=number(early & (channel == Channel.REGULATOR)),
        about_calls=number(about_calls),
        contagion=number(feedback.complaint_kind == Kind.CONTAGION),
        repeat=number(about_calls & (feedback.complaint_attempt > 1)),
        night=number(about_calls & (feedback.complaint_part == PartOfDay.NIGHT)),
        peak_day=int(np.bincount(moments // DAY_MS).max()) if len(moments) else 0,
    )


# ── Metrics ──────────────────────────────────────────────────────────────────────────────────────

_FROM = "complaints, up to world.complaints.horizon"


def _per(many: int, divisor: Callable[[Totals], int]) -> Compute:
    """Complaints in so many of something, both at full size."""

    def rate(totals: Totals) -> Number:
        made = totals.get(ComplaintTotals)
        if made is None:
            return None
        return divide(many * made.total * totals.scale, divisor(totals))

    return rate


def _channel(index: int, name: str, where: str, place: Place = MORE) -> Metric:
    return metric(
        f"complaints_{name}",
        f"Complaints: {name}",
        "complaints",
        "full_size",
        f"Complaints {where}.",
        f"complaints with channel {name}",
        _FROM,
        of(ComplaintTotals, lambda c: c.by_channel[index]),
        place=place,
    )


METRICS = (
    metric(
        "complaints",
        "Complaints",
        "complaints",
        "full_size",
        "Complaints about calls, about call backs that never got through, and about complaints, up "
        "to the world's horizon. One run shows one outcome; complaint_risk.parquet has chances.",
        "rows of complaints",
        _FROM,
        of(ComplaintTotals, lambda c: c.total),
    ),
    _channel(0, "regulator", "to the regulator", PLAIN),
    _channel(1, "operator", "to an operator or a short code"),
    _channel(2, "social", "in public, on social media"),
    _channel(3, "press", "that reach the press"),
    metric(
        "complaints_before_cutoff",
        "Complaints before the cutoff",
        "complaints",
        "full_size",
        "Complaints that came before the campaign's cutoff.",
        "complaints with moment < campaign.cutoff",
        _FROM,
        of(ComplaintTotals, lambda c: c.before_cutoff),
        place=MORE,
    ),
    metric(
        "complaints_regulator_before_cutoff",
        "Complaints: regulator, before the cutoff",
        "complaints",
        "full_size",
        "Complaints to the regulator that came before the campaign's cutoff.",
        "complaints with channel regulator and moment < campaign.cutoff",
        _FROM,
        of(ComplaintTotals, lambda c: c.regulator_before_cutoff),
        place=MORE,
    ),
    metric(
        "complaints_per_million_dials",
        "Complaints per million dials",
        "complaints per million calls",
        "ratio",
        "All complaints for a million calls placed, both at full size.",
        "1,000,000 × complaints ÷ (attempts ÷ scale)",
        f"call log; {_FROM}",
        _per(1_000_000, lambda t: t[DiallingTotals].attempts),
    ),
    metric(
        "complaints_per_million_connected",
        "Complaints per million answered calls",
        "complaints per million calls",
        "ratio",
        "All complaints for a million calls that a person or a machine answered, at full size.",
        "1,000,000 × complaints ÷ ((attempts_machine + attempts_human) ÷ scale)",
        f"call log; {_FROM}",
        _per(1_000_000, lambda t: t[DiallingTotals].connected),
        place=MORE,
    ),
    metric(
        "complaints_per_1000_reached",
        "Complaints per 1,000 people reached",
        "complaints per 1,000 people",
        "ratio",
        "All complaints for a thousand people reached, both at full size.",
        "1,000 × complaints ÷ (people_reached ÷ scale)",
        f"call log; {_FROM}",
        _per(1_000, lambda t: t[ReachTotals].people_reached),
    ),
    metric(
        "complaints_contagion_share",
        "Share of complaints that others bred",
        "share",
        "ratio",
        "Share of all complaints that another complaint bred.",
        "complaints of kind contagion ÷ complaints",
        _FROM,
        of(ComplaintTotals, lambda c: divide(c.contagion, c.total)),
        higher_is="neither",
    ),
    metric(
        "complaints_repeat_share",
        "Share of complaints about repeats",
        "share",
        "ratio",
        "Share of complaints about calls that are about a second attempt or a later one.",
        "complaints about calls with attempt > 1 ÷ complaints about calls",
        _FROM,
        of(ComplaintTotals, lambda c: divide(c.repeat, c.about_calls)),
        higher_is="neither",
        place=MORE,
    ),
    metric(
        "complaints_night_share",
        "Share of complaints about night calls",
        "share",
        "ratio",
        "Share of complaints about calls that are about a call at night, by the recipient's clock.",
        "complaints about calls at night ÷ complaints about calls",
        f"{_FROM}; world.complaints.night",
        of(ComplaintTotals, lambda c: divide(c.night, c.about_calls)),
        higher_is="neither",
        place=MORE,
    ),
    metric(
        "complaints_peak_day",
        "Most complaints in a day",
        "complaints",
        "full_size",
        "Most complaints in one day of 24 hours, counted from the campaign's start.",
        "max over days of complaints",
        _FROM,
        of(ComplaintTotals, lambda c: c.peak_day),
    ),
)


# ── Ledger ───────────────────────────────────────────────────────────────────────────────────────


def equal(found: Findings) -> Iterable[Account]:
    """The table of complaints holds those that were counted."""
    counted, table = found.totals.get(ComplaintTotals), found.blocks["complaints"]
    if counted is None:
        return
    yield "rows of complaints", len(table["at_utc"]), "complaints by channel", counted.total
    early = found.sum("complaints", "before_cutoff")
    yield "complaints.before_cutoff", early, "complaints early", counted.before_cutoff
    about = number(~np.isnat(table["call_start_utc"]))
    yield "complaints with a call", about, "complaints about calls", counted.about_calls


CHAPTER = Chapter(
    name="complaints",
    heading=Heading.COMPLAINTS,
    totals=totals,
    metrics=METRICS,
    sheets=(
        Sheet(columns.COMPLAINTS, Shelf.ACTS, rows.complaints),
        Sheet(columns.COMPLAINT_RISK, Shelf.CHANCES, rows.chances),
    ),
    equal=equal,
)
