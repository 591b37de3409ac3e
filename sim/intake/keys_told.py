"""The table of a mapping's keys, for the documents.

``python -m sim.intake.keys_told docs/add-a-dialer.md`` writes it anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from sim.document.keys import Key, model_keys
from sim.intake.mapping import Mapping

BEGIN = (
    "<!-- keys of a mapping: begin; made by python -m sim.intake.keys_told docs/add-a-dialer.md -->"
)
END = "<!-- keys of a mapping: end -->"


def table() -> str:
    """Every key, with what it is."""
    rows = ["| key | is | allowed |", "| --- | --- | --- |"]
    rows += _rows(model_keys(Mapping))
    return "\n".join(rows)


def _rows(key: Key) -> Iterator[str]:
    for each in key.walk():
        if not each.path or not each.meaning:
            continue
        path = ".".join(each.path).replace(".*", "[]")
        allowed = ", ".join(repr(c)[1:-1] if c == "\t" else str(c) for c in each.choices)
        if each.kind is not None:
            allowed = each.kind.written
        elif not allowed:
            allowed = each.kind_name
        meaning = each.meaning + (" Required." if each.required else "")
        yield f"| `{path}` | {_cell(meaning)} | {_cell(allowed)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def with_table(page: str) -> str:
    """A page with its table written anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(with_table(path.read_text("utf-8")), encoding="utf-8")
