"""A first draft of a mapping, from the header of a file."""

from __future__ import annotations

import json
import re
from pathlib import Path

from sim.errors import ImportFilesError
from sim.intake.files import Sheet
from sim.intake.mapping import File
from sim.outputs import Kind

MAPPING = Kind("a draft of a mapping", b"# A mapping for ringfence import")
_LIKE = {
    "line": r"phone|tel|number|num[eé]ro|callee|^dst$|^to$|dest|called",
    "start": r"start|date|time|heure|began|created",
    "end": r"end|fin|hangup|release|disconnect",
    "ring": r"ring|sonnerie",
    "code": r"disposition|status|result|r[eé]sultat|outcome|cause|code",
}
"""Words in the names of columns that hold what a mapping wants."""
_NO_NAME = re.compile(r"\d{4}|^\s*$|@|^[+(]?\d")


def draft(path: Path, encoding: str | None = None) -> str:
    """A mapping file to be completed, with the names of the file's columns.

    Raises
    ------
    ImportFilesError
        If it cannot be read, or its first row is no header.
    """
    best = max(
        (Sheet(path, File(delimiter=sign), encoding) for sign in (",", "\t", ";", "|")),
        key=lambda sheet: len(sheet.names),
    )
    names = best.names
    if len(names) < 2 or len(set(names)) < len(names) or any(map(_NO_NAME.search, names)):
        raise ImportFilesError([f"{path}: the first row is no header: cells that are no names"])
    found = {what: _first(names, words) for what, words in _LIKE.items()}

    def column(what: str) -> str:
        return json.dumps(found[what] or "THE COLUMN", ensure_ascii=False)

    lines = [
        "# A mapping for ringfence import, drafted from a header; see docs/add-a-dialer.md.",
        "# Its columns:",
        *(f"#   {json.dumps(name, ensure_ascii=False)}" for name in names),
        "format: 1",
        "name: A LOG OF MY OWN",
        f"file: {{delimiter: {json.dumps(best.layout.delimiter)}, encoding: {best.encoding}}}",
        f"line: {{columns: {column('line')}}}",
        "start:",
        f"  columns: {column('start')}",
        '  layout: ["%Y-%m-%d %H:%M:%S", ISO]',
        "  means: dialled           # dialled, answered, ended or logged: look it up, do not guess",
        "  repeated_hour: unknown   # end or order, where these tell which of two it was",
    ]
    if found["end"]:
        lines += ["end:", f'  - {{columns: {column("end")}, layout: ["%Y-%m-%d %H:%M:%S", ISO]}}']
    if found["ring"]:
        lines += [f"ring: [{{column: {column('ring')}, unit: s}}]"]
    lines += [
        "disposition:",
        f"  code: {column('code')}",
        "  values: {}               # CODE: human, machine, no_answer, busy, invalid, failed",
    ]
    return "\n".join(lines) + "\n"


def _first(names: tuple[str, ...], words: str) -> str:
    return next((name for name in names if re.search(words, name, re.I)), "")
