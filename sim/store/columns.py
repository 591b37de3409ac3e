"""Every table and column of a run directory, once: name, unit, dtype, meaning.

Writers build their Arrow schemas from here, readers their types, and ``docs/data-dictionary.md`` is
generated from here. A column that is not registered here is in no file.
"""

from __future__ import annotations

from sim.measure.columns import MEASURED
from sim.record.column import Column, Table
from sim.store.columns_calls import CALLS, OPTOUTS, RECIPIENTS
from sim.store.columns_law import AUDIT, EXPOSURE, VIOLATIONS
from sim.store.columns_readings import READING_INPUTS, READINGS
from sim.store.keys import with_keys

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
        Column("grade", "-", "text", "Grade of the evidence, A to D; null if unsaid.", True),
        Column("is_range", "-", "bool", "Whether a range stands behind the value."),
    ),
)

TABLES: dict[str, Table] = {
    **{name: with_keys(table) for name, table in MEASURED.items()},
    **{
        table.name: table
        for table in (
            READINGS,
            READING_INPUTS,
            PARAMETERS,
            AUDIT,
            VIOLATIONS,
            EXPOSURE,
            CALLS,
            RECIPIENTS,
            OPTOUTS,
        )
    },
}
"""The tables by name, in the order of the data dictionary."""
