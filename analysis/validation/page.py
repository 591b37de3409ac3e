"""The page ``docs/validation.md``: prose and tables from the casebook, one part from the engine.

What needs no run is in :func:`page`; what needs one stands between markers and comes from
:func:`engine_part`, so that the rest can be checked in a moment.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Sequence

import numpy as np
from scipy import stats

from analysis.validation.campaign import DELAYS, Figures, given_back, moments, predict
from analysis.validation.casebook import MILLION, Case, Casebook, Reports
from analysis.validation.level import (
    BOUND,
    Count,
    LeftOut,
    Level,
    complaints,
    fit,
    leave_one_out,
    uniformity,
)
from sim.document.quantity import FactorRange
from sim.scenario.scenario import Scenario

BEGIN = "<!-- engine: begin; made by python -m analysis.validation docs/validation.md -->"
END = "<!-- engine: end -->"
STRATEGY = "as-run"
"""The strategy that is the campaign as it was run."""

_WIDTH = 104
_TIED = "\u00a0"
"""Stands for a space at which no line may end."""
_POINTS = np.array([0.05, 0.5, 0.95])


def page(book: Casebook, scenario: Scenario, engine: str) -> str:
    """The whole page.

    Parameters
    ----------
    book
        The casebook.
    scenario
        ``france-2017``: its world is the one set of parameters.
    engine
        The part that needs a run, from :func:`engine_part` or :func:`engine_part_of`.
    """
    whole = fit([case.per_million for case in book.fitted])
    left_out = leave_one_out(book.fitted)
    shared = whole.centred(_per_million(scenario).central)
    parts = [
        *_opening(left_out, whole),
        *_level(book, whole, _per_million(scenario), scenario),
        *_left_out(left_out),
        *_all_campaigns(book, shared),
        "## Macron 2017 by the engine",
        f"{BEGIN}\n{engine}\n{END}",
    ]
    return "\n\n".join(parts) + "\n"


def engine_part_of(text: str) -> str:
    """What stands between the markers of a page.

    Raises
    ------
    ValueError
        If the markers are not there.
    """
    _, begin, rest = text.partition(f"{BEGIN}\n")
    part, end, _ = rest.partition(f"\n{END}")
    if not begin or not end:
        raise ValueError(f"the page has no part between {BEGIN} and {END}")
    return part


# ── Prose and tables ─────────────────────────────────────────────────────────────────────────────


def _prose(text: str) -> str:
    """A paragraph, or a point of a list, wrapped."""
    indent = "  " if text.startswith("* ") else ""
    return textwrap.fill(
        " ".join(text.split()).replace(" %", _TIED + "%"),
        _WIDTH,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    ).replace(_TIED, " ")


def _points(*texts: str) -> str:
    return "\n".join(_prose(f"* {text}") for text in texts)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; columns whose heading ends with ``:`` are numbers, to the right."""
    rule = ["---:" if name.endswith(":") else "---" for name in head]
    lines = [[name.removesuffix(":") for name in head], rule, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _figures(value: float) -> str:
    """A number with two or three figures: 0.6, 16.9, 438."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}" if value >= 10 else f"{value:.2g}"


def _per_cent(share: float, digits: int = 0) -> str:
    return f"{100 * share:.{digits}f} %"


def _share(value: float) -> str:
    """A chance of 0–1 with two decimals, or three near the ends."""
    return f"{value:.2f}" if 0.01 <= value < 0.995 else f"{value:.3f}"


def _band(band: tuple[int, int]) -> str:
    return f"{band[0]:,}–{band[1]:,}"


def _per_million(scenario: Scenario) -> FactorRange:
    if scenario.world.complaints is None:
        raise ValueError(f"{scenario.name}: the world has no complaints")
    return scenario.world.complaints.per_million


# ── What needs no run ────────────────────────────────────────────────────────────────────────────


def _opening(left_out: list[LeftOut], whole: Level) -> list[str]:
    ends = whole.quantile(np.array([0.05, 0.95, 0.25, 0.75]))
    wide, half_wide = float(ends[1] / ends[0]), float(ends[3] / ends[2])
    inside = sum(found.inside(found.band90) for found in left_out)
    half = sum(found.inside(found.band50) for found in left_out)
    return [
        "# Validation: complaints",
        "<!-- Made by `python -m analysis.validation docs/validation.md`, which `make verify` "
        "runs. Do not edit. -->",
        _prose(
            "How many complaints a campaign draws is the least certain number in the model. Its "
            "level comes from nine fined campaigns of the United Kingdom, whose calls and "
            "complaints are both known. This page predicts each of them from the other eight, "
            "then every campaign of the casebook from one set of parameters, that of "
            "`scenarios/france-2017.yaml`. Nothing is tuned per case."
        ),
        _prose(
            f"In short: {inside} of {len(left_out)} campaigns lie in their 5–95 % bands and "
            f"{half} in their 25–75 % bands. That is because the bands are wide: for a further "
            f"campaign 5–95 % spans a factor of {wide:.0f}, and 25–75 % one of {half_wide:.0f}. "
            "The model can compare strategies in one world. It cannot say to within a factor of "
            "ten how many complaints a campaign will draw."
        ),
        "## What speaks against it",
        _points(
            "**They were selected for being fined.** A campaign that nobody complained of was not "
            "investigated. So the level is likely too high for a campaign at large.",
            "**They were commercial, and British.** No political campaign is among them, and of "
            "none are both numbers published, save Guelph, which is another kind of event. Years "
            "run from 2014 to 2023.",
            "**Calls are mostly what callers or their carriers told the authority.** In the case "
            "of Falcon & Pointer the figure is another regulator's count, and rounded.",
            "**Complaints went to several bodies, which count differently.** In France reports and "
            "requests are counted together. “More than 1,100” is taken as 1,100.",
            "**Nine are few.** The spread itself has a standard error of a quarter, which the t "
            "law below includes.",
        ),
    ]


def _level(book: Casebook, whole: Level, range_: FactorRange, scenario: Scenario) -> list[str]:
    smaller = whole.sd * ((whole.n - 1) / whole.n) ** 0.5
    low, high = (float(q) for q in (whole.quantile(0.05), whole.quantile(0.95)))
    plain = [whole.centre * math.exp(z * whole.sd) for z in stats.norm.ppf((0.05, 0.95))]
    back = given_back(scenario, book.typical)
    low_range, high_range = (
        "–" if value is None else _figures(value) for value in (range_.low, range_.high)
    )
    return [
        "## The level",
        _table(
            ("campaign", "calls:", "complaints:", "per million:", "sources"),
            [
                (
                    case.name,
                    f"{case.calls:,}",
                    _known(case.reports[0]),
                    f"{case.per_million:.2f}",
                    " ".join(case.sources),
                )
                for case in book.fitted
            ],
        ),
        _prose(
            f"The logarithms of complaints per million dials have a mean of "
            f"{math.log(whole.centre):.2f}, so the median is {whole.centre:.1f} per million. Their "
            f"standard deviation is {whole.sd:.2f} with n − 1 = {whole.n - 1} in the denominator; "
            f"the maximum-likelihood value, with n, is {smaller:.2f}. The model uses the former."
        ),
        _prose(
            "Mean and deviation are estimates from nine numbers. The law of a further campaign's "
            f"logarithm is therefore not normal but Student's t with {whole.degrees} degrees of "
            f"freedom and scale {whole.sd:.2f} · √(1 + 1/{whole.n}) = {whole.scale:.2f}: 5–95 % "
            f"is {_figures(low)}–{_figures(high)} per million. Taking the estimates for the truth "
            f"would give {_figures(plain[0])}–{_figures(plain[1])}; the scenario has "
            f"{low_range}–{high_range} around {_figures(range_.central)}."
        ),
        _prose(
            "A scenario turns this level into the chance that a reference call is complained of, "
            "by what a dial of these campaigns was like (`casebook_effect`). Put back through "
            "the laws of the model, with the mix of dials assumed in `casebook.yaml`, its "
            f"{_figures(range_.central)} per million return as {_figures(back)} reports to the "
            "regulator per million dials."
        ),
    ]


def _known(reports: Reports) -> str:
    words = {"exactly": "", "more than": "> ", "fewer than": "< ", "at most": "≤ "}
    return f"{words[reports.means]}{reports.count:,}"


def _left_out(left_out: list[LeftOut]) -> list[str]:
    ranks = [found.rank for found in left_out]
    distance, p_value = uniformity(ranks)
    n = len(left_out)
    inside90 = sum(found.inside(found.band90) for found in left_out)
    inside50 = sum(found.inside(found.band50) for found in left_out)
    verdict = "below" if distance < BOUND else "**above**"
    return [
        "## Eight predict the ninth",
        _prose(
            "The level is fitted to eight campaigns. The ninth's logarithm then has Student's t "
            "law with 7 degrees of freedom, around their mean, with their standard deviation "
            "times √(1 + 1/8); the number of complaints is Poisson, given level and calls. The "
            "rank is the chance of fewer complaints than there were, plus half that of exactly "
            "as many: a right law gives ranks spread evenly over 0–1."
        ),
        _table(
            ("left out", "known:", "median:", "25–75 %:", "5–95 %:", "rank:", "verdict"),
            [
                (
                    found.case.name,
                    _known(found.case.reports[0]),
                    f"{found.median:,}",
                    _band(found.band50),
                    _band(found.band90),
                    f"{found.rank:.3f}",
                    "inside 25–75 %"
                    if found.inside(found.band50)
                    else "inside 5–95 %"
                    if found.inside(found.band90)
                    else "**outside**",
                )
                for found in left_out
            ],
        ),
        _points(
            f"**Coverage.** {inside90} of {n} lie in the 5–95 % band, where {0.9 * n:.1f} are to "
            f"be expected; {inside50} of {n} in the 25–75 % band, where {0.5 * n:.1f} are.",
            "**Evenness.** The nine ranks are "
            f"{', '.join(f'{rank:.2f}' for rank in sorted(ranks))}. Their Kolmogorov–Smirnov "
            f"distance from uniform is {distance:.2f}; for independent ranks that has p = "
            f"{p_value:.2f}. But these are not independent: a campaign that ranks high raises the "
            "level that the others are held against, which lowers theirs. So they balance, and "
            "the textbook's 5 % bound of 0.43 would almost never be passed. By simulation the 5 "
            f"% bound for such ranks is {BOUND}; the distance is {verdict} it.",
            "**What this cannot show.** Centre and spread are fitted, so no nine ranks could "
            "refute them; only the log-normal shape and the width of the bands are put to the "
            "test. And nine show little: levels in two tight clusters would be noticed about one "
            "time in two, evenly spread logarithms hardly ever. That the level of an unfined, "
            "political, French campaign is like these is not tested at all.",
        ),
    ]


def _all_campaigns(book: Casebook, shared: Level) -> list[str]:
    rows = [row for case in book.cases for row in _rows(case, shared)]
    outside = [
        f"{case.name} ({_known(report)})"
        for case in book.cases
        if case.calls is not None
        for report in case.reports
        if not report.holds(*complaints(shared, case.calls).band(0.9))
    ]
    return [
        "## Every campaign of the casebook",
        _prose(
            f"One level for all: median {_figures(shared.centre)} per million dials, as in the "
            f"scenario, with the t law fitted to all nine ({shared.degrees} degrees of freedom, "
            f"scale {shared.scale:.2f}). The number of complaints goes by dials alone. Campaigns "
            "that the level was fitted to are marked; for them the section before this is the "
            "fair test."
        ),
        _table(
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
        _prose(
            "Where a limit is known, the rank is the chance of fewer than it. "
            f"Outside their band: {', '.join(outside) if outside else 'none'}."
        ),
        _points(*(f"{case.name}: {case.note}." for case in book.cases if case.note)),
        *_guelph(book, shared),
        *_dials_or_connections(book),
        *_zemmour(book, shared),
    ]


def _rows(case: Case, shared: Level) -> Iterable[tuple[str, ...]]:
    """One row a number known, or one row where none is."""
    name = f"{case.name} (fitted)" if case.fit else f"{case.name}, {case.country}"
    calls = "not found" if case.calls is None else f"{case.calls:,}"
    law = None if case.calls is None else complaints(shared, case.calls)
    predicted = ("–", "–") if law is None else (f"{law.quantile(0.5):,}", _band(law.band(0.9)))
    missing = f"not comparable; missing: {', '.join(case.missing)}" if case.missing else ""
    tags = " ".join(case.sources)
    if not case.reports:
        yield name, case.span, calls, "–", *predicted, "–", missing, tags
    for report in case.reports:
        known = _known(report) + (f" {report.when}" if report.when else "")
        rank, verdict = ("–", missing) if law is None else _held(report, law)
        yield name, case.span, calls, known, *predicted, rank, verdict, tags


def _held(report: Reports, law: Count) -> tuple[str, str]:
    """Rank and verdict of a number known."""
    exact = report.means == "exactly"
    rank = law.rank(report.count) if exact else law.below(report.count)
    inside = report.holds(*law.band(0.9))
    verdict = ("inside" if exact else "can be inside") if inside else "**outside**"
    return _share(rank), verdict


def _guelph(book: Casebook, shared: Level) -> list[str]:
    case = next(case for case in book.cases if case.name.startswith("Guelph"))
    assert case.calls is not None
    law = complaints(shared, case.calls)
    before, after = case.reports
    return [
        "### Why Guelph is missed",
        _prose(
            f"{before.count} complaints about {case.calls:,} calls are "
            f"{before.count / case.calls * MILLION:,.0f} per million, and {after.count} are "
            f"{after.count / case.calls * MILLION:,.0f}: far above anything in the nine. The law "
            f"gives a chance of {_per_cent(1 - law.below(before.count), 1)} to {before.count} or "
            f"more, and of {_per_cent(1 - law.below(after.count), 1)} to {after.count}. It is "
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
                _per_cent(case.connected / case.calls, 1),
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
        _prose("Two of the nine have both numbers:"),
        _table(
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
        _prose(
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
        _prose(
            f"The calls of 2022 are not published. By the shared level, {'; '.join(sizes)}. That "
            "says how little a number of complaints tells of a campaign's size."
        ),
    ]


# ── What needs a run ─────────────────────────────────────────────────────────────────────────────


def engine_part(scenario: Scenario, found: Figures, whole: Level) -> str:
    """What the engine's run of the campaign gives, and the predictions made from it.

    Parameters
    ----------
    scenario
        The scenario that was run.
    found
        From :func:`analysis.validation.campaign.run`.
    whole
        The level fitted to all nine.
    """
    hours = moments(scenario, STRATEGY)
    shared = whole.centred(_per_million(scenario).central)
    predicted = predict(scenario, found, shared, hours)
    names = ("by the end of day three", "by the end of day four", f"within {hours[2] // 24} days")
    at_centre, rows = [], []
    for delay, by_moment in predicted.items():
        shares = [row.central.mean / by_moment[-1].central.mean for row in by_moment]
        at_centre.append(
            (
                f"{delay} (× {_times(DELAYS[delay])})",
                *(f"{row.central.mean:.1f} ± {row.central.variance**0.5:.1f}" for row in by_moment),
                *(_per_cent(share) for share in shares[:2]),
            )
        )
        for name, row in zip(names, by_moment, strict=True):
            rows.append(
                (
                    delay,
                    name,
                    f"{row.law.quantile(0.5):,}",
                    _band(row.law.band(0.5)),
                    _band(row.law.band(0.9)),
                )
            )
    moved = [
        fast.central.mean / slow.central.mean
        for fast, slow in zip(predicted["fast"], predicted["slow"], strict=True)
    ]
    central = predicted["central"]
    four, sixty = central[1].law, central[2].law
    parts = [
        _prose(
            f"One run of `{scenario.name}`, strategy `{STRATEGY}`, at full size placed "
            f"{found.calls:,} calls. At the central level {found.weight:.0f} complaints about "
            "calls are to be expected, in all channels. What becomes of them follows from the "
            "model's laws: the hour of each call, the delay to the complaint, the channel, and "
            "contagion among the lines called so far (`analysis/validation/clusters.py`). "
            "Complaints are in proportion to the level, so the predictive law of the level gives "
            "that of the reports."
        ),
        _prose(
            "**At the central level**: reports to the regulator, mean and standard deviation, "
            f"and the share of the {hours[2] // 24} days' reports that is in early. No figure was "
            "found for the delay from call to complaint, so the scenario's law is assumed; fast "
            "and slow are the same law with all delays divided or multiplied by three."
        ),
        _table(
            ("delay", *(f"{name}:" for name in names), "share by day three:", "by day four:"),
            at_centre,
        ),
        _prose(
            f"The run itself, which is one draw, had {found.reported[0]} reports by the end of day "
            f"three, {found.reported[1]} by that of day four and {found.reported[2]} in all."
        ),
        _prose("**With the level as uncertain as it is**:"),
        _table(("delay", "reports", "median:", "25–75 %:", "5–95 %:"), rows),
        _prose("Beside what is known (F2, F10, F11):"),
        _table(
            ("known", *(f"chance, {delay} delay:" for delay in predicted)),
            [
                (
                    "fewer than 10 by day three",
                    *(_share(by[0].law.below(10)) for by in predicted.values()),
                ),
                (
                    f"at most 549 within {hours[2] // 24} days: a ceiling, for it counts all of "
                    "2017",
                    *(_share(by[2].law.at_most(549)) for by in predicted.values()),
                ),
            ],
        ),
        _points(
            "The median should lie in 0–30 by day four, and in 30–600 in sixty days (assumed "
            f"bands, from the same facts). It is {four.quantile(0.5)} and {sixty.quantile(0.5)}: "
            f"{_bands_met(four.quantile(0.5), sixty.quantile(0.5))}.",
            f"From slow to fast, the delay moves the reports by day three by a factor of "
            f"{moved[0]:.1f}, and those within sixty days by {moved[2]:.1f}. Fewer than ten by day "
            "three agrees with a low level, or with slow complaints; the two cannot be told apart.",
            "Days end at midnight in the campaign's time zone. “Fewer than ten” was said during "
            "day three, and of reports already registered, so the chances above are a little too "
            "low.",
            "Only the level is uncertain here. The effects, the channels, contagion and "
            "`casebook_effect` are at their central values, and most of them are assumed: the true "
            "bands are wider.",
        ),
    ]
    return "\n\n".join(parts)


def _times(factor: float) -> str:
    return f"{factor:g}" if factor >= 1 else f"1/{1 / factor:g}"


def _bands_met(four: int, sixty: int) -> str:
    """Whether medians lie in the assumed bands, in words."""
    met = (four <= 30, 30 <= sixty <= 600)
    return {
        (True, True): "both do",
        (True, False): "**the second does not**",
        (False, True): "**the first does not**",
        (False, False): "**neither does**",
    }[met]
