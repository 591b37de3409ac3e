"""The ledgers: every table of a run must tell the same story.

They are checked after every run. A difference is a fault of the program, never of the scenario.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from sim.errors import LedgerError
from sim.measure.columns import RESULT_TABLES
from sim.measure.consequences import Block
from sim.measure.findings import Findings
from sim.record.log import DISPOSITIONS

Entry = tuple[str, int, str, int]
"""One account: its name and value, and the name and value of what it must equal."""


def balance(found: Findings) -> None:
    """Check that the tables of one strategy agree with each other, the log and the final state.

    Raises
    ------
    LedgerError
        Naming the accounts that differ, each with its two numbers.
    """
    wrong = [
        f"{left} is {a:,}, {right} is {b:,}" for left, a, right, b in _entries(found) if a != b
    ]
    wrong += [f"{a} is {x:,}, more than {b}, {y:,}" for a, x, b, y in _chains(found) if x > y]
    wrong += [f"{name} falls along the timeline" for name in _falling(found.blocks["timeline"])]
    if wrong:
        raise LedgerError(
            f"internal error: the ledgers of '{found.strategy}' do not balance: " + "; ".join(wrong)
        )


def _sum(block: Block, column: str) -> int:
    return int(block[column].sum())


def _entries(found: Findings) -> Iterator[Entry]:
    """What must be equal."""
    totals, blocks = found.totals, found.blocks
    rows = found.log_rows
    yield "attempts by disposition", totals.attempts, "rows of the call log", rows
    yield "attempts of the recipients", found.final_attempts, "rows of the call log", rows
    yield "lines on which engine and log differ", found.strays, "none", 0
    for table in RESULT_TABLES:
        block = blocks[table]
        yield f"{table}.attempts", _sum(block, "attempts"), "rows of the call log", rows
        if table == "territories":
            continue
        for name, total in zip(DISPOSITIONS, totals.dispositions, strict=True):
            yield f"{table}.{name}", _sum(block, name), f"attempts_{name}", total
        apart = int(np.abs(sum(block[d] for d in DISPOSITIONS) - block["attempts"]).sum())
        yield f"{table}: attempts less dispositions, row by row", apart, "none", 0

    timeline, territories = blocks["timeline"], blocks["territories"]
    yield "timeline.channel_ms", _sum(timeline, "channel_ms"), "sum of hold_ms", totals.hold_ms
    yield (
        "timeline.voicemails_left",
        _sum(timeline, "voicemails_left"),
        "calls",
        (totals.voicemails_left),
    )
    for name in ("dialled", "connected", "delivered_live", "with_voicemail"):
        column = f"lines_{name}"
        total = getattr(totals, column)
        yield f"timeline.{column}_cum", int(timeline[f"{column}_cum"][-1]), column, total
    for name in (
        "lines_dialled",
        "lines_left_alone",
        "lines_undialled",
        "lines_connected",
        "lines_gate_passed",
        "lines_delivered_live",
        "lines_with_voicemail",
        "lines_voicemail_heard",
        "people_reached",
    ):
        yield f"territories.{name}", _sum(territories, name), name, getattr(totals, name)
    yield "territories.lines", _sum(territories, "lines"), "lines_on_list", totals.lines_on_list

    by_attempt, answering = blocks["attempts"], blocks["answering"]
    first = int(by_attempt["attempts"][0])
    yield "first attempts", first, "lines_dialled", totals.lines_dialled
    yield "answering.first_attempts", _sum(answering, "first_attempts"), "first attempts", first
    yield (
        "answering.first_human",
        _sum(answering, "first_human"),
        "first human calls",
        int(by_attempt["human"][0]),
    )
    for column, name in (
        ("newly_connected", "lines_connected"),
        ("newly_delivered_live", "lines_delivered_live"),
    ):
        yield f"attempts.{column}", _sum(by_attempt, column), name, getattr(totals, name)
    yield from _followed(found)


def _followed(found: Findings) -> Iterator[Entry]:
    """What must be equal of that which followed from the calls."""
    totals, blocks = found.totals, found.blocks
    complaints, callers = blocks["complaints"], blocks["call_backs"]
    if totals.complaints is not None:
        counted = totals.complaints
        rows = len(complaints["at_utc"])
        yield "rows of complaints", rows, "complaints by channel", counted.total
        early = _sum(complaints, "before_cutoff")
        yield "complaints.before_cutoff", early, "complaints early", counted.before_cutoff
        about = int(np.count_nonzero(~np.isnat(complaints["call_start_utc"])))
        yield "complaints with a call", about, "complaints about calls", counted.about_calls
    if totals.call_backs is not None:
        served = _sum(callers, "served")
        yield "call_backs.served", served, "callers served", totals.call_backs.served
        yield "call_backs.tries", _sum(callers, "tries"), "tries", totals.call_backs.tries
    if totals.opt_outs is not None:
        means = totals.opt_outs
        objections = len(found.objections.line)
        by = sum(part or 0 for part in (means.by_key, means.by_call_back, means.by_complaint))
        yield "objections", objections, "opt-outs by their means", by
        if means.by_call_back is not None:
            opted = _sum(callers, "opted_out")
            yield "call_backs.opted_out", opted, "opt-outs by call-back", means.by_call_back


def _chains(found: Findings) -> Iterator[Entry]:
    """What must not be more than what contains it."""
    totals = found.totals
    chains = (
        ("lines_on_list", "lines_dialled", "lines_connected", "lines_gate_passed"),
        ("lines_gate_passed", "lines_delivered_live"),
        ("lines_connected", "lines_reached", "lines_delivered_live"),
        ("lines_connected", "lines_with_voicemail", "lines_voicemail_heard"),
        ("lines_voicemail_heard", "lines_voicemail_heard_before_cutoff"),
        ("people_reached", "people_reached_by_cutoff", "people_reached_live"),
    )
    for chain in chains:
        for outer, inner in pairwise(chain):
            yield inner, getattr(totals, inner), outer, getattr(totals, outer)
    yield "lines_connected", totals.lines_connected, "calls answered", sum(totals.dispositions[3:])
    yield "busy channel time", totals.busy_ms, "sum of hold_ms", totals.hold_ms
    last = found.blocks["timeline"]
    for name in ("lines_voicemail_heard", "lines_reached", "people_reached"):
        cumulative = int(last[f"{name}_cum"][-1])
        yield f"timeline.{name}_cum", cumulative, name, getattr(totals, name)


def _falling(timeline: Block) -> Iterator[str]:
    """Cumulative columns that fall somewhere."""
    for name, values in timeline.items():
        if name.endswith("_cum") and np.any(np.diff(values) < 0):
            yield f"timeline.{name}"
