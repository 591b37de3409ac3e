"""The laws of the level that were tried: against closed forms, and what the page says of them."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from analysis.validation.casebook import casebook
from analysis.validation.hierarchical import Predictive, Where, fit
from analysis.validation.level_laws import Student, automated, compare, slope, stored, student
from analysis.validation.levels import Known, campaigns, nations

PAGE = Path(__file__).parents[3] / "docs" / "validation.md"


def test_the_nine_are_those_of_the_casebook() -> None:
    nine = [case for case in campaigns() if case.source == "casebook.yaml"]
    assert [(case.name, case.calls, case.complaints) for case in nine] == [
        (case.name, case.calls, case.reports[0].count) for case in casebook().fitted
    ]
    assert [case.more for case in nine] == [
        case.reports[0].means == "more than" for case in casebook().fitted
    ]


def test_the_t_law_and_the_line_by_scipy() -> None:
    cases = automated()
    x = np.log([case.calls for case in cases])
    y = np.log([case.per_million for case in cases])
    law = student(cases)
    assert math.log(law.quantile(0.5)) == pytest.approx(y.mean())
    assert law.degrees == len(cases) - 1
    line = stats.linregress(x, y)
    at = slope(cases, 6_000_000)
    assert math.log(at.quantile(0.5)) == pytest.approx(line.intercept + line.slope * math.log(6e6))
    # The standard error of a prediction, from those of slope and intercept.
    residual = y - line.intercept - line.slope * x
    s2 = float(residual @ residual) / (len(x) - 2)
    mean = line.intercept_stderr**2 + (math.log(6e6) * line.stderr) ** 2
    mean -= 2 * math.log(6e6) * x.mean() * line.stderr**2
    assert at.scale == pytest.approx(math.sqrt(s2 + mean), rel=1e-6)


def test_a_score_is_a_density_and_of_more_a_chance() -> None:
    case = replace(campaigns()[0], calls=1_000_000, complaints=20, more=False)
    law = Student(math.log(10), 2.0, 5)
    frozen = stats.t(5, loc=math.log(10), scale=2.0)
    assert law.score(case) == pytest.approx(frozen.logpdf(math.log(20)))
    assert law.score(replace(case, more=True)) == pytest.approx(frozen.logsf(math.log(20)))
    one = Predictive(np.ones(1), np.array([math.log(10)]), np.array([2.0]))
    sd = math.sqrt(4 + 1 / 20)
    assert one.score(case) == pytest.approx(stats.norm.logpdf(math.log(20), math.log(10), sd))
    assert one.quantile(0.5) == pytest.approx(10)


def few() -> list[Known]:
    return [replace(case, more=False) for case in automated()]


def test_without_bounds_it_is_a_normal_law_that_can_be_written_down() -> None:
    """All parts normal: the level of the cases is one multivariate normal, so are its weights."""
    cases = few()
    found = fit(cases, nations(), points=8)
    prior_sd = np.array([1.5, 2, 2, 1, 0.7, 0.7, 1])
    prior_mean = np.array([math.log(30), 0, 0, 0, math.log(2), math.log(2), 0])
    evidence, middle = [], []
    for at, spread in enumerate(found.spreads):
        campaign, country, cell, nation = spread[:4]
        rows, y, noise = [], [], []
        for case in cases:
            rows.append([1, 0, 0, case.political, 0, 0, 0, *part(found, case.country, case.late)])
            y.append(math.log(case.per_million))
            noise.append(campaign**2 + 1 / case.complaints)
        for each in nations():
            live = each.kind == "live"
            rows.append([1, live, 0, 0, 1, 0, 1, *part(found, each.country, each.late, each.kind)])
            y.append(math.log(each.per_million) - campaign**2 / 2)
            noise.append(nation**2)
        row = np.array(rows, dtype=float)
        sd = np.array([*prior_sd, *[country] * (len(found.countries) + 1)])
        sd = np.array([*sd, *[cell] * (len(found.cells) + 1)])
        mean = np.zeros(len(sd))
        mean[:7] = prior_mean
        whole = (row * sd**2) @ row.T + np.diag(noise)
        evidence.append(stats.multivariate_normal(row @ mean, whole).logpdf(y))
        middle.append(mean + sd**2 * (row.T @ np.linalg.solve(whole, y - row @ mean)))
        assert found.modes[at] == pytest.approx(middle[-1], abs=1e-6)
    weight = np.exp(np.array(evidence) - max(evidence))
    assert found.weight == pytest.approx(weight / weight.sum(), abs=1e-6)


def part(found, country: str, late: bool, kind: str = "automated") -> list[float]:  # type: ignore[no-untyped-def]
    countries = [float(one == country) for one in found.countries] + [0.0]
    cells = [float(one == (kind, country, late)) for one in found.cells] + [0.0]
    return countries + cells


def test_a_country_that_nobody_knows_is_less_sure() -> None:
    found = fit(campaigns(), nations(), points=64)
    known, unknown = (
        found.law(Where("automated", country, late=False)) for country in ("UK", "France")
    )
    assert unknown.quantile(0.95) / unknown.quantile(0.05) > 2 * (
        known.quantile(0.95) / known.quantile(0.05)
    )


def test_the_page_says_what_is_stored() -> None:
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    laws = stored().laws
    for name, law in laws.items():
        assert f"| {name} | −{-law.total:.1f} |" in text
        assert f"| {law.inside} of 12 |" in text
    assert all(abs(law.total - laws["t law"].total) < 2 for law in laws.values())
    assert "**Nothing scores better.**" in text
    assert "So the t law stays." in text


@pytest.mark.verify
def test_the_laws_fitted_anew_are_the_stored_ones() -> None:
    found, known = compare(), stored()
    for name, law in known.laws.items():
        assert found.laws[name].scores == pytest.approx(law.scores, abs=0.02)
        assert found.laws[name].inside == law.inside
        for place, band in law.bands.items():
            assert found.laws[name].bands[place] == pytest.approx(band, rel=0.02)
