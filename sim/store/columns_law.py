"""Tables of what audits found, and of what that may cost."""

from __future__ import annotations

from sim.record.column import (
    STRATEGY,
    UTC_MS,
    Column,
    Table,
    count,
)

_NO_ADVICE = "Modelling, not legal advice."

AUDIT = Table(
    "audit",
    "one rule of a regime, held against one strategy",
    (
        STRATEGY,
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
        count("calls", "calls", "Calls that the rule looks at; 0 where it was not assessed."),
        count("violations", "see counts", "Violations; 0 where it was not assessed: see status."),
        count("lines", "lines", "Distinct lines of these."),
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
        "rule. " + _NO_ADVICE
    ),
)

VIOLATIONS = Table(
    "violations",
    "one rule, territory and local hour of the week with at least one violation by a strategy",
    (
        STRATEGY,
        Column("regime", "-", "text", "Id of the regime."),
        Column("rule", "-", "text", "Id of the rule in it."),
        Column("force", "-", "text", "`law`, `recommendation` or `voluntary`."),
        Column("reading", "-", "text", "`strict` or `lenient` where disputed; else null.", True),
        Column("territory", "-", "text", "Territory of the recipients."),
        Column("weekday", "-", "uint8", "Local day of the week at the calls' start, Monday 0."),
        Column("hour", "-", "uint8", "Local hour at the calls' start, 0 to 23."),
        count("violations", "calls", "Calls that break the rule."),
    ),
    note=(
        "Counts of two rules are not to be added: a call may break both. Rules that count once for "
        "the campaign have no row. Empty where the scenario names no `regimes`."
    ),
)

EXPOSURE = Table(
    "exposure",
    "one figure of what the violations of a strategy may cost under a regime",
    (
        STRATEGY,
        Column("regime", "-", "text", "Id of the regime."),
        Column(
            "basis",
            "-",
            "text",
            "`nominal`: what the text of the penalty allows. `observed`: what an authority "
            "imposed in the cases known, whatever the count of violations.",
        ),
        Column("penalty", "-", "text", "Id of the penalty in the regime."),
        Column("title", "-", "text", "What the penalty is."),
        Column("role", "-", "text", "`main` or `further`."),
        Column(
            "force",
            "-",
            "text",
            "Force of the rules broken: `law`, `recommendation` or `voluntary`; observed: null.",
            True,
        ),
        Column(
            "readings",
            "-",
            "text",
            "`strict` or `lenient` where rules are disputed, else `undisputed`; observed: null.",
            True,
        ),
        Column(
            "per",
            "-",
            "text",
            "Counted per `violation`, `call` or `campaign`; observed: null.",
            True,
        ),
        Column("count", "see per", "int64", "How many of these; observed: null.", True),
        Column("each", "see currency", "float64", "Amount for one; observed: null.", True),
        Column("cap", "see currency", "float64", "Highest sum in the text; none: null.", True),
        Column("amount", "see currency", "float64", "Nominal sum, capped; observed: null.", True),
        Column(
            "amount_low", "see currency", "float64", "Lowest observed; nominal or none: null.", True
        ),
        Column("amount_median", "see currency", "float64", "Median observed; likewise null.", True),
        Column("amount_high", "see currency", "float64", "Highest observed; likewise null.", True),
        Column("cases", "cases", "int64", "Cases observed, 0 for none; nominal: null.", True),
        Column("currency", "-", "text", "ISO 4217 code."),
        Column("rules", "-", "text", "Ids of the broken rules, with commas; observed: null.", True),
        Column("notes", "-", "text", "What a reader must know; nothing: null.", True),
    ),
    note=(
        "No two amounts are to be added: they answer different questions, or count one call twice. "
        "Penalties for which no violation was found have no row, so the table is empty where there "
        "are none. None observed is not none to be feared. Counts are as simulated, so nominal "
        f"amounts of a scaled run are too. {_NO_ADVICE}"
    ),
)
