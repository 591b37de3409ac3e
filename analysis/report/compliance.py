"""The page for the compliance officer: rules broken, how often, when, and what that may cost.

It can be read alone. Two figures of cost stand apart and are never added: *nominal*, what the text
of a penalty allows, and *observed practice*, what an authority imposed in the cases known.
"""

from __future__ import annotations

import calendar
import math
from itertools import pairwise
from typing import Any

import numpy as np

from analysis.report.law import warnings_html
from analysis.report.markup import Html, details, esc, paragraph, table
from analysis.view import RunView
from analysis.view.audit import (
    NOT_ADVICE,
    force_text,
    heard_inside,
    in_dates,
    regimes,
    rows,
    verdict,
)
from analysis.view.clock import place, written_in
from analysis.view.numbers import MISSING, NARROW, decimal, several

FEW = 4
"""Most territories that are named."""
FEW_DAYS = 2
"""Most days of the week that are named."""

Row = dict[str, Any]


def compliance_html(run: RunView) -> Html:
    """The page; empty where no regime was asked for."""
    parts = [_regime(run, regime) for regime in regimes(run)]
    if not parts:
        return ""
    intro = (
        "Each strategy was simulated and its call log held against these regimes by an auditor "
        "that knows nothing of what the strategy enforces. A call's time is its start. Counts of "
        "rules are never added: one call may break several, they differ in force, and the strict "
        "and the lenient reading of a disputed rule count the same calls. Nominal sums and "
        "observed practice answer different questions and are never added either."
    )
    return paragraph(intro) + f"<p><strong>{esc(NOT_ADVICE)}</strong></p>" + "".join(parts)


def _regime(run: RunView, regime: str) -> Html:
    """One regime: warnings, strategies without a finding, and those that break rules."""
    clean: dict[str, list[str]] = {}
    broken = []
    for strategy in in_dates(run, regime):
        found = verdict(run, regime, strategy)
        if found.broken:
            law = any(force == "law" for force, _ in found.broken)
            broken.append(
                details(
                    f"{strategy}: {found.words()}",
                    _strategy(run, regime, strategy),
                    opened=law or strategy == run.base,
                )
            )
        else:
            clean.setdefault(found.words(), []).append(strategy)
    listed = ""
    for words, names in clean.items():
        said = f"{several(names, len(names))}: {words}."
        heard = [
            f"{name} {run.count(inside)}"
            for name in names
            if (inside := heard_inside(rows(run, regime, name)))
        ]
        if heard:
            said += f" {_LEFT_OPEN}: {several(heard, len(heard))}."
        listed += f"<li>{esc(said)}</li>"
    clean_list = f"<ul>{listed}</ul>" if listed else ""
    return f"<h3>{esc(regime)}</h3>{warnings_html(run, regime)}{clean_list}{''.join(broken)}"


_LEFT_OPEN = (
    "Messages left before the silence and heard inside it, which the law leaves open and no rule "
    "counts"
)


def _strategy(run: RunView, regime: str, strategy: str) -> Html:
    """What a strategy broke under a regime, and what that may cost."""
    found = rows(run, regime, strategy)
    cells = [_rule(run, row) for row in found if row["violations"] > 0]
    out = table(
        (
            "Rule",
            "Force",
            "Violations (calls)",
            f"First ({place(run.timezone)} time)",
            f"Last ({place(run.timezone)} time)",
            "Local hours of the calls",
            "Territories",
        ),
        cells,
        caption=f"Rules of {regime} that {strategy} breaks{_days(run, strategy)}",
        kind="words",
    )
    inside = heard_inside(found)
    if inside:
        out += paragraph(f"{_LEFT_OPEN}: {run.count(inside)}.")
    past = sum(_known(row.get("overruns")) or 0.0 for row in found)
    if past:
        out += paragraph(f"Calls begun rightly that ran past an edge: {run.count(past)}.")
    missing = [f"{row['title']} ({row['reason']})" for row in found if _not_assessed(row)]
    if missing:
        out += paragraph(f"Not assessed: {'; '.join(missing)}.")
    later = [
        f"{row['title']} ({row['reason']})" for row in found if row["status"] == "not_in_force"
    ]
    if later:
        out += paragraph(f"Not in force on these days: {'; '.join(later)}.")
    return out + _exposure(run, regime, strategy)


def _not_assessed(row: Row) -> bool:
    return bool(row["status"] == "not_assessable")


def _days(run: RunView, strategy: str) -> str:
    """First and last call of a strategy, with their year, in brackets."""
    territories = run.of("territories", strategy)
    moments = [territories[name] for name in ("first_call_utc", "last_call_utc")]
    known = [values[~np.isnat(values)] for values in moments]
    if not all(map(len, known)):
        return ""
    first, last = known[0].min(), known[1].max()
    begin, end = (written_in(moment, run.timezone) for moment in (first, last))
    return f" (calls from {begin} to {end} {last.astype('datetime64[Y]')})"


def _rule(run: RunView, row: Row) -> list[str]:
    """One broken rule: how often, first and last, where and at what local hours."""
    rule = f"{row['title']} ({row['rule']})"
    if row["counts"] == "campaign":
        return [rule, force_text(row), "the campaign, once", *[MISSING] * 4]
    where = run.of("violations", row["strategy"])
    mine = (where["regime"] == row["regime"]) & (where["rule"] == row["rule"])
    places = dict.fromkeys(map(str, where["territory"][mine]))
    return [
        rule,
        force_text(row),
        run.count(float(row["violations"])),
        _moment(run, row.get("first_utc")),
        _moment(run, row.get("last_utc")),
        local_hours(where["weekday"][mine], where["hour"][mine]),
        f"{len(places)} territories" if len(places) > FEW else ", ".join(places) or MISSING,
    ]


def _moment(run: RunView, moment: Any) -> str:
    return MISSING if moment is None else written_in(np.datetime64(moment, "ms"), run.timezone)


def local_hours(weekday: np.ndarray, hour: np.ndarray) -> str:
    """Hours of the local clock in spans, with their days where these are few: Sat 00–14 h.

    Parameters
    ----------
    weekday
        (n,) Monday 0.
    hour
        (n,) 0 to 23.
    """
    hours = sorted({int(h) for h in hour})
    if not hours:
        return MISSING
    starts = [hours[0], *(b for a, b in pairwise(hours) if b > a + 1)]
    ends = [*(a for a, b in pairwise(hours) if b > a + 1), hours[-1]]
    spans = ", ".join(f"{a:02d}–{b + 1:02d}" for a, b in zip(starts, ends, strict=True))
    days = sorted({int(d) for d in weekday})
    named = " and ".join(calendar.day_abbr[d] for d in days) + " " if len(days) <= FEW_DAYS else ""
    return f"{named}{spans} h"


# ── Exposure ─────────────────────────────────────────────────────────────────────────────────────


def exposure_rows(run: RunView, regime: str, strategy: str) -> list[Row]:
    """The figures of what violations may cost, nominal ones first."""
    found = run.of("exposure", strategy)
    mine = np.flatnonzero(found["regime"] == regime)
    return [{name: values[i] for name, values in found.items()} for i in mine]


def nominal_amount(run: RunView, row: Row) -> float:
    """A nominal sum at full size: what is counted grows with the campaign, the cap does not."""
    amount = float(row["amount"])
    if row["per"] == "campaign":
        return amount
    full = float(row["each"]) * float(run.full(row["count"]))
    cap = _known(row["cap"])
    return full if cap is None else min(full, cap)


def _exposure(run: RunView, regime: str, strategy: str) -> Html:
    figures = exposure_rows(run, regime, strategy)
    nominal = [row for row in figures if row["basis"] == "nominal"]
    observed = [row for row in figures if row["basis"] == "observed"]
    if not nominal:
        return paragraph(f"No penalty of {regime} is for the rules broken.")
    out = "<h4>Nominal exposure: what the text allows</h4>" + table(
        ("Penalty", "For rules of", "Counted", "Sum, no two to be added", "What to know"),
        [_nominal(run, row) for row in nominal],
        caption=f"Nominal exposure of {strategy} under {regime}; {_ADVICE}",
        kind="words",
    )
    listed = "".join(f"<li>{esc(row['title'])}: {esc(observed_text(row))}</li>" for row in observed)
    return (
        f"{out}<h4>Observed practice: what an authority imposed in the cases known, whatever the "
        f"count</h4><ul>{listed}</ul>"
        + paragraph(f"None observed is not none to be feared. This is {_ADVICE}.", "small")
    )


_ADVICE = "modelling, not legal advice"


def _nominal(run: RunView, row: Row) -> list[str]:
    force = str(row["force"])
    if row["readings"] in ("strict", "lenient"):
        force += f", {row['readings']} reading"
    money = row["currency"]
    mark = "" if row["per"] == "campaign" else run.approx
    counted = (
        "the campaign, once"
        if row["per"] == "campaign"
        else f"{run.count(float(row['count']))} {row['per']}s at {decimal(float(row['each']))} "
        f"{money} each"
    )
    cap = _known(row["cap"])
    total = f"{mark}{decimal(nominal_amount(run, row))}{NARROW}{money}"
    total += f" (cap {decimal(cap)})" if cap is not None else " (no cap)"
    notes = [f"rules: {str(row['rules']).replace(',', ', ')}"]
    notes += [str(row["notes"])] if isinstance(row["notes"], str) and row["notes"] else []
    return [str(row["title"]), force, counted, total, "; ".join(notes)]


def observed_text(row: Row) -> str:
    """What was ever imposed, in words: the distribution with its number of cases."""
    cases = int(_known(row["cases"]) or 0)
    if not cases:
        return "none observed, n = 0"
    low, median, high = (
        decimal(_known(row[f"amount_{name}"])) for name in ("low", "median", "high")
    )
    span = low if low == high else f"{low} to {high}, median {median}"
    return f"{span} {row['currency']}, n = {cases}"


def _known(value: Any) -> float | None:
    """A number that may be missing."""
    if value is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None
