"""Tables of what a run counted and of what followed: name, unit, dtype and meaning of each column.

The room that writes files adds those of the call log, of the lines and of the law.
"""

from __future__ import annotations

from sim.measure.columns_feedback import (
    CALL_BACKS,
    COMPLAINT_RISK,
    COMPLAINTS,
    LABELS,
    REGULATOR,
)
from sim.record.column import STRATEGY, UTC_MS, Column, Table, count

_DISPOSITIONS = (
    count("invalid", "calls", "Attempts that met a number not in service."),
    count("busy", "calls", "Attempts that met a busy line."),
    count("no_answer", "calls", "Attempts that rang until the time-out."),
    count("machine", "calls", "Attempts that an answering machine took."),
    count("human", "calls", "Attempts that a person took."),
)

TIMELINE = Table(
    "timeline",
    "one strategy and one bin of 15 minutes, counted from the campaign's start",
    (
        STRATEGY,
        Column("bin_start_utc", "UTC", UTC_MS, "First moment of the bin; bins are half-open."),
        count("attempts", "calls", "Calls that start in the bin."),
        *_DISPOSITIONS,
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
        *_DISPOSITIONS,
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
        *_DISPOSITIONS,
        count("newly_connected", "lines", "Lines that this attempt connects for the first time."),
        count("newly_delivered_live", "lines", "Lines that it delivers live for the first time."),
    ),
    note="From 1 to the strategy's `attempts.lifetime`.",
)

MEASURED: dict[str, Table] = {
    table.name: table
    for table in (
        TIMELINE,
        TERRITORIES,
        ANSWERING,
        ATTEMPTS,
        COMPLAINTS,
        CALL_BACKS,
        REGULATOR,
        LABELS,
        COMPLAINT_RISK,
    )
}
"""The tables by name, in the order of the data dictionary."""

RESULT_TABLES = ("timeline", "territories", "answering", "attempts")
"""Tables that hold what a run counted in its call log, one block of rows per strategy."""

FEEDBACK_TABLES = ("complaints", "call_backs", "regulator", "labels", "complaint_risk")
"""Tables of what followed from the calls, likewise."""
