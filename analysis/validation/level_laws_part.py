"""The part of the page that holds today's law of the level against two others."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from analysis.validation.level_laws import CALLS_2017, PLACES, Laws, automated, slope, student
from analysis.validation.levels import campaigns, nations
from analysis.validation.words import figures, points, prose, table

AIM = 100
"""Factor that a 90 % band for a named country and year was to have at most."""
NINETY = 2 * 1.6448536269514722
"""Width of the middle 90 % of a normal law, in standard deviations."""
NAMED = "automated, United Kingdom, before 2020"
LIKE_2017 = "automated and political, France, before 2020"


def other_laws(found: Laws) -> list[str]:
    """Log scores, coverage and bands of the three laws, and which is taken."""
    cases = automated()
    n = len(cases)
    rise = math.log(slope(cases, 2_000_000).quantile(0.5) / slope(cases, 1_000_000).quantile(0.5))
    return [
        "## Other laws of the level",
        prose(
            f"Since the nine were collected, {len(campaigns()) - 9} more campaigns were found of "
            f"which calls and complaints are both known ({n - 9} of them automated), and "
            f"{len(nations())} national ratios that no fine selected "
            "(`analysis/validation/levels.csv`, `national.csv`). Three laws are held against each "
            f"other on the {n} automated campaigns, each left out once:"
        ),
        points(
            "**t law**: today's, whatever is known of a campaign.",
            f"**slope on calls**: a straight line of the logarithm over that of calls, here at "
            f"{CALLS_2017 / 1e6:.0f} million; its slope is {rise / math.log(2):.2f}.".replace(
                "-", "−"
            ),
            "**hierarchical**: all campaigns and the national ratios together; live calls, texts "
            "and political ones shifted; what was counted (dials, connections, registered numbers) "
            "a factor; country and era partly pooled; “more than” a bound "
            "(`analysis/validation/hierarchical.py`).",
        ),
        table(
            (
                "law",
                "log score:",
                "beside the t law:",
                "can be in 5–95 %",
                f"per million: {NAMED}",
                f"{LIKE_2017}",
            ),
            _rows(found),
        ),
        points(*_remarks(found)),
    ]


def _rows(found: Laws) -> list[tuple[str, ...]]:
    """A row a law."""
    today, n = found.laws["t law"], len(automated())
    rows: list[tuple[str, ...]] = []
    for name, law in found.laws.items():
        apart = np.array([law.scores[each] - today.scores[each] for each in today.scores])
        error = float(apart.std(ddof=1)) * math.sqrt(n)
        rows.append(
            (
                name,
                f"{law.total:.1f}".replace("-", "−"),
                "" if law is today else f"{apart.sum():+.1f} ± {error:.1f}".replace("-", "−"),
                f"{law.inside} of {n}",
                *(_band(law.bands[place]) for place in (NAMED, LIKE_2017)),
            )
        )
    return rows


def _remarks(found: Laws) -> list[str]:
    """What the table says, and what it does not."""
    today, cases = found.laws["t law"], automated()
    n = len(cases)
    least, most = (int(stats.binom.ppf(share, n, 0.9)) for share in (0.025, 0.975))
    low, high = spread_known()
    better = [
        name
        for name, law in found.laws.items()
        if law is not today and law.total - today.total > 2 * _error(found, name)
    ]
    return [
        f"**{'Nothing scores better' if not better else several(better) + ' scores better'}.** "
        "A law counts as better where its sum of log scores is larger by more than two "
        f"standard errors of the difference. {'So the t law stays.' if not better else ''} Of "
        f"{n} campaigns {least}–{most} are to be expected in a band of 90 %, in 95 of 100 "
        "such sets.",
        "**The slope is not used.** A true slope of 0 shows as −0.30 to −0.35 where only "
        "campaigns with 20–40 complaints or more are fined, so it must not carry a level to "
        "campaigns of other sizes.",
        f"**Selection is not identified.** With the number of complaints from which a campaign "
        "is fined left free, the hierarchical law moves from "
        f"{_band(found.laws['hierarchical'].bands[LIKE_2017])} to "
        f"{_band(found.selected[LIKE_2017])} for a campaign like that of 2017, and one of "
        f"the points of its spreads carries all the weight ({found.effective_selected:.1f}; "
        f"without selection {found.effective:.0f} do): these campaigns cannot tell a low "
        "level that is selected from a higher one that is not.",
        f"**The aim is {_met(found)}.** A band of 90 % for an automated campaign of a named "
        f"country and year was to span a factor of {AIM} at most. The hierarchical law has "
        + ", ".join(f"{_factor(found, place):,.0f} ({place})" for place in PLACES)
        + f"; the t law has {_today(today.bands[NAMED]):,.0f} everywhere on these {n}, and "
        f"{_today(_nine()):,.0f} on the nine that scenarios have.",
        f"**Why.** The logarithms of the {n} have a standard deviation of {spread():.2f} among "
        f"themselves, known to {low:.1f}–{high:.1f}. Were their middle and this spread known "
        f"without error, a band of 90 % would still span a factor of {alone():,.0f}; for {AIM} the "
        f"deviation would have to be {math.log(AIM) / NINETY:.2f} at most. More campaigns of the "
        "same kind may show that they are more alike than these, and cannot be counted on to: what "
        "sets campaigns apart must be known (whom they had called before, what they said, how "
        "complaints were traced), and no row has it.",
        "**That the level is likely too high is not supported.** It was said because "
        "fined campaigns are those that many complain of. They are so by volume: per call "
        "national ratios, which no fine selected, are "
        f"{figures(_national(0))}–{figures(_national(1))} per million automated calls, and the "
        f"median of the {n} is {figures(student(cases).quantile(0.5))}.",
    ]


def spread() -> float:
    """Standard deviation of the logarithms of the automated campaigns' levels."""
    return float(np.log([case.per_million for case in automated()]).std(ddof=1))


def spread_known() -> tuple[float, float]:
    """Interval of 95 % of that deviation, were they normal."""
    free = len(automated()) - 1
    low, high = (spread() * math.sqrt(free / stats.chi2.ppf(at, free)) for at in (0.975, 0.025))
    return low, high


def alone() -> float:
    """Factor of a 90 % band if a normal law's middle and spread were known without error."""
    return math.exp(NINETY * spread())


def _error(found: Laws, name: str) -> float:
    """Standard error of the sum of differences to the t law."""
    today = found.laws["t law"].scores
    apart = np.array([found.laws[name].scores[each] - today[each] for each in today])
    return float(apart.std(ddof=1)) * math.sqrt(len(apart))


def several(names: list[str]) -> str:
    """Names in a sentence."""
    return " and ".join(names)


def _band(ends: tuple[float, float, float]) -> str:
    low, middle, high = ends
    return f"{figures(middle)} [{figures(low)}–{figures(high)}]"


def _today(ends: tuple[float, float, float]) -> float:
    return ends[2] / ends[0]


def _nine() -> tuple[float, float, float]:
    law = student([case for case in automated() if case.source == "casebook.yaml"])
    return law.quantile(0.05), law.quantile(0.5), law.quantile(0.95)


def _factor(found: Laws, place: str) -> float:
    return _today(found.laws["hierarchical"].bands[place])


def _met(found: Laws) -> str:
    return "met" if _factor(found, NAMED) <= AIM else "not met"


def _national(which: int) -> float:
    ratios = sorted(each.per_million for each in nations() if each.kind == "automated")
    return ratios[-which]
