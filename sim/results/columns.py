"""Every table and column of a run directory, once: name, unit, dtype, meaning.

Writers build their Arrow schemas from here, readers their types, and ``docs/data-dictionary.md`` is
generated from here. A column that is not in this file is in no file.
"""

from __future__ import annotations

from dataclasses import dataclass

BIN_MS = 900_000
"""Length of a bin of the timeline, ms: 15 minutes, counted from the campaign's start."""

UTC_MS = "timestamp[ms, UTC]"
"""Dtype of a moment: milliseconds since 1970, UTC."""
CATEGORY = "category"
"""Dtype of text of which few values occur: a dictionary in Arrow, a categorical in pandas."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    unit: str
    """Unit of the values; ``-`` for names and codes."""
    dtype: str
    """``int64``, ``int32``, ``uint8``, ``bool``, ``float64``, ``text``, ``category``, a moment."""
    meaning: str
    nullable: bool = False
    """Whether a value may be missing; the meaning says when."""


@dataclass(frozen=True, slots=True)
class Table:
    """One Parquet file of a run directory."""

    name: str
    row: str
    """What one row means."""
    columns: tuple[Column, ...]
    note: str = ""
    """What a reader must know and no single column says."""
    optional: bool = False
    """Whether it is written on request only."""

    @property
    def file(self) -> str:
        """Name of the file in the run directory."""
        return f"{self.name}.parquet"

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(column.name for column in self.columns)


def _count(name: str, unit: str, meaning: str) -> Column:
    return Column(name, unit, "int64", meaning)


_STRATEGY = Column("strategy", "-", "text", "Name of the strategy, as in the scenario.")

_DISPOSITIONS = (
    _count("invalid", "calls", "Attempts that met a number not in service."),
    _count("busy", "calls", "Attempts that met a busy line."),
    _count("no_answer", "calls", "Attempts that rang until the time-out."),
    _count("machine", "calls", "Attempts that an answering machine took."),
    _count("human", "calls", "Attempts that a person took."),
)

TIMELINE = Table(
    "timeline",
    "one strategy and one bin of 15 minutes, counted from the campaign's start",
    (
        _STRATEGY,
        Column("bin_start_utc", "UTC", UTC_MS, "First moment of the bin; bins are half-open."),
        _count("attempts", "calls", "Calls that start in the bin."),
        *_DISPOSITIONS,
        _count("voicemails_left", "calls", "Of these, calls that left a message on a machine."),
        _count("gate_passed", "calls", "Of these, calls in which a person got the live message."),
        _count(
            "delivered_live",
            "calls",
            "Of these, calls in which a person heard it for at least `reached_when.live`, "
            "or to its end.",
        ),
        _count("channel_ms", "channel-milliseconds", "Time that channels were busy in the bin."),
        _count(
            "available_channel_ms",
            "channel-milliseconds",
            "Channels in force, integrated over the part of the bin in which some territory that "
            "still had undialled lines was open.",
        ),
        _count(
            "in_progress",
            "calls",
            "Calls that started before the bin and ended after its first moment.",
        ),
        _count("lines_dialled_cum", "lines", "Distinct lines dialled by the end of the bin."),
        _count("lines_connected_cum", "lines", "Of these, lines that answered, person or machine."),
        _count("lines_delivered_live_cum", "lines", "Distinct lines delivered live by then."),
        _count("lines_with_voicemail_cum", "lines", "Distinct lines with a message left by then."),
        _count(
            "lines_voicemail_heard_cum",
            "lines",
            "Distinct lines on which a message left had been heard by the end of the bin.",
        ),
        _count(
            "lines_reached_cum",
            "lines",
            "Distinct lines reached by then, live or by voicemail, as `reached_when` says.",
        ),
        _count("people_reached_cum", "people", "People reached by then."),
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
        _STRATEGY,
        Column("territory", "-", "text", "Name of the territory, as in the scenario."),
        Column("timezone", "-", "text", "IANA name of its time zone."),
        Column("cutoff_utc", "UTC", UTC_MS, "No call to it starts at or after this moment."),
        _count("lines", "lines", "Lines of the territory that are on the list."),
        _count("lines_dialled", "lines", "Of these, lines dialled at least once."),
        _count("lines_undialled", "lines", "Of these, lines never dialled."),
        _count("lines_connected", "lines", "Lines that a person or machine answered."),
        _count("lines_gate_passed", "lines", "Lines on which a person got the live message."),
        _count("lines_delivered_live", "lines", "Lines delivered live."),
        _count("lines_with_voicemail", "lines", "Lines with at least one message left."),
        _count(
            "lines_voicemail_heard",
            "lines",
            "Of these, lines on which a message is heard, whenever that is.",
        ),
        _count("people_reached", "people", "People reached, late hearing included."),
        _count("attempts", "calls", "Calls to the territory."),
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
        _STRATEGY,
        Column("weekday", "-", "uint8", "Local day of the week, Monday 0 to Sunday 6."),
        Column("hour", "-", "uint8", "Local hour, 0 to 23."),
        _count("attempts", "calls", "Calls that start in the hour."),
        *_DISPOSITIONS,
        _count("first_attempts", "calls", "Of these, first attempts."),
        _count("first_human", "calls", "First attempts that a person took."),
    ),
    note="All 168 hours of the week have a row; those never dialled hold zeros.",
)

ATTEMPTS = Table(
    "attempts",
    "one strategy and one attempt number",
    (
        _STRATEGY,
        Column("attempt", "-", "uint8", "1 for the first call to a line."),
        _count("attempts", "calls", "Calls with this attempt number."),
        *_DISPOSITIONS,
        _count("newly_connected", "lines", "Lines that this attempt connects for the first time."),
        _count("newly_delivered_live", "lines", "Lines that it delivers live for the first time."),
    ),
    note="From 1 to the strategy's `attempts.lifetime`.",
)

PARAMETERS = Table(
    "parameters",
    "one quantity of the scenario, of its world or of a strategy, in the order of the format",
    (
        Column("path", "-", "text", "Key with dots, as in the scenario."),
        Column("unit", "-", "text", "`share`, `ms`, or nothing for a plain number."),
        Column("central", "see unit", "float64", "Median; what a single run uses."),
        Column("low", "see unit", "float64", "5 % point; a plain number has none: null.", True),
        Column("high", "see unit", "float64", "95 % point; a plain number has none: null.", True),
        Column("shape", "-", "text", "Shape of the range; a plain number has none: null.", True),
        Column("source", "-", "text", "Where the figure comes from; null if unsaid.", True),
        Column("is_range", "-", "bool", "Whether a range stands behind the value."),
    ),
)

AUDIT = Table(
    "audit",
    "one rule of a regime, held against one strategy",
    (
        Column("strategy", "-", "text", "Name of the strategy, as in the scenario."),
        Column("regime", "-", "text", "Id of the regime."),
        Column("rule", "-", "text", "Id of the rule in it."),
        Column("title", "-", "text", "What the rule demands."),
        Column("force", "-", "text", "`law`, `recommendation` or `voluntary`."),
        Column("reading", "-", "text", "`strict` or `lenient` where disputed; else null.", True),
        Column(
            "status", "-", "text", "`assessed`, `not_assessable` or `not_in_force` on these days."
        ),
        Column("reason", "-", "text", "Why it was not assessed; null where it was.", True),
        Column("counts", "-", "text", "What a violation is: a `call`, or the `campaign` once."),
        _count("calls", "calls", "Calls that the rule looks at; 0 where it was not assessed."),
        _count("violations", "see counts", "Violations; 0 where it was not assessed: see status."),
        _count("lines", "lines", "Distinct lines of these."),
        Column("first_utc", "UTC", UTC_MS, "Start of the first of these; none: null.", True),
        Column("last_utc", "UTC", UTC_MS, "Start of the last; none: null.", True),
        Column(
            "overruns",
            "calls",
            "int64",
            "Calls begun rightly that ran past an edge; else null.",
            True,
        ),
        Column(
            "heard_inside",
            "calls",
            "int64",
            "Messages left rightly and heard inside a silence; null where that means nothing.",
            True,
        ),
    ),
    note=(
        "Empty where the scenario names no `regimes`. The auditor knows nothing of what a strategy "
        "enforces. Counts of different force are never summed, nor are the two readings of a "
        "rule. Modelling, not legal advice."
    ),
)

CALLS = Table(
    "calls",
    "one call, in dialling order within its strategy",
    (
        Column("strategy", "-", CATEGORY, "Name of the strategy, as in the scenario."),
        Column("draw", "-", "int32", "Number of the parameter draw; 0 is the central values."),
        Column("noise", "-", "int32", "Number of the noise replication."),
        Column("line", "id", "int32", "The recipient's line, 0 to lines - 1."),
        Column("attempt", "-", "uint8", "1 for the first call to the line."),
        Column("start_utc", "UTC", UTC_MS, "Moment of dialling."),
        Column("zone", "-", CATEGORY, "IANA time zone of the recipient."),
        Column(
            "disposition", "-", CATEGORY, "`invalid`, `busy`, `no_answer`, `machine` or `human`."
        ),
        Column("outcome", "-", CATEGORY, "The disposition, refined by what the call delivered."),
        Column("ring_ms", "ms", "int32", "Dial to pick-up or to the ring time-out."),
        Column("hold_ms", "ms", "int32", "Dial to release of the channel."),
        Column("listened_ms", "ms", "int32", "Live message heard by a person; else 0."),
        Column("key", "-", "uint8", "Key pressed; 0 for none."),
    ),
    note="Written with `--calls` only.",
    optional=True,
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (TIMELINE, TERRITORIES, ANSWERING, ATTEMPTS, PARAMETERS, AUDIT, CALLS)
}
"""The tables by name, in the order of the data dictionary."""

RESULT_TABLES = ("timeline", "territories", "answering", "attempts")
"""Tables that hold what a run found, one block of rows per strategy."""
