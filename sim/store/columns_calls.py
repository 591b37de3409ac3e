"""Tables with one row a call or a line: what an audit of single calls reads."""

from __future__ import annotations

from sim.record.column import (
    CATEGORY,
    UTC_MS,
    Column,
    Table,
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
        Column("territory", "-", CATEGORY, "Territory of the line, as in the scenario."),
        Column("zone", "-", CATEGORY, "IANA time zone of the recipient."),
        Column(
            "disposition",
            "-",
            CATEGORY,
            "`invalid`, `busy`, `no_answer`, `machine`, `human` or `failed`.",
        ),
        Column("outcome", "-", CATEGORY, "The disposition, refined by what the call delivered."),
        Column("ring_ms", "ms", "int32", "Dial to pick-up or to the ring time-out."),
        Column("hold_ms", "ms", "int32", "Dial to release of the channel."),
        Column("listened_ms", "ms", "int32", "Live message heard by a person; else 0."),
        Column(
            "key",
            "-",
            "uint8",
            "Key pressed: 1 to hear the message, 9 to be called no more; 0 for none.",
        ),
        Column(
            "caller_number",
            "-",
            "uint16",
            "The campaign's number called from, counted from 0; 0 where the world has no "
            "`reputation`.",
        ),
        Column(
            "delivered",
            "-",
            "bool",
            "Whether some of the message was played, to a person or a machine.",
        ),
        Column(
            "delivered_live",
            "-",
            "bool",
            "Whether a person heard the live message for `reached_when.live`, or to its end.",
        ),
        Column(
            "heard_utc",
            "UTC",
            UTC_MS,
            "Moment at which the message left on the machine is heard; null where none was left, "
            "or it never is.",
            True,
        ),
        Column("pressed", "-", "bool", "Whether the key that the gate asks for was pressed."),
        Column(
            "abandoned",
            "-",
            "bool",
            "Whether a person answered and got dead air: was taken for a machine.",
        ),
    ),
    note="Written with `--calls` only. `ringfence audit --calls` reads it, of one strategy.",
    optional=True,
)

_CONSENT = "the world has `consent`"

RECIPIENTS = Table(
    "recipients",
    "one line that is on the list of a strategy",
    (
        Column("line", "id", "int32", "The line, 0 to lines - 1."),
        Column("zone", "-", CATEGORY, "IANA time zone of the recipient."),
        Column("line_type", "-", CATEGORY, "Type of the line, as in the scenario."),
        Column("territory", "-", CATEGORY, "Territory, as in the scenario."),
        Column("voters", "people", "uint8", "Voters behind the line."),
        Column(
            "voters_by_voicemail",
            "people",
            "uint8",
            "Voters who hear a message left on the line, if it is heard: one, and each further one "
            "with the chance `voicemail.shared`.",
        ),
        Column(
            "consent_from_utc",
            "UTC",
            UTC_MS,
            "First moment of the consent, 1 January 1990 where the world does not date consents; "
            "none: null.",
            True,
            _CONSENT,
        ),
        Column(
            "consent_until_utc",
            "UTC",
            UTC_MS,
            "First moment after it; null where it stays, or there is none.",
            True,
            _CONSENT,
        ),
        Column(
            "consent_scope",
            "-",
            CATEGORY,
            "What the consent names: `automated caller`; none: null.",
            True,
            _CONSENT,
        ),
        Column(
            "consent_slot",
            "-",
            CATEGORY,
            "Weekly time that the consent names, local; `all 00:00-24:00` where consents name "
            "none; no consent: null.",
            True,
            _CONSENT,
        ),
        Column(
            "register_NAME",
            "-",
            "bool",
            "Whether the line stands in the register of that name, a dash written as `_`.",
            where="the world has such `registers`, one column each",
        ),
        Column(
            "opposition",
            "-",
            "bool",
            "Whether the directory marks the line as refusing.",
            where="the world has `opposition`",
        ),
    ),
    note=(
        "Written with `--calls` only; the list is that of any strategy that ran. "
        "`ringfence audit --recipients` reads it."
    ),
    optional=True,
)

OPTOUTS = Table(
    "optouts",
    "one objection to further calls, in order of time within its strategy",
    (
        Column("strategy", "-", CATEGORY, "Name of the strategy, as in the scenario."),
        Column("draw", "-", "int32", "Number of the parameter draw; 0 is the central values."),
        Column("noise", "-", "int32", "Number of the noise replication."),
        Column("line", "id", "int32", "The line; one that objects again has several rows."),
        Column("at_utc", "UTC", UTC_MS, "Moment of the objection."),
        Column("by", "-", CATEGORY, "`key`, `call_back` or `complaint`."),
    ),
    note=(
        "Written with `--calls` only, where somebody may object: in the call, by calling back or "
        "by complaining. `ringfence audit --optouts` reads it, of one strategy."
    ),
    optional=True,
)
