"""Complaints in expectation against drawn ones: the same campaign under other luck, many times."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom, nbinom, poisson

from sim.engine.plan.stage import Stage
from sim.jobs.simulate import simulate
from sim.loading.load import load
from sim.measure.cases import Casing
from sim.measure.chapters.complaints import ComplaintTotals
from sim.measure.chapters.reach import ReachTotals
from sim.scenario.scale import scale_scenario
from sim.scenario.world import World
from sim.streams import Replication
from sim.study.complaints import read
from sim.study.counts import Count, at_least, none, quantile
from sim.study.inputs import drawn, groups, inputs, values_in
from sim.study.reach import Readings, people_reached
from sim.study.reading import points

FRANCE = Path(__file__).parents[2] / "scenarios" / "france-2017.yaml"


def replayed(runs: int, scale: Fraction) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Drawn complaints (all, regulator, before the cutoff), expected ones, and people: both."""
    loaded = load(FRANCE)
    scaled, _ = scale_scenario(loaded.scenario, scale)
    stage = Stage(scaled, loaded.laws)
    world = scaled.world
    middle = Readings(
        *(
            np.array([quantity.central])
            for quantity in (
                world.voters_per_line,
                world.voicemail.heard,
                world.voicemail.shared,
                world.lines_without_voters,
            )
        )
    )
    drawn, expected, people = [], [], []
    for noise in range(runs):
        casing = Casing()
        again = stage.again(Replication(scaled.seed, 0, noise))
        for found in simulate(again, ["three-attempts"], observers=[casing]):
            made = found.totals[ComplaintTotals]
            drawn.append((made.total, made.by_channel[0], made.regulator_before_cutoff))
            told = read(casing.cases, world)
            expected.append(
                [
                    (float(c.mean[0]), float(c.variance[0]))
                    for c in (told.all, told.regulator, told.regulator_before_cutoff)
                ]
            )
            people.append(
                (
                    found.totals[ReachTotals].people_reached,
                    people_reached(casing.cases.lines, middle)[0],
                )
            )
    return np.array(drawn, dtype=float), np.array(expected), np.array(people)


def hold(drawn: np.ndarray, expected: np.ndarray) -> None:
    """Means within 3.9 standard errors (false-alarm rate 1e-4), by the variance that is told."""
    error = np.sqrt(expected[:, :, 1].mean(axis=0) / len(drawn))
    z = (drawn.mean(axis=0) - expected[:, :, 0].mean(axis=0)) / error
    assert (np.abs(z) < 3.9).all(), z


def test_replays_of_a_small_campaign() -> None:
    drawn, expected, people = replayed(16, Fraction(1, 400))
    hold(drawn, expected)
    ratio = people[:, 0] / people[:, 1]
    assert abs(ratio.mean() - 1) < 3.9 * ratio.std() / math.sqrt(len(ratio))


@pytest.mark.verify
def test_a_thousand_replays() -> None:
    drawn, expected, _ = replayed(1_000, Fraction(1, 200))
    hold(drawn, expected)
    # The law of the number, all complaints and those to the regulator: chances within 3.9 standard
    # errors (a false alarm in 10,000) and the hundredth that its being no exact law takes.
    for column in (0, 1):
        mean, variance = expected[:, column].mean(axis=0)
        count = Count(np.array([mean]), np.array([variance]))
        for share in (0.1, 0.5, 0.9, 0.99):
            threshold = int(np.quantile(drawn[:, column], share))
            chance = at_least(count, threshold)
            seen = np.mean(drawn[:, column] >= threshold)
            assert abs(seen - chance) < 3.9 * math.sqrt(chance * (1 - chance) / 1_000) + 0.01
    for column in range(3):
        found, told = drawn[:, column].var(), expected[:, column, 1].mean()
        assert found == pytest.approx(told, rel=0.25)


def happened(truths: int, scale: Fraction) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What happens in worlds drawn from the ranges, and how likely an interval was to hold it.

    The interval, P5 to P95, comes from one run at central values, read in 1,024 draws; each world
    is drawn apart from these and run by itself, under other luck. Of each count, all and to the
    regulator: (truths, 2) what happened, (2, 2) the interval, (2,) the chance that the law gives
    it.
    """
    loaded = load(FRANCE)
    scaled, _ = scale_scenario(loaded.scenario, scale)
    stage, casing = Stage(scaled, loaded.laws), Casing()
    for _ in simulate(stage, ["three-attempts"], observers=[casing]):
        pass
    at = points(scaled, 1)
    # What decides nothing about any call of this strategy.
    paths = [one.path for one in inputs(at.moving) if one.path.startswith("world.complaints.")]
    told = read(casing.cases, scaled.world, at.values(paths), at.n + 1, ceiling=float(1 / scale))
    counts = [Count(c.mean[1:], c.variance[1:]) for c in (told.all, told.regulator)]
    bounds = np.array([[quantile(count, 0.05), quantile(count, 0.95)] for count in counts])
    chance = np.array(
        [
            at_least(count, int(low)) - at_least(count, int(high) + 1)
            for count, (low, high) in zip(counts, bounds, strict=True)
        ]
    )
    others = points(scaled, 2, truths)
    found = []
    for number in range(1, truths + 1):
        uniform = {path: float(others.uniforms[path][number]) for path in paths}
        world = Stage(drawn(scaled, others.moving, uniform), loaded.laws)
        again = world.again(Replication(scaled.seed, 0, number))
        for outcome in simulate(again, ["three-attempts"], observers=[]):
            made = outcome.totals[ComplaintTotals]
            found.append((made.total, made.by_channel[0]))
    return np.array(found), bounds, chance


@pytest.mark.verify
def test_the_interval_of_complaints_holds_what_happens() -> None:
    """400 worlds: as often as its law says, within the binomial band (a false alarm in 10,000).

    A tenth of whole numbers lies outside P5 to P95 at most; an interval half as wide is found out.
    """
    found, bounds, chance = happened(400, Fraction(1, 400))
    for column in (0, 1):
        low, high = bounds[column]
        inside = int(((low <= found[:, column]) & (found[:, column] <= high)).sum())
        assert chance[column] >= 0.9
        lowest, highest = binom.ppf([5e-5, 1 - 5e-5], len(found), chance[column])
        assert lowest <= inside <= highest, (column, inside, chance[column])
        narrow = (found[:, column] <= low + (high - low) / 2) & (low <= found[:, column])
        assert narrow.sum() < lowest or chance[column] > 0.99


def test_a_quantile_of_one_draw_is_that_of_its_law() -> None:
    count = Count(np.array([20.0]), np.array([20.0]))
    assert quantile(count, 0.95) == poisson.ppf(0.95, 20)
    assert none(Count(np.array([0.7]), np.array([0.7]))) == pytest.approx(math.exp(-0.7))
    # Mean 20, variance 60: size 10, chance 1/3.
    assert quantile(Count(np.array([20.0]), np.array([60.0])), 0.95) == nbinom.ppf(0.95, 10, 1 / 3)


def test_a_quantile_over_draws_mixes_their_laws() -> None:
    count = Count(np.array([0.0, 5.0, 80.0]), np.array([0.0, 5.0, 80.0]))
    for share in (0.2, 0.5, 0.8, 0.95):
        k = quantile(count, share)
        mixed = [np.mean([1.0, poisson.cdf(n, 5), poisson.cdf(n, 80)]) for n in (k - 1, k)]
        assert mixed[0] < share <= mixed[1] or k == 0
    assert none(count) == pytest.approx((1 + math.exp(-5) + math.exp(-80)) / 3)


def test_no_complaints_cannot_be_read() -> None:
    with pytest.raises(ValueError, match="no complaints"):
        read(None, World.model_construct(complaints=None))  # type: ignore[arg-type]


def test_laws_between_those_tabulated_are_interpolated() -> None:
    """Eighty draws of two delays, read together and one by one: the latter tabulates each law."""
    loaded = load(FRANCE)
    scaled, _ = scale_scenario(loaded.scenario, Fraction(1, 1000))
    casing = Casing()
    for _ in simulate(Stage(scaled, loaded.laws), ["as-run"], observers=[casing]):
        pass
    uniform = (np.arange(80) + 0.5) / 80
    moving = groups(scaled)
    delays = [one.path for one in inputs(moving) if ".delay." in one.path]
    told = [path for path in delays if "complaints.delay" in path or "voicemail.delay" in path]
    assert told
    values = values_in(moving, dict.fromkeys(told, uniform))
    together = read(casing.cases, scaled.world, values, 80)
    for at in (0, 7, 40, 61, 79):
        alone = {path: value[at : at + 1] for path, value in values.items()}
        one = read(casing.cases, scaled.world, alone)
        for name in ("all", "regulator_before_cutoff"):
            found, exact = (float(getattr(r, name).mean[i]) for r, i in ((together, at), (one, 0)))
            assert found == pytest.approx(exact, rel=0.01), (name, at)
