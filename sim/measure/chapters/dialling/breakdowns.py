"""The calls along time, by territory, by local hour and by attempt, and the lines they brought."""

from __future__ import annotations

import numpy as np

from sim.measure.capacity import available_by_bin
from sim.measure.evidence import Evidence
from sim.measure.marks import BIN_MS
from sim.measure.rows import DISPOSITION_COLUMNS, Block, calls, dispositions
from sim.record.column import STRATEGY, UTC_MS, Column, Table, count
from sim.record.log import DISPOSITIONS, Outcome

TIMELINE = Table(
    "timeline",
    "one strategy and one bin of 15 minutes, counted from the campaign's start",
    (
        STRATEGY,
        Column("bin_start_utc", "UTC", UTC_MS, "First moment of the bin; bins are half-open."),
        count("attempts", "calls", "Calls that start in the bin."),
        *DISPOSITION_COLUMNS,
        count("voicemails_left", "calls", "Of these, calls that left a message on a machine."),
        count("gate_passed", "calls", "Of these, calls in which a person got the live message."),
        count(
            "delivered_live",
            "calls",
            "Of these, calls in which a person heard it for at least `reached_when.live`, "
            "or to its end.",
        ),
        count("channel_ms", "channel-milliseconds", "Time that channels were busy in the bin."),
        count(
            "available_channel_ms",
            "channel-milliseconds",
            "Channels in force, integrated over the part of the bin in which some territory that "
            "still had undialled lines was open.",
        ),
        count(
            "in_progress",
            "calls",
            "Calls that started before the bin and ended after its first moment.",
        ),
        count("lines_dialled_cum", "lines", "Distinct lines dialled by the end of the bin."),
        count("lines_connected_cum", "lines", "Of these, lines that answered, person or machine."),
        count("lines_delivered_live_cum", "lines", "Distinct lines delivered live by then."),
        count("lines_with_voicemail_cum", "lines", "Distinct lines with a message left by then."),
        count(
            "lines_voicemail_heard_cum",
            "lines",
            "Distinct lines on which a message left had been heard by the end of the bin.",
        ),
        count(
            "lines_reached_cum",
            "lines",
            "Distinct lines reached by then, live or by voicemail, as `reached_when` says.",
        ),
        count("people_reached_cum", "people", "People reached by then."),
    ),
    note=(
        "Bins run from the campaign's start to its cutoff, and on until the last call has ended. "
        "What a call delivers counts in the bin in which the call starts; a voicemail heard counts "
        "in the bin in which it is heard. The last row leaves out voicemail that is heard after "
        "the last bin: metrics such as `people_reached` include it, so they may be higher."
    ),
)

TERRITORIES = Table(
    "territories",
    "one strategy and one territory of the world",
    (
        STRATEGY,
        Column("territory", "-", "text", "Name of the territory, as in the scenario."),
        Column("timezone", "-", "text", "IANA name of its time zone."),
        Column("cutoff_utc", "UTC", UTC_MS, "No call to it starts at or after this moment."),
        count("lines", "lines", "Lines of the territory that are on the list."),
        count("lines_dialled", "lines", "Of these, lines dialled at least once."),
        count(
            "lines_left_alone",
            "lines",
            "Of these, lines never dialled because they were to be left alone before the end.",
        ),
        count("lines_undialled", "lines", "Of these, other lines never dialled."),
        count("lines_connected", "lines", "Lines that a person or machine answered."),
        count("lines_gate_passed", "lines", "Lines on which a person got the live message."),
        count("lines_delivered_live", "lines", "Lines delivered live."),
        count("lines_with_voicemail", "lines", "Lines with at least one message left."),
        count(
            "lines_voicemail_heard",
            "lines",
            "Of these, lines on which a message is heard, whenever that is.",
        ),
        count("people_reached", "people", "People reached, late hearing included."),
        count("attempts", "calls", "Calls to the territory."),
        Column("first_call_utc", "UTC", UTC_MS, "Start of its first call; none: null.", True),
        Column("last_call_utc", "UTC", UTC_MS, "Start of its last call; none: null.", True),
        Column(
            "list_done_utc",
            "UTC",
            UTC_MS,
            "Start of the call that dialled its last undialled line; null if lines remain "
            "undialled or none are on the list.",
            True,
        ),
    ),
)

ANSWERING = Table(
    "answering",
    "one strategy, weekday and hour of the recipient's local clock",
    (
        STRATEGY,
        Column("weekday", "-", "uint8", "Local day of the week, Monday 0 to Sunday 6."),
        Column("hour", "-", "uint8", "Local hour, 0 to 23."),
        count("attempts", "calls", "Calls that start in the hour."),
        *DISPOSITION_COLUMNS,
        count("first_attempts", "calls", "Of these, first attempts."),
        count("first_human", "calls", "First attempts that a person took."),
    ),
    note="All 168 hours of the week have a row; those never dialled hold zeros.",
)

ATTEMPTS = Table(
    "attempts",
    "one strategy and one attempt number",
    (
        STRATEGY,
        Column("attempt", "-", "uint8", "1 for the first call to a line."),
        count("attempts", "calls", "Calls with this attempt number."),
        *DISPOSITION_COLUMNS,
        count("newly_connected", "lines", "Lines that this attempt connects for the first time."),
        count("newly_delivered_live", "lines", "Lines that it delivers live for the first time."),
    ),
    note="From 1 to the strategy's `attempts.lifetime`.",
)


def timeline(e: Evidence) -> Block:
    """Rows of the timeline."""
    tally, lines, plan = e.tally, e.lines, e.plan
    delivered_from = Outcome.HEARD + 1 + plan.live_thresholds_ms.index(plan.reached_live_ms)
    bins = tally.bins
    cumulative = tally.newly[:bins].cumsum(axis=0)
    by_bin = tally.tables.by_bin[:bins]
    return {
        "bin_start_utc": e.utc(np.arange(bins, dtype=np.int64) * BIN_MS),
        **calls(by_bin, e.world),
        "voicemails_left": by_bin[:, Outcome.MACHINE_VOICEMAIL].copy(),
        "gate_passed": by_bin[:, Outcome.HEARD : Outcome.FAILED].sum(axis=1),
        "delivered_live": by_bin[:, delivered_from : Outcome.FAILED].sum(axis=1),
        "channel_ms": tally.tables.busy_ms[:bins].copy(),
        "available_channel_ms": available_by_bin(plan, e.wanted_ms, BIN_MS, bins),
        "in_progress": tally.tables.in_progress[:bins].copy(),
        "lines_dialled_cum": cumulative[:, 0].copy(),
        "lines_connected_cum": cumulative[:, 1].copy(),
        "lines_delivered_live_cum": cumulative[:, 3].copy(),
        "lines_with_voicemail_cum": cumulative[:, 4].copy(),
        "lines_voicemail_heard_cum": lines.newly_heard.cumsum(),
        "lines_reached_cum": lines.newly_reached.cumsum(),
        "people_reached_cum": lines.newly_people.cumsum(),
    }


def territories(e: Evidence) -> Block:
    """Rows of the territories."""
    tally, count = e.tally, e.lines.by_territory
    places = e.world.territories
    undialled = count["listed"] - count["dialled"] - count["left_alone"]
    done = (undialled == 0) & (count["dialled"] > 0)
    cutoffs = np.array([calling.cutoff_ms for calling in e.plan.calling], dtype=np.int64)
    return {
        "territory": np.array(list(places), dtype=object),
        "timezone": np.array([place.timezone for place in places.values()], dtype=object),
        "cutoff_utc": (cutoffs + e.plan.start_utc_ms).astype("datetime64[ms]"),
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
        "first_call_utc": e.utc(tally.tables.moments[:, 0]),
        "last_call_utc": e.utc(tally.tables.moments[:, 1]),
        "list_done_utc": e.utc(np.where(done, tally.tables.moments[:, 2], -1)),
    }


def answering(e: Evidence) -> Block:
    """Rows by local hour of the week."""
    tally = e.tally
    hours = np.arange(len(tally.by_hour))
    return {
        "weekday": (hours // 24).astype(np.uint8),
        "hour": (hours % 24).astype(np.uint8),
        **calls(tally.by_hour, e.world),
        "first_attempts": tally.first_by_hour.sum(axis=1),
        "first_human": dispositions(tally.first_by_hour)[:, DISPOSITIONS.index("human")].copy(),
    }


def attempts(e: Evidence) -> Block:
    """Rows by number of the attempt."""
    tally = e.tally
    return {
        "attempt": np.arange(1, len(tally.by_attempt), dtype=np.uint8),
        **calls(tally.by_attempt[1:], e.world),
        "newly_connected": tally.newly_by_attempt[1:, 1].copy(),
        "newly_delivered_live": tally.newly_by_attempt[1:, 3].copy(),
    }
