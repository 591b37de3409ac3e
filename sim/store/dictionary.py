"""The data dictionary: ``docs/data-dictionary.md`` from the registries of columns and metrics.

``python -m sim.store.dictionary FILE`` writes the generated part of a file anew.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sim.measure.metrics import METRICS
from sim.record.column import Table
from sim.store.columns import TABLES

BEGIN = "<!-- generated: tables and metrics; edit sim/measure/chapters and sim/store/columns.py -->"
END = "<!-- end of the generated part -->"


def generated() -> str:
    """The generated part, in Markdown."""
    parts = [_table(table) for table in TABLES.values()]
    return "\n".join([BEGIN, "", *parts, _metrics(), END])


def renewed(text: str) -> str:
    """A file's text with the generated part put anew between its markers.

    Raises
    ------
    ValueError
        If the markers are not there, once each and in order.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the text lacks the markers {BEGIN!r} and {END!r}")
    return before + generated() + after


def _table(table: Table) -> str:
    lines = [f"## `{table.file}`", "", f"One row: {table.row}."]
    if table.note:
        lines += ["", table.note]
    lines += ["", "| column | unit | dtype | meaning |", "| --- | --- | --- | --- |"]
    for c in table.columns:
        dtype = f"{c.dtype}, may be null" if c.nullable else c.dtype
        meaning = f"{c.meaning} Where {c.where}." if c.where else c.meaning
        lines.append(f"| `{c.name}` | {_cell(c.unit)} | {dtype} | {_cell(meaning)} |")
    return "\n".join([*lines, ""])


def _metrics() -> str:
    lines = [
        "## Metrics",
        "",
        "`metrics.json` is one flat map, `strategy.metric` to a number or null, as simulated. "
        "*Additive* metrics of a scaled run are shown at full-size equivalent: the value divided "
        "by `scale.effective` of the manifest. *Full size* metrics are of the full size in any "
        "run: complaints do not shrink with the lines. *Ratios* are the same at any scale. Metrics "
        "that are *not scalable* are shown at full size only. What the world does not model has no "
        "value.",
        "",
        "| metric | unit | scaling | meaning | formula |",
        "| --- | --- | --- | --- | --- |",
    ]
    for m in METRICS.values():
        kind = m.kind.replace("_", " ")
        lines.append(
            f"| `{m.name}` | {m.unit} | {kind} | {_cell(m.description)} | {_cell(m.formula)} |"
        )
    return "\n".join([*lines, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_text(renewed(file.read_text(encoding="utf-8")), encoding="utf-8")
