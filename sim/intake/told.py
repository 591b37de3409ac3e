"""What came of an import, by count; never a cell's content."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.intake.assemble import Calls
from sim.intake.calls import QUALITIES, Told
from sim.intake.mapping import DISPOSITIONS

FEWEST_LINES = 11
"""A code that met no case is shown where it stood on so many lines or more."""
_SHORT = re.compile(r"[A-Za-z][A-Za-z0-9_ -]{0,11}", re.ASCII)
"""And where it looks like a code: a few letters."""


def counts(calls: Calls, told: Told) -> dict[str, Any]:
    """What came of the rows of a log: for the manifest, and for what is printed."""
    found, kept = calls.counts, calls.kept
    of = calls.rows

    def by_name(codes: Any, names: tuple[str, ...]) -> dict[str, int]:
        n = np.bincount(codes[kept], minlength=len(names))
        return {name: int(count) for name, count in zip(names, n, strict=True) if count}

    shown = {
        code: len(lines)
        for code, lines in sorted(told.codes.items())
        if len(lines) >= FEWEST_LINES and _SHORT.fullmatch(code)
    }
    return {
        "rows": found.read + found.bad,
        "unreadable_rows": found.bad,
        "left_out": dict(sorted(found.left_out.items())),
        "superseded": found.superseded,
        "further_legs": found.legs,
        "duplicates": found.duplicates,
        "calls": int(np.count_nonzero(kept)),
        "lines": len(np.unique(calls.line[kept])),
        "apart": int(np.count_nonzero(~kept)),
        "without_line": dict(sorted(found.without_line.items())),
        "without_start": found.without_start,
        "start_quality": by_name(of.quality, QUALITIES),
        "disposition": by_name(of.disposition, DISPOSITIONS),
        "zone_unknown": int(np.count_nonzero(calls.zone[kept] < 0)),
        "end_unknown": int(np.count_nonzero(of.hold[kept] < 0)),
        "stamps_unreadable": told.unreadable,
        "stamps_never_shown": told.never_shown,
        "stamps_shown_twice": told.twice,
        "stamps_proven": told.proven,
        "stamps_contradicted": told.contradicted,
        "ends_contrary": told.contrary_ends,
        "codes_unknown": len(told.codes),
        "codes_shown": shown,
    }


def lines(name: str, tried: bool, n: dict[str, Any]) -> Iterator[str]:
    """What came of it, for a terminal.

    Parameters
    ----------
    name
        What the log is called.
    tried
        Whether a hand-worked sample of its format came out right.
    n
        From :func:`counts`.
    """
    yield f"{name}: {n['rows']:,} rows, {n['calls']:,} calls to {n['lines']:,} lines"
    if not tried:
        yield "  layout read, never tried: hold some rows against the log by hand"
    gone = {
        "cannot be read": n["unreadable_rows"],
        **n["left_out"],
        "replaced by a later row of the same id": n["superseded"],
        "further legs of a call": n["further_legs"],
        "tell a call again": n["duplicates"],
    }
    yield from _counted("rows left out", gone)
    apart = {f"line: {why}": count for why, count in n["without_line"].items()}
    yield from _counted("calls kept apart", {**apart, "start not known": n["without_start"]})
    yield from _counted("how they turned out", n["disposition"])
    yield from _counted("their starts", n["start_quality"])
    unknown = {"zone": n["zone_unknown"], "end": n["end_unknown"]}
    yield from _counted("not known", unknown)
    proven, wrong = n["stamps_proven"], n["stamps_contradicted"]
    if proven or wrong:
        yield f"  the clock is proven by {proven:,} of {proven + wrong:,} unique ids"
    yield from _counted(
        "stamps",
        {
            "in no known layout": n["stamps_unreadable"],
            "that the clock never shows": n["stamps_never_shown"],
            "that it shows twice, with nothing in the row to tell": n["stamps_shown_twice"],
            "of an end before its start": n["ends_contrary"],
        },
    )
    if n["codes_unknown"]:
        some = ", ".join(f"{code} ({count:,} lines)" for code, count in n["codes_shown"].items())
        yield f"  codes of no table, taken as unknown: {n['codes_unknown']:,}" + (
            f"; on {FEWEST_LINES} lines or more: {some}" if some else ""
        )


def _counted(what: str, numbers: dict[str, int]) -> Iterator[str]:
    there = {name: count for name, count in numbers.items() if count}
    if there:
        yield f"  {what}: " + ", ".join(f"{count:,} {name}" for name, count in there.items())
