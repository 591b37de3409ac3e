"""The validation of the complaint level: its laws, its casebook and the page that it writes."""

from __future__ import annotations

import dataclasses
import math
import re
import statistics
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from analysis.validation.campaign import (
    CallsByHour,
    Figures,
    delay_at,
    figures,
    given_back,
    moments,
    predict,
    run,
    with_level,
)
from analysis.validation.casebook import Case, Reports, casebook
from analysis.validation.clusters import by_hour, clusters, reports
from analysis.validation.engine_part import FEWER, NOON, STRATEGY, engine_part
from analysis.validation.given import given_few
from analysis.validation.level import (
    BOUND,
    Count,
    Level,
    complaints,
    fit,
    leave_one_out,
    uniformity,
)
from analysis.validation.page import engine_part_of, page
from sim.engine import fast
from sim.engine.plan.build import plan_of
from sim.engine.plan.stage import Stage
from sim.loading.packs import packs_of
from sim.record.feedback import Channel, FeedbackResult
from sim.record.log import LogChunk, Outcome
from sim.record.result import EngineResult
from sim.scenario.complaints import Complaints
from sim.scenario.load import load_scenario
from sim.scenario.scale import scale_scenario
from sim.scenario.scenario import Scenario
from sim.streams import Replication
from tests.statistics import BIAS, Z, mean_z, share_z

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "validation.md"
HOUR = 3_600_000


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """France at the casebook's level, which that of the United Kingdom is."""
    level = world_complaints(shipped("uk-by-election")).per_million
    return with_level(shipped("france-2017"), level)


def shipped(name: str) -> Scenario:
    return load_scenario(ROOT / "scenarios" / f"{name}.yaml").scenario


@pytest.fixture(scope="module")
def nine() -> Level:
    return fit([case.per_million for case in casebook().fitted])


def world_complaints(scenario: Scenario) -> Complaints:
    assert scenario.world.complaints is not None
    return scenario.world.complaints


# ── The level ────────────────────────────────────────────────────────────────────────────────────


def test_the_nine_give_the_figures_that_scenarios_cite(nine: Level, scenario: Scenario) -> None:
    assert (round(math.log(nine.centre), 2), round(nine.sd, 2), nine.n) == (2.79, 1.68, 9)
    per_million = world_complaints(scenario).per_million
    assert per_million.central == pytest.approx(nine.centre, rel=0.03)


def test_one_case_by_hand() -> None:
    """HELM from the other eight, with the quantiles of Student's t that tables print for 7."""
    others = [case for case in casebook().fitted if case.name != "HELM"]
    logs = [math.log(case.per_million) for case in others]
    mean, scale = statistics.mean(logs), statistics.stdev(logs) * math.sqrt(1 + 1 / 8)
    level = fit([case.per_million for case in others])
    for p, t in ((0.05, -1.8946), (0.25, -0.7111), (0.5, 0.0), (0.75, 0.7111), (0.95, 1.8946)):
        assert float(level.quantile(p)) == pytest.approx(math.exp(mean + scale * t), rel=2e-4)
    (found,) = (f for f in leave_one_out(casebook().fitted) if f.case.name == "HELM")
    # Of some hundred complaints the Poisson noise is small beside the level's.
    assert found.median == pytest.approx(6 * math.exp(mean), rel=0.02)
    assert found.band90[1] == pytest.approx(6 * math.exp(mean + scale * 1.8946), rel=0.02)
    t = (math.log(242 / 6) - mean) / scale
    assert found.rank == pytest.approx(float(stats.t.cdf(t, 7)), abs=0.002)


def normal_fit(level: Level) -> Callable[[int], Count]:
    """A planted fault: estimates taken for the truth."""
    p = (np.arange(4_000) + 0.5) / 4_000
    levels = level.centre * np.exp(level.sd * stats.norm.ppf(p))
    return lambda calls: Count(levels * calls / 1e6)


@pytest.mark.parametrize("planted", [False, True])
@pytest.mark.parametrize("sets", [600, pytest.param(2_000, marks=pytest.mark.verify)])
def test_bands_cover_what_they_say(sets: int, planted: bool) -> None:
    """Nine campaigns from the model itself, the ninth predicted from eight, many times over.

    A correct law fails with chance 1e-4 for each band; the planted fault, a normal law in place of
    Student's t, must be caught.
    """
    rng, calls = np.random.default_rng(2017), 6_000_000
    levels = np.exp(rng.normal(2.79, 1.68, (sets, 9)))
    counts = np.maximum(rng.poisson(levels * calls / 1e6), 1)
    ranks = np.empty(sets)
    for i, row in enumerate(counts):
        level = fit(row[:8] / calls * 1e6)
        law = normal_fit(level)(calls) if planted else complaints(level, calls)
        ranks[i] = law.rank(int(row[8]))
    z = [
        share_z(int(np.count_nonzero(np.abs(ranks - 0.5) < inside / 2)), sets, inside)
        for inside in (0.9, 0.5)
    ]
    assert all(abs(found) > Z for found in z[:1]) if planted else all(abs(f) < Z for f in z)


def left_out_ranks(logs: NDArray[np.float64]) -> NDArray[np.float64]:
    """(sets, n) logarithms to the ranks of each among the others, without Poisson noise."""
    n = logs.shape[1]
    total, squares = logs.sum(1, keepdims=True), (logs**2).sum(1, keepdims=True)
    mean = (total - logs) / (n - 1)
    variance = (squares - logs**2 - (n - 1) * mean**2) / (n - 2)
    ranks: NDArray[np.float64] = stats.t.cdf(
        (logs - mean) / np.sqrt(variance * (1 + 1 / (n - 1))), n - 2
    )
    return ranks


def distances(ranks: NDArray[np.float64]) -> NDArray[np.float64]:
    """(sets, n) ranks to their Kolmogorov–Smirnov distances from uniform."""
    ranks, n = np.sort(ranks, axis=1), ranks.shape[1]
    step = np.arange(1, n + 1) / n
    found: NDArray[np.float64] = np.maximum((step - ranks).max(1), (ranks - step + 1 / n).max(1))
    return found


def test_how_uneven_left_out_ranks_may_be() -> None:
    """The bound of the page, what it notices, and that the textbook's notices nothing."""
    rng, sets = np.random.default_rng(2017), 20_000
    right = distances(left_out_ranks(rng.normal(size=(sets, 9))))
    assert np.mean(right > BOUND) == pytest.approx(0.05, abs=0.01)
    textbook = float(stats.kstwo.isf(0.05, 9))
    assert textbook == pytest.approx(0.43, abs=0.001)
    assert np.mean(right > textbook) < 0.001

    clusters_ = rng.integers(0, 2, (sets, 9)) * 2 + 0.3 * rng.normal(size=(sets, 9))
    assert np.mean(distances(left_out_ranks(clusters_)) > BOUND) == pytest.approx(0.5, abs=0.05)
    assert np.mean(distances(left_out_ranks(rng.random((sets, 9)))) > BOUND) < 0.1


def test_uniformity_is_scipys() -> None:
    ranks = [0.1, 0.2, 0.9]
    assert uniformity(ranks)[0] == pytest.approx(float(distances(np.array([ranks]))[0]))


def test_counts_without_a_mixture_are_the_textbooks() -> None:
    law = Count(np.array([7.3]))
    assert law.at_most(5) == pytest.approx(float(stats.poisson.cdf(5, 7.3)))
    assert law.band(0.9) == tuple(stats.poisson.ppf([0.05, 0.95], 7.3))
    assert law.rank(0) == pytest.approx(math.exp(-7.3) / 2)
    bred = Count(np.array([7.3]), dispersion=3.0)
    n = np.arange(400)
    chance = np.diff([0.0, *(bred.at_most(int(k)) for k in n)])
    mean = float(n @ chance)
    assert mean == pytest.approx(7.3)
    assert float((n - mean) ** 2 @ chance) == pytest.approx(3 * 7.3)


def test_a_spread_needs_two_campaigns() -> None:
    with pytest.raises(ValueError, match="needs two campaigns; there is 1"):
        fit([3.0])


# ── The casebook ─────────────────────────────────────────────────────────────────────────────────


def test_the_casebook() -> None:
    book = casebook()
    assert len(book.cases) == 22
    assert len(book.fitted) == 9
    for case in book.cases:
        comparable = case.calls is not None and bool(case.reports)
        assert comparable != bool(case.missing), f"{case.name} says what it lacks, if it does"


def test_its_sources_are_listed() -> None:
    listed = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    cited = {tag for case in casebook().cases for tag in case.sources}
    missing = {tag for tag in cited if not re.search(rf"\b{tag}\b", listed)}
    assert not missing, f"docs/sources.md does not list {sorted(missing)}"


@pytest.mark.parametrize(
    ("means", "low", "high", "holds"),
    [
        ("exactly", 9, 11, True),
        ("exactly", 11, 20, False),
        ("more than", 0, 10, False),
        ("more than", 0, 11, True),
        ("fewer than", 10, 20, False),
        ("fewer than", 9, 20, True),
        ("at most", 10, 20, True),
        ("at most", 11, 20, False),
    ],
)
def test_what_is_known_may_be_a_limit(means: str, low: int, high: int, holds: bool) -> None:
    report = Reports.model_validate({"count": 10, "means": means})
    assert report.holds(low, high) is holds


def test_a_rate_needs_both_numbers() -> None:
    case = Case(name="x", kind="political", country="y", span="z", calls=3, sources=[])
    with pytest.raises(ValueError, match="x: calls or complaints are not known"):
        _ = case.per_million


# ── Clusters ─────────────────────────────────────────────────────────────────────────────────────


def test_clusters_in_the_long_run_are_those_of_the_closed_form(scenario: Scenario) -> None:
    world = world_complaints(scenario)
    channels, bred = world.channels, world.contagion
    assert bred is not None
    p = np.array([channels.regulator.central, channels.operator.central])
    p = np.append(p, [channels.social.central, channels.press.central])
    m = np.array([bred.regulator.central, bred.operator.central])
    m = np.append(m, [bred.social.central, bred.press.central])
    n, r = float(p @ m), float(p[0])
    mean, square = clusters(world, np.ones(6_000), 6_000)
    full = r / (1 - n)
    assert mean[0] == pytest.approx(full, rel=1e-4)
    expected = (r + 2 * r * m[0] * full + float(p @ m**2) * full**2) / (1 - n)
    # What would be bred later than 250 days after its parent is not counted.
    assert square[0] == pytest.approx(expected, rel=1e-3)


def test_without_contagion_reports_are_thinned_calls(scenario: Scenario) -> None:
    world = world_complaints(scenario).model_copy(update={"contagion": None})
    delay = np.array([0.5, 0.25, 0.25])
    found = reports(world, 1000.0, np.array([1.0, 0, 0]), np.ones(3), delay, 2)
    assert found.mean == pytest.approx(1000 * 0.75 * world.channels.regulator.central)
    assert found.dispersion == 1.0


def simulated_clusters(
    world: Complaints, called: NDArray[np.float64], until: int, count: int
) -> NDArray[np.int64]:
    """Reports by an hour in clusters that begin in hour 0, one complaint at a time."""
    assert world.contagion is not None
    rng = np.random.default_rng(2017)
    names = ("regulator", "operator", "social", "press")
    share = np.array([getattr(world.channels, name).central for name in names])
    means = np.array([getattr(world.contagion, name).central for name in names])
    delay = by_hour(world.contagion.delay, 10_000)
    upto = np.cumsum(delay)
    found = np.zeros(count, dtype=np.int64)
    root, hour = np.arange(count), np.zeros(count, dtype=np.int64)
    while len(root):
        channel = rng.choice(4, size=len(root), p=share)
        np.add.at(found, root[channel == 0], 1)
        family = rng.poisson(means[channel])
        root, hour = np.repeat(root, family), np.repeat(hour, family)
        hour = hour + np.searchsorted(upto, rng.random(len(hour)))
        keep = hour < until
        keep[keep] = rng.random(int(keep.sum())) < called[hour[keep]]
        root, hour = root[keep], hour[keep]
    return found


def test_clusters_agree_with_simulated_ones(scenario: Scenario) -> None:
    """While the list is being called, and cut off after four days. A bias of 5 % is caught."""
    world, until, count = world_complaints(scenario), 96, 400_000
    called = np.minimum(1.0, (np.arange(until) + 20) / 60)
    mean, square = clusters(world, called, until)
    found = simulated_clusters(world, called, until, count)
    sd = math.sqrt(square[0] - mean[0] ** 2)
    assert abs(mean_z(float(found.mean()), mean[0], sd, count)) < Z
    assert abs(mean_z(float(found.mean()), mean[0] * BIAS, sd, count)) > Z
    squares = found.astype(np.float64) ** 2
    z = mean_z(float(squares.mean()), square[0], float(squares.std()), count)
    assert abs(z) < Z


def test_delays_by_hour(scenario: Scenario) -> None:
    """Eight in a thousand complaints come after sixty days; three times as slow, more do."""
    law = world_complaints(scenario).delay
    central, slow = by_hour(law, 1440), by_hour(law, 1440, times=3.0)
    assert central.sum() == pytest.approx(0.992, abs=0.001)
    assert slow.sum() < 0.985
    assert slow[:24].sum() < central[:24].sum()


# ── The campaign ─────────────────────────────────────────────────────────────────────────────────


def made_by_hand(**changed: object) -> FeedbackResult:
    """Four complaints: to the regulator in hours 1, 61 and 900, to an operator in hour 2."""
    empty: dict[str, object] = {
        name: np.empty(0, dtype=np.int64)
        for name in FeedbackResult.__annotations__
        if name.startswith(("complaint_", "call_back_", "opt_out_"))
    }
    values = empty | {
        "complaint_ms": np.array([1, 2, 61, 900], dtype=np.int64) * HOUR,
        "complaint_channel": np.array(
            [Channel.REGULATOR, Channel.OPERATOR, Channel.REGULATOR, Channel.REGULATOR]
        ).astype(np.uint8),
        "stages": (),
        "labelled": (),
        "labelled_calls": 0,
        "reference_weight": 250 << 32,
    }
    return FeedbackResult(**(values | changed))  # type: ignore[arg-type]


def by_hand(scenario: Scenario) -> Figures:
    """Figures of two calls to people and one voicemail, by hand."""
    log = CallsByHour(1440)
    rows = LogChunk.empty(3)
    rows.start_ms[:] = [0, 5 * HOUR, 10 * HOUR - 1]
    rows.hold_ms[:] = 1
    rows.attempt[:] = [1, 1, 2]
    rows.outcome[:] = [Outcome.HEARD, Outcome.HUMAN_AT_GATE, Outcome.MACHINE_VOICEMAIL]
    log.add(rows)
    result = EngineResult(np.zeros(3, dtype=np.uint8), 3, feedback=made_by_hand())
    small = scenario.model_copy(update={"world": scenario.world.model_copy(update={"lines": 4})})
    return figures(small, log, result, (62, 86, 1440))


def test_figures_of_a_run(scenario: Scenario) -> None:
    found = by_hand(scenario)
    assert (found.calls, found.weight) == (3, 250.0)
    assert found.reported == (2, 2, 3)
    np.testing.assert_allclose(found.called[[0, 1, 5, 20]], [1 / 8, 1 / 4, 3 / 8, 1 / 2])
    assert found.made.sum() == pytest.approx(1)
    assert found.made[0] == found.made[5]
    heard = world_complaints(scenario).effects.voicemail.central
    heard *= scenario.world.voicemail.heard.central
    assert found.made[10:].sum() / found.made[0] == pytest.approx(heard, rel=0.01)


def test_a_run_without_complaints_is_refused(scenario: Scenario) -> None:
    nothing = EngineResult(np.zeros(1, dtype=np.uint8), 0)
    with pytest.raises(ValueError, match="no feedback"):
        figures(scenario, CallsByHour(24), nothing, (24,))
    silent = scenario.world.model_copy(update={"complaints": None})
    with pytest.raises(ValueError, match="has no complaints"):
        moments(scenario.model_copy(update={"world": silent}), STRATEGY)


def test_moments_are_midnights(scenario: Scenario) -> None:
    assert moments(scenario, STRATEGY) == (62, 86, 1440)


def test_reports_are_in_proportion_to_the_level(scenario: Scenario, nine: Level) -> None:
    found = by_hand(scenario)
    hours = (62, 86, 1440)
    once, twice = (predict(scenario, found, nine.centred(centre), hours) for centre in (16.0, 32.0))
    for name in ("fast", "central", "slow"):
        for a, b in zip(once[name], twice[name], strict=True):
            np.testing.assert_allclose(b.law.means, 2 * a.law.means)
            assert a.central == b.central
    early = [once[name][0].central.mean for name in ("fast", "central", "slow")]
    assert early == sorted(early, reverse=True)
    central = once["central"]
    assert central[0].central.mean < central[1].central.mean < central[2].central.mean


def test_the_level_comes_back(scenario: Scenario) -> None:
    """What the scenario's comment computes, within what the two mixes of dials differ in."""
    level = world_complaints(scenario).per_million.central
    assert given_back(scenario, casebook().typical) == pytest.approx(level, rel=0.1)


@pytest.mark.verify
def test_the_prediction_is_what_the_engine_does(scenario: Scenario) -> None:
    """Forty replications at a hundredth of the size, where complaints are as many as at full size.

    A correct prediction fails with chance 1e-4 for each moment; one that is a quarter too high must
    be caught at the last.
    """
    hours, runs = moments(scenario, STRATEGY), 40
    small, _ = scale_scenario(scenario, Fraction(1, 100))
    found = run(small, STRATEGY)
    level = Level(world_complaints(small).per_million.central, 1.0, 9)
    predicted = predict(small, found, level, hours)["central"]
    counts = np.empty((runs, len(hours)))
    stage = Stage(small, packs_of(small))
    for noise in range(runs):
        result = fast.run(
            plan_of(stage.again(Replication(small.seed, noise=noise)), STRATEGY), lambda chunk: None
        )
        assert result.feedback is not None
        at = result.feedback.complaint_ms[result.feedback.complaint_channel == Channel.REGULATOR]
        counts[noise] = [np.count_nonzero(at < hour * HOUR) for hour in hours]
    for row, mean in zip(predicted, counts.mean(axis=0), strict=True):
        sd = math.sqrt(row.central.variance)
        assert abs(mean_z(float(mean), row.central.mean, sd, runs)) < Z
    last = predicted[-1].central
    sd = math.sqrt(last.variance)
    assert abs(mean_z(float(counts[:, -1].mean()), last.mean * 1.25, sd, runs)) > Z
    spread = counts[:, -1].var(ddof=1) / last.variance
    low, high = stats.chi2.ppf((1e-4, 1 - 1e-4), runs - 1) / (runs - 1)
    assert low < spread < high


# ── The page ─────────────────────────────────────────────────────────────────────────────────────


def test_the_page_is_what_the_code_writes(scenario: Scenario) -> None:
    """All but the part between the markers, which needs a run."""
    text = PAGE.read_text(encoding="utf-8")
    written = page(casebook(), scenario, engine_part_of(text))
    assert text == written, "run: python -m analysis.validation docs/validation.md"
    assert page(casebook(), scenario, engine_part_of(text)) == written


def test_the_engines_part_from_figures_by_hand(scenario: Scenario, nine: Level) -> None:
    text = engine_part(scenario, by_hand(scenario), nine)
    assert "placed 3 calls" in text
    assert "had 2 reports by the end of day three, 2 by" in re.sub(r"\s+", " ", text)
    for name in ("fast (P5)", "central (P50)", "slow (P95)"):
        assert f"| {name} |" in text


def test_few_reports_lower_the_level_and_slow_the_delay(scenario: Scenario, nine: Level) -> None:
    """Against draws of level, delay and count, kept where the count is below ten."""
    found, hour = by_hand(scenario), 50
    found = dataclasses.replace(found, weight=2_000.0)
    given = given_few(scenario, found, nine.centred(16.0), hour, 10)
    rng = np.random.default_rng(2017)
    n = 60_000
    slow = rng.integers(0, 24, n)
    levels = 16.0 * np.exp(nine.scale * rng.standard_t(nine.degrees, n))
    told = []
    for k in range(24):
        delay = by_hour(delay_at(scenario, (k + 0.5) / 24), hour)
        world = world_complaints(scenario)
        told.append(reports(world, found.weight, found.made, found.called, delay, hour))
    mean = np.array([m.mean for m in told])[slow] * levels / 16.0
    p = 1 / np.maximum(np.array([m.dispersion for m in told])[slow], 1 + 1e-9)
    kept = rng.negative_binomial(np.maximum(mean * p / (1 - p), 1e-9), p) < 10
    assert given.chance == pytest.approx(kept.mean(), abs=0.01)
    low, central, high = np.quantile(np.log(levels[kept]), [0.05, 0.5, 0.95])
    assert math.log(given.central) == pytest.approx(central, abs=0.06)
    assert math.log(given.low) == pytest.approx(low, abs=0.2)
    assert math.log(given.high) == pytest.approx(high, abs=0.1)
    ranks = stats.spearmanr(levels[kept], slow[kept]).statistic
    assert given.correlation == pytest.approx(2 * math.sin(math.pi * ranks / 6), abs=0.05)


@pytest.mark.verify
def test_france_has_the_level_that_day_three_leaves(scenario: Scenario, nine: Level) -> None:
    """The range and the correlation of the file, within their rounding."""
    france = shipped("france-2017")
    given = given_few(scenario, run(scenario, STRATEGY), nine.centred(16.0), NOON, FEWER)
    level = world_complaints(france).per_million
    assert level.central == pytest.approx(given.central, rel=0.1)
    assert (level.low, level.high) == pytest.approx((given.low, given.high), rel=0.15)
    (joint,) = france.joint
    assert joint.correlation == pytest.approx(given.correlation, abs=0.03)


def test_a_page_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="has no part between"):
        engine_part_of("# Validation")


@pytest.mark.verify
def test_the_engines_part_is_what_a_run_gives(scenario: Scenario, nine: Level) -> None:
    part = engine_part(scenario, run(scenario, STRATEGY), nine)
    assert engine_part_of(PAGE.read_text(encoding="utf-8")) == part
