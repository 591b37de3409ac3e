"""The part of the page on every campaign of the casebook, and on the three that teach most."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from analysis.validation.casebook import MILLION, Case, Casebook, Reports
from analysis.validation.level import (
    Count,
    Level,
    complaints,
)
from analysis.validation.words import (
    band,
    figures,
    known,
    per_cent,
    points,
    prose,
    share,
    table,
)

_POINTS = np.array([0.05, 0.5, 0.95])


def all_campaigns(book: Casebook, shared: Level) -> list[str]:
    """Every campaign held against one level, and what the misses teach."""
    rows = [row for case in book.cases for row in _rows(case, shared)]
    outside = [
        f"{case.name} ({known(report)})"
        for case in book.cases
        if case.calls is not None
        for report in case.reports
        if not report.holds(*complaints(shared, case.calls).band(0.9))
    ]
    return [
        "## Every campaign of the casebook",
        prose(
            f"One level for all: median {figures(shared.centre)} per million dials, as in the "
            f"scenario, with the t law fitted to all nine ({shared.degrees} degrees of freedom, "
            f"scale {shared.scale:.2f}). The number of complaints goes by dials alone. Campaigns "
            "that the level was fitted to are marked; for them the section before this is the "
            "fair test."
        ),
        table(
            (
                "campaign",
                "span",
                "calls:",
                "known:",
                "predicted:",
                "5–95 %:",
                "rank:",
                "verdict",
                "sources",
            ),
            rows,
        ),
        prose(
            "Where a limit is known, the rank is the chance of fewer than it. "
            f"Outside their band: {', '.join(outside) if outside else 'none'}."
        ),
        points(*(f"{case.name}: {case.note}." for case in book.cases if case.note)),
        *_guelph(book, shared),
        *_dials_or_connections(book),
        *_zemmour(book, shared),
    ]


def _rows(case: Case, shared: Level) -> Iterable[tuple[str, ...]]:
    """One row a number known, or one row where none is."""
    name = f"{case.name} (fitted)" if case.fit else f"{case.name}, {case.country}"
    calls = "not found" if case.calls is None else f"{case.calls:,}"
    law = None if case.calls is None else complaints(shared, case.calls)
    predicted = ("–", "–") if law is None else (f"{law.quantile(0.5):,}", band(law.band(0.9)))
    missing = f"not comparable; missing: {', '.join(case.missing)}" if case.missing else ""
    tags = " ".join(case.sources)
    if not case.reports:
        yield name, case.span, calls, "–", *predicted, "–", missing, tags
    for report in case.reports:
        words = known(report) + (f" {report.when}" if report.when else "")
        rank, verdict = ("–", missing) if law is None else _held(report, law)
        yield name, case.span, calls, words, *predicted, rank, verdict, tags


def _held(report: Reports, law: Count) -> tuple[str, str]:
    """Rank and verdict of a number known."""
    exact = report.means == "exactly"
    rank = law.rank(report.count) if exact else law.below(report.count)
    inside = report.holds(*law.band(0.9))
    verdict = ("inside" if exact else "can be inside") if inside else "**outside**"
    return share(rank), verdict


def _guelph(book: Casebook, shared: Level) -> list[str]:
    case = next(case for case in book.cases if case.name.startswith("Guelph"))
    assert case.calls is not None
    law = complaints(shared, case.calls)
    before, after = case.reports
    return [
        "### Why Guelph is missed",
        prose(
            f"{before.count} complaints about {case.calls:,} calls are "
            f"{before.count / case.calls * MILLION:,.0f} per million, and {after.count} are "
            f"{after.count / case.calls * MILLION:,.0f}: far above anything in the nine. The law "
            f"gives a chance of {per_cent(1 - law.below(before.count), 1)} to {before.count} or "
            f"more, and of {per_cent(1 - law.below(after.count), 1)} to {after.count}. It is "
            "another kind of event. The calls sent voters to a false polling place: people "
            "complained of a fraud on their vote, not of being disturbed. The bulk of the "
            "complaints came nine months on, when the press reported. Nothing in the model says "
            "how true a message is. It must not be used for such a campaign."
        ),
    ]


def _dials_or_connections(book: Casebook) -> list[str]:
    both = [case for case in book.fitted if case.calls and case.connected]
    rows, ratios = [], []
    for case in both:
        assert case.calls is not None
        assert case.connected is not None
        of_connected = case.reports[0].count / case.connected * MILLION
        ratios.append((case.per_million, of_connected))
        rows.append(
            (
                case.name,
                f"{case.calls:,}",
                f"{case.connected:,}",
                per_cent(case.connected / case.calls, 1),
                f"{case.per_million:.1f}",
                f"{of_connected:,.1f}",
            )
        )
    (dials_a, connected_a), (dials_b, connected_b) = ratios
    first, second = both
    assert second.connected is not None
    expected = connected_a * second.connected / MILLION
    return [
        "### Dials or connections",
        prose("Two of the nine have both numbers:"),
        table(
            (
                "campaign",
                "dials:",
                "connected:",
                "share:",
                "complaints per million dials:",
                "per million connected:",
            ),
            rows,
        ),
        prose(
            f"Per dial they differ by a factor of {dials_b / dials_a:.1f}, per connection by "
            f"{connected_b / connected_a:.0f}. By {first.name}'s rate per connection "
            f"{second.name} would have drawn {expected:.0f} complaints; it drew "
            f"{second.reports[0].count}. Either many complained of calls that rang and were not "
            "connected, or 59,500 counts something else. So the level goes by dials, which nine "
            "campaigns have. The engine logs both, and gives calls that nobody answered a small "
            f"chance (`effects.unanswered`); it would not reproduce {second.name}'s complaints "
            "from its connections."
        ),
    ]


def _zemmour(book: Casebook, shared: Level) -> list[str]:
    case = next(case for case in book.cases if case.name.startswith("Zemmour"))
    low, median, high = (float(q) for q in shared.quantile(_POINTS))
    sizes = [
        f"{report.count:,} would be the median of {report.count / median:,.0f} million dials, and "
        f"in the band of anything from {report.count / high:,.1f} to {report.count / low:,.0f} "
        "million"
        for report in case.reports
    ]
    return [
        "### The other way round: 2022",
        prose(
            f"The calls of 2022 are not published. By the shared level, {'; '.join(sizes)}. That "
            "says how little a number of complaints tells of a campaign's size."
        ),
    ]
