"""Totals move the sum of people and machines, and nearly nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.special import logit
from scipy.stats import norm

from sim.errors import CannotJudgeError
from sim.fitting.totals import Moved, Totals, moved
from sim.loading.load import load
from tests.fitting.simulated import WORLD, world_file
from tests.intake.samples import ringfence

TOTALS = "format: 1\nname: a campaign\ndialled: 193_600_000\nconnected: 63_500_000\n"


def by_grid(seen: float, spread: float) -> tuple[float, float, float]:
    """Median of the sum, of people, and of machines, on a fine grid: the world's 20, 30, 40 and
    20, 30, 45 %."""

    def density(x: np.ndarray, low: float, central: float, high: float) -> np.ndarray:
        at, middle = logit(x), logit(central)
        side = np.where(at < middle, middle - logit(low), logit(high) - middle) / 1.6448536
        return norm.pdf((at - middle) / side) / side / (x * (1 - x))

    x = (np.arange(1500) + 0.5) / 1500
    human, machine = np.meshgrid(x, x, indexing="ij")
    # Half of each law lies on either side of its median.
    weight = density(x, 0.2, 0.3, 0.4)[:, None] * density(x, 0.2, 0.3, 0.45)[None, :]
    below = x < 0.3
    for axis in (0, 1):
        part = weight.sum(axis=1 - axis)
        fix = np.where(below, 0.5 / part[below].sum(), 0.5 / part[~below].sum())
        weight = weight * fix.reshape((1, -1) if axis else (-1, 1))
    weight = weight * norm.pdf(human + machine, seen, spread) * (human + machine < 0.93)

    def median(values: np.ndarray) -> float:
        order = np.argsort(values, axis=None)
        total = np.cumsum(weight.ravel()[order])
        return float(values.ravel()[order][np.searchsorted(total, total[-1] / 2)])

    return median(human + machine), median(human), median(machine)


def found(folder: Path, text: str = WORLD, connected: int = 88_000_000) -> Moved:
    world = load(world_file(folder, text)).scenario.world
    return moved(Totals(format=1, name="x", dialled=193_600_000, connected=connected), world)


def test_what_totals_move_is_what_a_grid_says(tmp_path: Path) -> None:
    here = found(tmp_path)
    right = by_grid(88 / 193.6, 0.03)
    got = here.together[1], here.human[1], here.machine[1]
    np.testing.assert_allclose(got, right, atol=0.004)
    wide, narrow = np.ptp(here.before), np.ptp(here.together)
    assert narrow < 0.6 * wide
    assert np.ptp(here.human) > 1.2 * narrow  # the sum is surer than either
    assert here.correlation < -0.6


def test_from_a_file_to_a_world_that_is_drawn(tmp_path: Path) -> None:
    totals, out = tmp_path / "totals.yaml", tmp_path / "fitted.yaml"
    totals.write_text(TOTALS.replace("63_500_000", "88_000_000"))
    done = ringfence("calibrate", world_file(tmp_path), "--totals", totals, "--out", out)
    assert done.exit_code == 0, done.exception
    assert "everything else stays as it was" in done.output
    scenario = load(out).scenario
    assert len(scenario.joint) == 1
    assert (scenario.joint[0].correlation or 0) < -0.6


def test_totals_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(CannotJudgeError, match="are single numbers: give ranges"):
        found(tmp_path, WORLD.replace("{low: 20 %, central: 30 %, high: 45 %, source: assumed}",
                                      "30 %").replace(
                                      "{low: 20 %, central: 30 %, high: 40 %, source: assumed}",
                                      "30 %"))  # fmt: skip
    with pytest.raises(CannotJudgeError, match="the totals say 5"):
        found(tmp_path, connected=10_000_000)
    totals = tmp_path / "totals.yaml"
    totals.write_text(TOTALS.replace("connected", "conected"))
    done = ringfence("calibrate", world_file(tmp_path), "--totals", totals, "--out", tmp_path / "f")
    assert "totals.yaml:4:1: conected: unknown key; did you mean 'connected'?" in str(
        done.exception
    )
    done = ringfence("calibrate", world_file(tmp_path), "--out", tmp_path / "f")
    assert "--calls DIR, or --totals FILE" in str(done.exception)
