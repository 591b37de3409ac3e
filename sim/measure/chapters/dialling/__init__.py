"""The list and the calls placed: who was dialled, how calls ended, when the list was done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.measure.chapter import Account, Chapter, Sheet, Shelf
from sim.measure.chapters.dialling import breakdowns
from sim.measure.evidence import Evidence
from sim.measure.metric import CALL_LOG, OTHERS, Heading, Metric, Place, divide, hours, lines, of
from sim.measure.rows import dispositions
from sim.record.log import DISPOSITIONS, Outcome
from sim.scenario.world import may_fail

if TYPE_CHECKING:
    from sim.measure.findings import Findings

_HUMAN = DISPOSITIONS.index("human")
_FAILED = DISPOSITIONS.index("failed")


# ── Totals ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class DiallingTotals:
    """The list and its calls, at the simulated scale."""

    lines_on_list: int
    lines_dialled: int
    lines_left_alone: int
    """Lines on the list that were never dialled and were to be left alone before the end."""
    dispositions: tuple[int, ...]
    """Calls by disposition, in the order of ``DISPOSITIONS``."""
    failing: bool
    """Whether the world has calls that fail on the way."""
    first_human: int
    """First attempts that a person took."""
    voicemails_left: int
    """Calls that left a message."""
    in_progress_at_cutoff: int
    list_done_ms: int | None
    """Start of the call that dialled the last undialled line, ms since the campaign's start."""

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
        return sum(self.dispositions[3:_FAILED])


def totals(e: Evidence) -> DiallingTotals:
    """Count the list and the calls."""
    by_outcome = e.tally.tables.by_bin.sum(axis=0)
    calls = dispositions(by_outcome).tolist()
    return DiallingTotals(
        lines_on_list=e.lines.total("listed"),
        lines_dialled=e.lines.total("dialled"),
        lines_left_alone=e.lines.total("left_alone"),
        dispositions=tuple(calls),
        failing=may_fail(e.world.line_types),
        first_human=int(dispositions(e.tally.first_by_hour)[:, _HUMAN].sum()),
        voicemails_left=int(by_outcome[Outcome.MACHINE_VOICEMAIL]),
        in_progress_at_cutoff=e.tally.in_progress_at_cutoff,
        list_done_ms=e.list_done_ms,
    )


# ── Metrics ──────────────────────────────────────────────────────────────────────────────────────

ATTEMPTS = Place(Heading.ATTEMPTS)


def _disposition(index: int, description: str) -> Metric:
    name = DISPOSITIONS[index]
    return Metric(
        f"attempts_{name}",
        f"Attempts: {name.replace('_', ' ')}",
        "calls",
        "additive",
        "better" if name == "human" else "neither",
        description,
        f"calls with disposition {name}",
        CALL_LOG,
        of(DiallingTotals, lambda t: t.dispositions[index]),
        # Whom the caller wants most stands first.
        Place(Heading.ATTEMPTS, rank=_FAILED - index),
    )


METRICS = (
    lines(
        DiallingTotals,
        "lines_on_list",
        "Lines on the list",
        "Telephone numbers that the strategy may dial. Lines are not people and not calls.",
        "lines of the world that the list admits",
        lambda t: t.lines_on_list,
        higher_is="neither",
        source="world.lines and the strategy's list",
    ),
    lines(
        DiallingTotals,
        "lines_dialled",
        "Lines dialled",
        "Distinct lines dialled at least once.",
        "distinct lines with a call",
        lambda t: t.lines_dialled,
    ),
    lines(
        DiallingTotals,
        "lines_undialled",
        "Lines undialled",
        "Lines on the list that the cutoff, or a stop before it, left without a single call. Lines "
        "that were to be left alone by then are counted apart, as lines_left_alone.",
        "lines_on_list − lines_dialled − lines_left_alone",
        lambda t: t.lines_undialled,
        higher_is="worse",
    ),
    lines(
        DiallingTotals,
        "lines_left_alone",
        "Lines left alone",
        "Lines on the list that were never dialled because they were to be left alone before "
        "their cutoff, or the stop: their people or their household had objected, or their "
        "consent had ended.",
        "lines on the list without a call, left alone from a moment ≤ cutoff or stop",
        lambda t: t.lines_left_alone,
        higher_is="neither",
        source="final state of the lines",
        place=Place(more=True, rank=1),
    ),
    Metric(
        "share_dialled",
        "Share of list dialled",
        "share",
        "ratio",
        "better",
        "Share of the lines on the list that were dialled at least once.",
        "lines_dialled ÷ lines_on_list",
        CALL_LOG,
        of(DiallingTotals, lambda t: divide(t.lines_dialled, t.lines_on_list)),
    ),
    Metric(
        "list_done_hours",
        "List done after",
        "h",
        "not_scalable",
        "worse",
        "Time from the campaign's start to the call that dialled the last undialled line. None if "
        "lines remain undialled. Not shown from a scaled run, where channels and pace are rounded.",
        "start of that call − campaign.start",
        CALL_LOG,
        of(DiallingTotals, lambda t: hours(t.list_done_ms)),
    ),
    Metric(
        "attempts",
        "Attempts",
        "calls",
        "additive",
        "neither",
        "Calls placed, retries included.",
        "rows of the call log",
        CALL_LOG,
        of(DiallingTotals, lambda t: t.attempts),
        place=ATTEMPTS,
    ),
    _disposition(0, "Attempts that met a number not in service."),
    _disposition(1, "Attempts that met a busy line."),
    _disposition(2, "Attempts that rang until the ring time-out."),
    _disposition(3, "Attempts that an answering machine took."),
    _disposition(4, "Attempts that a person took, whatever detection made of it."),
    Metric(
        "attempts_per_line",
        "Attempts per line dialled",
        "calls per line",
        "ratio",
        "neither",
        "Mean number of calls to a line that was dialled.",
        "attempts ÷ lines_dialled",
        CALL_LOG,
        of(DiallingTotals, lambda t: divide(t.attempts, t.lines_dialled)),
        place=OTHERS,
    ),
    Metric(
        "share_human_first",
        "Human share of first attempts",
        "share",
        "ratio",
        "better",
        "Share of first attempts that a person took.",
        "first attempts with disposition human ÷ lines_dialled",
        CALL_LOG,
        of(DiallingTotals, lambda t: divide(t.first_human, t.lines_dialled)),
        place=OTHERS,
    ),
    Metric(
        "voicemails_left",
        "Voicemails left",
        "calls",
        "additive",
        "neither",
        "Calls that left a message on an answering machine; a line may get several.",
        "calls with outcome machine_voicemail",
        CALL_LOG,
        of(DiallingTotals, lambda t: t.voicemails_left),
        place=OTHERS,
    ),
    Metric(
        "in_progress_at_cutoff",
        "In progress at the cutoff",
        "calls",
        "additive",
        "neither",
        "Calls that the campaign's cutoff found in progress. They run to their end and count.",
        "calls with start < cutoff < end",
        CALL_LOG,
        of(DiallingTotals, lambda t: t.in_progress_at_cutoff),
        place=Place(Heading.ATTEMPTS, rank=len(DISPOSITIONS) + 1),
    ),
    Metric(
        "attempts_failed",
        "Attempts: failed",
        "calls",
        "additive",
        "neither",
        "Attempts that failed on the way, by congestion or a carrier's error. None where the world "
        "has none.",
        "calls with disposition failed",
        CALL_LOG,
        of(DiallingTotals, lambda t: t.dispositions[_FAILED] if t.failing else None),
        Place(Heading.ATTEMPTS, rank=len(DISPOSITIONS)),
    ),
)


# ── Ledger ───────────────────────────────────────────────────────────────────────────────────────


def equal(found: Findings) -> Iterable[Account]:
    """The calls of every table are those of the log, and of the lines' final state."""
    counted, rows = found.totals[DiallingTotals], found.log_rows
    yield "attempts by disposition", counted.attempts, "rows of the call log", rows
    yield "attempts of the recipients", found.final_attempts, "rows of the call log", rows
    yield "lines on which engine and log differ", found.strays, "none", 0
    for table, block in found.on(Shelf.CALLS):
        yield f"{table}.attempts", found.sum(table, "attempts"), "rows of the call log", rows
        if "human" not in block:
            continue
        for name, total in zip(DISPOSITIONS, counted.dispositions, strict=True):
            there = found.sum(table, name) if name in block else 0
            yield f"{table}.{name}", there, f"attempts_{name}", total
        parts = sum(block[name] for name in DISPOSITIONS if name in block)
        apart = int(np.abs(parts - block["attempts"]).sum())
        yield f"{table}: attempts less dispositions, row by row", apart, "none", 0

    left = found.sum("timeline", "voicemails_left")
    yield "timeline.voicemails_left", left, "calls", counted.voicemails_left
    dialled = int(found.blocks["timeline"]["lines_dialled_cum"][-1])
    yield "timeline.lines_dialled_cum", dialled, "lines_dialled", counted.lines_dialled
    for name in ("lines_dialled", "lines_left_alone", "lines_undialled"):
        yield f"territories.{name}", found.sum("territories", name), name, getattr(counted, name)
    lines = found.sum("territories", "lines")
    yield "territories.lines", lines, "lines_on_list", counted.lines_on_list

    by_attempt = found.blocks["attempts"]
    first, human = int(by_attempt["attempts"][0]), int(by_attempt["human"][0])
    yield "first attempts", first, "lines_dialled", counted.lines_dialled
    firsts = found.sum("answering", "first_attempts")
    yield "answering.first_attempts", firsts, "first attempts", first
    firsts = found.sum("answering", "first_human")
    yield "answering.first_human", firsts, "first human calls", human


def within(found: Findings) -> Iterable[Account]:
    """No line is dialled that is not on the list."""
    counted = found.totals[DiallingTotals]
    yield "lines_dialled", counted.lines_dialled, "lines_on_list", counted.lines_on_list


CHAPTER = Chapter(
    name="dialling",
    heading=Heading.LIST,
    totals=totals,
    metrics=METRICS,
    sheets=(
        Sheet(breakdowns.TIMELINE, Shelf.CALLS, breakdowns.timeline),
        Sheet(breakdowns.TERRITORIES, Shelf.CALLS, breakdowns.territories),
        Sheet(breakdowns.ANSWERING, Shelf.CALLS, breakdowns.answering),
        Sheet(breakdowns.ATTEMPTS, Shelf.CALLS, breakdowns.attempts),
    ),
    equal=equal,
    within=within,
)
