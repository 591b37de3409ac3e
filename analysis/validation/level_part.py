"""The part of the page on the level of complaints: what it is, and eight that predict the ninth."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from analysis.validation.campaign import given_back
from analysis.validation.casebook import Casebook
from analysis.validation.level import (
    BOUND,
    LeftOut,
    Level,
    uniformity,
)
from analysis.validation.words import (
    band,
    figures,
    known,
    points,
    prose,
    table,
)
from sim.document.quantity import FactorRange
from sim.scenario.scenario import Scenario


def opening(left_out: list[LeftOut], whole: Level) -> list[str]:
    """The title, what the page shows in short, and what speaks against it."""
    ends = whole.quantile(np.array([0.05, 0.95, 0.25, 0.75]))
    wide, half_wide = float(ends[1] / ends[0]), float(ends[3] / ends[2])
    inside = sum(found.inside(found.band90) for found in left_out)
    half = sum(found.inside(found.band50) for found in left_out)
    return [
        "# Validation: complaints",
        "<!-- Made by `python -m analysis.validation docs/validation.md`, which `make verify` "
        "runs. Do not edit. -->",
        prose(
            "How many complaints a campaign draws is the least certain number in the model. Its "
            "level comes from nine fined campaigns of the United Kingdom, whose calls and "
            "complaints are both known. This page predicts each of them from the other eight, "
            "then every campaign of the casebook from one set of parameters, that of "
            "`scenarios/france-2017.yaml`. Nothing is tuned per case."
        ),
        prose(
            f"In short: {inside} of {len(left_out)} campaigns lie in their 5–95 % bands and "
            f"{half} in their 25–75 % bands. That is because the bands are wide: for a further "
            f"campaign 5–95 % spans a factor of {wide:.0f}, and 25–75 % one of {half_wide:.0f}. "
            "The model can compare strategies in one world. It cannot say to within a factor of "
            "ten how many complaints a campaign will draw."
        ),
        "## What speaks against it",
        points(
            "**They were selected for being fined.** A campaign that nobody complained of was not "
            "investigated. But they were picked for many complaints, which many calls bring too; "
            "per call they do not look high. Ratios that no fine selected are 148, 67 and 36 "
            "complaints per million automated calls in the United States of 2017, 2021 and 2022 "
            "(U8, U9, P19) and 79 per million recorded calls received in the United Kingdom (K13, "
            "K14), above the median of the nine. Their denominators differ, and complaints of a "
            "case are only those that could be traced to it.",
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


def level_found(book: Casebook, whole: Level, range_: FactorRange, scenario: Scenario) -> list[str]:
    """The level that the nine campaigns give, and the law of a further one."""
    smaller = whole.sd * ((whole.n - 1) / whole.n) ** 0.5
    low, high = (float(q) for q in (whole.quantile(0.05), whole.quantile(0.95)))
    plain = [whole.centre * math.exp(z * whole.sd) for z in stats.norm.ppf((0.05, 0.95))]
    back = given_back(scenario, book.typical)
    low_range, high_range = (
        "–" if value is None else figures(value) for value in (range_.low, range_.high)
    )
    return [
        "## The level",
        table(
            ("campaign", "calls:", "complaints:", "per million:", "sources"),
            [
                (
                    case.name,
                    f"{case.calls:,}",
                    known(case.reports[0]),
                    f"{case.per_million:.2f}",
                    " ".join(case.sources),
                )
                for case in book.fitted
            ],
        ),
        prose(
            f"The logarithms of complaints per million dials have a mean of "
            f"{math.log(whole.centre):.2f}, so the median is {whole.centre:.1f} per million. Their "
            f"standard deviation is {whole.sd:.2f} with n − 1 = {whole.n - 1} in the denominator; "
            f"the maximum-likelihood value, with n, is {smaller:.2f}. The model uses the former."
        ),
        prose(
            "Mean and deviation are estimates from nine numbers. The law of a further campaign's "
            f"logarithm is therefore not normal but Student's t with {whole.degrees} degrees of "
            f"freedom and scale {whole.sd:.2f} · √(1 + 1/{whole.n}) = {whole.scale:.2f}: 5–95 % "
            f"is {figures(low)}–{figures(high)} per million. Taking the estimates for the truth "
            f"would give {figures(plain[0])}–{figures(plain[1])}; scenarios that know no more have "
            f"{low_range}–{high_range} around {figures(range_.central)}."
        ),
        prose(
            "A scenario turns this level into the chance that a reference call is complained of, "
            "by what a dial of these campaigns was like (`casebook`). Put back through "
            "the laws of the model, with the mix of dials assumed in `casebook.yaml`, its "
            f"{figures(range_.central)} per million return as {figures(back)} reports to the "
            "regulator per million dials."
        ),
    ]


def left_out_one_by_one(left_out: list[LeftOut]) -> list[str]:
    """Each of the nine, predicted from the other eight; how even their ranks are."""
    ranks = [found.rank for found in left_out]
    distance, p_value = uniformity(ranks)
    n = len(left_out)
    inside90 = sum(found.inside(found.band90) for found in left_out)
    inside50 = sum(found.inside(found.band50) for found in left_out)
    verdict = "below" if distance < BOUND else "**above**"
    return [
        "## Eight predict the ninth",
        prose(
            "The level is fitted to eight campaigns. The ninth's logarithm then has Student's t "
            "law with 7 degrees of freedom, around their mean, with their standard deviation "
            "times √(1 + 1/8); the number of complaints is Poisson, given level and calls. The "
            "rank is the chance of fewer complaints than there were, plus half that of exactly "
            "as many: a right law gives ranks spread evenly over 0–1."
        ),
        table(
            ("left out", "known:", "median:", "25–75 %:", "5–95 %:", "rank:", "verdict"),
            [
                (
                    found.case.name,
                    known(found.case.reports[0]),
                    f"{found.median:,}",
                    band(found.band50),
                    band(found.band90),
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
        points(
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
