"""How sure the result is: which parameters are ranges, and how large run noise is."""

from __future__ import annotations

import math

from analysis.report.markup import (
    Html,
    details,
    esc,
    paragraph,
    table,
)
from analysis.view import RunView, parameters
from analysis.view.numbers import MISSING, quantity, small_share


def uncertainty(run: RunView) -> Html:
    """What a single run leaves open, with the table of the parameters."""
    known = parameters(run)
    drawn = [row for row in known if row["is_range"]]
    count = len(known)
    words = [_single(run)]
    noise = _noise(run)
    items = [
        "Run noise: another seed would give slightly different counts." + noise,
        f"Input uncertainty: {len(drawn)} of {count} parameters are ranges, and the truth may lie "
        "anywhere in them, or outside. What those do that decide who is called, only further runs "
        "show."
        if drawn
        else f"Input uncertainty: none of the {count} parameters is given a range, so nothing here "
        "says how far they may be off.",
    ]
    listed = "".join(f"<li>{esc(item)}</li>" for item in items)
    out = "".join(map(paragraph, words)) + f"<ul>{listed}</ul>"
    if drawn:
        out += table(
            ("Parameter", "Low (5 %)", "Central (50 %)", "High (95 %)", "Shape", "Source", "Grade"),
            [_parameter(row) for row in drawn],
            caption="Parameters that are ranges, with their sources",
            kind="words",
        )
    fixed = [row for row in known if not row["is_range"]]
    if fixed:
        out += details(
            f"The {len(fixed)} parameters that are single values",
            table(
                ("Parameter", "Value", "Source", "Grade"),
                [
                    (
                        str(row["path"]),
                        quantity(float(row["central"]), str(row["unit"])),
                        _source(row["source"]),
                        str(row["grade"] or MISSING),
                    )
                    for row in fixed
                ],
                caption="Parameters without a range",
                kind="words",
            ),
        )
    return out


def _single(run: RunView) -> str:
    """What was run, and what the intervals of the first screen are over."""
    inputs = run.of("reading_inputs", run.base)
    drawn = int(inputs["drawn"].sum())
    if not drawn:
        return (
            "This is a single run at the central value of every parameter. No figure on this page "
            "is an interval. Two kinds of uncertainty must be kept apart:"
        )
    return (
        "This is a single run at the central value of every parameter. Intervals on the first "
        f"screen are over {drawn} of its {len(inputs['drawn'])} uncertain inputs: those that no "
        "call hangs on. Two kinds of uncertainty must be kept apart:"
    )


def _parameter(row: dict[str, object]) -> tuple[str, ...]:
    unit = str(row["unit"])
    low, central, high = (quantity(float(str(row[k])), unit) for k in ("low", "central", "high"))
    return (
        str(row["path"]),
        low,
        central,
        high,
        str(row["shape"] or MISSING),
        _source(row["source"]),
        str(row["grade"] or MISSING),
    )


def _source(source: object) -> str:
    return str(source) if isinstance(source, str) and source else "not said"


def _noise(run: RunView) -> str:
    """Rough size of run noise, from the lines reached taken as independent."""
    reached = run.metric(run.base, "lines_reached")
    lines = run.metric(run.base, "lines_on_list")
    if not reached or not lines:
        return ""
    relative = math.sqrt(max(1 - reached / lines, 0) / reached)
    return (
        f" As a rough guide, lines taken as independent, its standard deviation for lines reached "
        f"by {run.base} is {small_share(relative)} of their number."
    )
