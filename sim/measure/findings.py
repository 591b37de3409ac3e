"""What one strategy's run found: its totals, and its rows of every table."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sim.measure.capacity import available_by_bin, on_offer
from sim.measure.consequences import (
    Block,
    Consequences,
    Objections,
    consequences,
    objections_of,
)
from sim.measure.lines import Survey, survey
from sim.measure.marks import BIN_MS, LIVE_MARKS_S
from sim.measure.tally import Tally, dispositions
from sim.measure.totals import Totals
from sim.record.feedback import FeedbackResult
from sim.record.log import DISPOSITIONS, Outcome
from sim.record.result import EngineResult
from sim.scenario.scenario import Scenario

Int64s = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Findings:
    """One strategy's part of the results."""

    strategy: str
    totals: Totals
    blocks: dict[str, Block]
    """Rows by table: those of the call log, and those of what followed from the calls."""
    objections: Objections
    """Objections to further calls."""
    feedback: FeedbackResult | None
    """What followed from the calls, line by line; None where the plan has no feedback."""
    strays: int
    """Lines on which the engine's state and its log disagree."""
    log_rows: int
    """Rows of the call log."""
    final_attempts: int
    """Attempts by the engine's final state of the recipients."""


def find(
    tally: Tally,
    attempts: NDArray[np.uint8],
    scenario: Scenario,
    strategy: str,
    scale: Fraction = Fraction(1),
    result: EngineResult | None = None,
) -> Findings:
    """Close a tally.

    Parameters
    ----------
    tally
        The tally of the whole log.
    attempts : (lines,) uint8
        Attempts made to each line: the engine's final state.
    scenario
        The scenario; whether it is scaled does not matter here.
    strategy
        Name of the strategy.
    scale
        Effective scale: lines simulated ÷ lines at full size.
    result
        What the engine knows beside the log and the attempts; left out, that nothing acted back.
    """
    rules = scenario.strategies[strategy]
    result = result or EngineResult(attempts, tally.rows)
    lines = survey(
        tally, attempts, rules.reached_when.voicemail, result.until_ms, result.stopped_ms
    )
    objections = objections_of(tally.plan, result.feedback, tally.presses)
    followed = consequences(
        tally.plan, scenario.world, result.feedback, objections, lines.total("dialled")
    )
    return Findings(
        strategy=strategy,
        totals=_totals(tally, lines, followed, scenario, strategy, scale, result.stopped_ms),
        blocks={
            "timeline": _timeline(tally, lines),
            "territories": _territories(tally, lines, scenario),
            "answering": _answering(tally),
            "attempts": _attempts(tally),
            **followed.blocks,
        },
        objections=objections,
        feedback=result.feedback,
        strays=lines.strays,
        log_rows=tally.rows,
        final_attempts=int(attempts.sum(dtype=np.int64)),
    )


def _totals(
    tally: Tally,
    lines: Survey,
    followed: Consequences,
    scenario: Scenario,
    strategy: str,
    scale: Fraction,
    stopped_ms: int | None,
) -> Totals:
    left = lines.total("listed") - lines.total("left_alone")
    done = left == lines.total("dialled") > 0
    done_ms = int(tally.moments[:, 2].max()) if done else None
    if done_ms is None:
        busy_ms = tally.hold_ms - tally.busy_after_cutoff_ms
    else:
        busy_ms = tally.busy_until_list_ms
    available_ms, open_ms, permitted = on_offer(
        tally.plan,
        _wanted(tally, lines),
        tally.plan.cutoff_ms if done_ms is None else done_ms,
    )
    by_outcome = tally.by_bin.sum(axis=0)
    calls = dispositions(by_outcome).tolist()
    return Totals(
        lines_on_list=lines.total("listed"),
        lines_dialled=lines.total("dialled"),
        lines_connected=lines.total("connected"),
        lines_gate_passed=lines.total("gate_passed"),
        lines_delivered_live=lines.total("delivered_live"),
        lines_with_voicemail=lines.total("with_voicemail"),
        lines_voicemail_heard=lines.total("voicemail_heard"),
        lines_voicemail_heard_before_cutoff=lines.total("voicemail_heard_before_cutoff"),
        lines_live=tuple(lines.total(f"live_{mark}s") for mark in LIVE_MARKS_S),
        lines_reached=lines.total("reached"),
        people_reached=lines.total("people"),
        people_reached_live=lines.total("people_live"),
        people_reached_by_cutoff=lines.total("people_by_cutoff"),
        dispositions=(calls[0], calls[1], calls[2], calls[3], calls[4]),
        first_human=int(dispositions(tally.first_by_hour)[:, DISPOSITIONS.index("human")].sum()),
        voicemails_left=int(by_outcome[Outcome.MACHINE_VOICEMAIL]),
        hold_ms=tally.hold_ms,
        in_progress_at_cutoff=tally.in_progress_at_cutoff,
        list_done_ms=done_ms,
        busy_ms=busy_ms,
        available_ms=available_ms,
        open_ms=open_ms,
        permitted_calls=permitted,
        electorate=scenario.world.electorate * scale,
        prices=scenario.strategies[strategy].prices,
        scale=scale,
        lines_left_alone=lines.total("left_alone"),
        gathering_days=_gathering_days(scenario),
        consents=None
        if scenario.world.consent is None
        else int(np.count_nonzero(tally.plan.population.consent[tally.plan.order])),
        opt_outs=followed.opt_outs,
        complaints=followed.complaints,
        regulator=followed.regulator,
        call_backs=followed.call_backs,
        reputation=followed.reputation,
        stopped_ms=stopped_ms,
    )


def _gathering_days(scenario: Scenario) -> float | None:
    """Days over which consents were gathered; None where the world has none, or no dates."""
    consent = scenario.world.consent
    if consent is None or consent.gathered is None:
        return None
    return (consent.gathered.ends - consent.gathered.starts).total_seconds() / 86_400


def _calls(by_outcome: Int64s) -> Block:
    """Columns of attempts and dispositions from counts by outcome, (rows, 16)."""
    columns: Block = {"attempts": by_outcome.sum(axis=1)}
    for name, column in zip(DISPOSITIONS, dispositions(by_outcome).T, strict=True):
        columns[name] = column.copy()
    return columns


def _utc(tally: Tally, moments_ms: Int64s) -> NDArray[np.datetime64]:
    """Moments since the campaign's start as UTC; negative ones as NaT."""
    moments = (moments_ms + tally.plan.start_utc_ms).astype("datetime64[ms]")
    moments[moments_ms < 0] = np.datetime64("NaT")
    return moments


def _wanted(tally: Tally, lines: Survey) -> Int64s:
    """By territory: the moment from which no fresh line was left there, ms, (territories,)."""
    count = lines.by_territory
    cutoffs = np.array([calling.cutoff_ms for calling in tally.plan.calling], dtype=np.int64)
    done = count["listed"] == count["dialled"] + count["left_alone"]
    wanted: Int64s = np.where(done, tally.moments[:, 2] + 1, cutoffs)
    return wanted


def _timeline(tally: Tally, lines: Survey) -> Block:
    delivered_from = (
        Outcome.HEARD + 1 + tally.plan.live_thresholds_ms.index(tally.plan.reached_live_ms)
    )
    bins = tally.bins
    cumulative = tally.newly[:bins].cumsum(axis=0)
    by_bin = tally.by_bin[:bins]
    return {
        "bin_start_utc": _utc(tally, np.arange(bins, dtype=np.int64) * BIN_MS),
        **_calls(by_bin),
        "voicemails_left": by_bin[:, Outcome.MACHINE_VOICEMAIL].copy(),
        "gate_passed": by_bin[:, Outcome.HEARD :].sum(axis=1),
        "delivered_live": by_bin[:, delivered_from:].sum(axis=1),
        "channel_ms": tally.busy_ms[:bins].copy(),
        "available_channel_ms": available_by_bin(tally.plan, _wanted(tally, lines), BIN_MS, bins),
        "in_progress": tally.in_progress[:bins].copy(),
        "lines_dialled_cum": cumulative[:, 0].copy(),
        "lines_connected_cum": cumulative[:, 1].copy(),
        "lines_delivered_live_cum": cumulative[:, 3].copy(),
        "lines_with_voicemail_cum": cumulative[:, 4].copy(),
        "lines_voicemail_heard_cum": lines.newly_heard.cumsum(),
        "lines_reached_cum": lines.newly_reached.cumsum(),
        "people_reached_cum": lines.newly_people.cumsum(),
    }


def _territories(tally: Tally, lines: Survey, scenario: Scenario) -> Block:
    count = lines.by_territory
    territories = scenario.world.territories
    undialled = count["listed"] - count["dialled"] - count["left_alone"]
    done = (undialled == 0) & (count["dialled"] > 0)
    cutoffs = np.array([calling.cutoff_ms for calling in tally.plan.calling], dtype=np.int64)
    return {
        "territory": np.array(list(territories), dtype=object),
        "timezone": np.array([t.timezone for t in territories.values()], dtype=object),
        "cutoff_utc": (cutoffs + tally.plan.start_utc_ms).astype("datetime64[ms]"),
        "lines": count["listed"],
        "lines_dialled": count["dialled"],
        "lines_left_alone": count["left_alone"],
        "lines_undialled": undialled,
        "lines_connected": count["connected"],
        "lines_gate_passed": count["gate_passed"],
        "lines_delivered_live": count["delivered_live"],
        "lines_with_voicemail": count["with_voicemail"],
        "lines_voicemail_heard": count["voicemail_heard"],
        "people_reached": count["people"],
        "attempts": tally.by_territory.sum(axis=1),
        "first_call_utc": _utc(tally, tally.moments[:, 0]),
        "last_call_utc": _utc(tally, tally.moments[:, 1]),
        "list_done_utc": _utc(tally, np.where(done, tally.moments[:, 2], -1)),
    }


def _answering(tally: Tally) -> Block:
    hours = np.arange(len(tally.by_hour))
    return {
        "weekday": (hours // 24).astype(np.uint8),
        "hour": (hours % 24).astype(np.uint8),
        **_calls(tally.by_hour),
        "first_attempts": tally.first_by_hour.sum(axis=1),
        "first_human": dispositions(tally.first_by_hour)[:, DISPOSITIONS.index("human")].copy(),
    }


def _attempts(tally: Tally) -> Block:
    return {
        "attempt": np.arange(1, len(tally.by_attempt), dtype=np.uint8),
        **_calls(tally.by_attempt[1:]),
        "newly_connected": tally.newly_by_attempt[1:, 1].copy(),
        "newly_delivered_live": tally.newly_by_attempt[1:, 3].copy(),
    }
