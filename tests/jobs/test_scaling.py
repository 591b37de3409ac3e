"""A scaled run places the share of calls that the full one does."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from sim.engine.plan.stage import Stage
from sim.errors import OptionError
from sim.jobs.scaling import pilots, scaled_down
from sim.jobs.simulate import simulate
from sim.loading.load import load
from sim.measure.metrics import compute
from sim.scenario.scale import scale_scenario
from sim.scenario.scenario import Scenario

FRANCE = Path(__file__).parents[2] / "scenarios/france-2017.yaml"
SIZE = ("world.lines=600_000", "dialing.channels=180", "dialing.calls_per_second=4.5")
"""As many channels a line as in the scenario: the list just comes to its end."""
LOADED = load(FRANCE, SIZE)
TENTH = Fraction(1, 10)
NAME = "as-run"


def dialled(scenario: Scenario) -> float:
    """The share of the list that a run dials."""
    (found,) = simulate(Stage(scenario, LOADED.laws), [NAME])
    values = compute(found.totals)
    return 1 - float(values["lines_undialled"] or 0) / float(values["lines_on_list"] or 0)


def test_a_tenth_dials_the_share_of_the_list_that_the_whole_does() -> None:
    """Within 1 %; with the pace simply shrunk, 18 channels lose 3 % and more."""
    whole = dialled(LOADED.scenario)
    plain, _ = scale_scenario(LOADED.scenario, TENTH)
    small = scaled_down(LOADED.scenario, TENTH, LOADED.laws, [NAME])
    assert small.effective == TENTH
    assert dialled(plain) < 0.97 * whole
    assert dialled(small.scenario) == pytest.approx(whole, rel=0.01)


def test_the_pace_follows_the_channels_of_the_moment() -> None:
    """From 360 channels on, half of which suffice, the pace is the tenth; with 180 it is more."""
    changed = load(FRANCE, (*SIZE, "dialing.changes=[{at: 2017-04-21 10:00, channels: 360}]"))
    small = scaled_down(changed.scenario, TENTH, changed.laws, [NAME])
    dialing = small.scenario.strategies[NAME].dialing
    (change,) = dialing.changes
    assert change.channels == 36
    assert change.calls_per_second is not None
    assert float(change.calls_per_second) == pytest.approx(0.45, rel=1e-3)
    assert dialing.calls_per_second > Fraction(46, 100)
    noted = {note.path: note for note in small.rounding}
    path = f"strategies.{NAME}.dialing.changes[0].calls_per_second"
    assert (noted[path].full, noted[path].used) == (Fraction(9, 2), change.calls_per_second)


def test_of_what_does_not_run_the_pace_is_shrunk() -> None:
    small = scaled_down(LOADED.scenario, TENTH, LOADED.laws, [NAME])
    other = small.scenario.strategies["as-run-half-capacity"].dialing
    assert other.calls_per_second == Fraction(9, 20)


def test_at_full_size_nothing_is_piloted() -> None:
    same = scaled_down(LOADED.scenario, Fraction(1), LOADED.laws, [NAME])
    assert same.scenario is LOADED.scenario
    assert (same.effective, same.rounding) == (1, ())


def test_a_pilot_holds_as_long_as_its_calls() -> None:
    """Every line is invalid, and such a call holds 6 s in this scenario: no spread at all."""
    shares = ("invalid=100 %", "busy=0 %", "machine=0 %", "human=0 %")
    sets = (f"world.line_types.landline.answering.{share}" for share in shares)
    dead = load(FRANCE, ("world.lines=1_000", *sets))
    (held,) = pilots(dead.scenario, dead.laws, [NAME]).values()
    assert held is not None
    assert (held.mean_ms, held.spread_ms) == (6_000, 0)


def test_a_pilot_is_of_all_of_its_calls() -> None:
    """Its mean is that which the tally makes of the same run."""
    small, _ = scale_scenario(LOADED.scenario, Fraction(1, 30))
    (held,) = pilots(small, LOADED.laws, [NAME]).values()
    (found,) = simulate(Stage(small, LOADED.laws), [NAME])
    assert held is not None
    assert held.mean_ms / 1000 == pytest.approx(float(compute(found.totals)["mean_hold_s"] or 0))


def test_what_leaves_no_line_is_refused() -> None:
    with pytest.raises(OptionError, match="leaves none of 600,000 lines"):
        scaled_down(LOADED.scenario, Fraction(1, 10_000_000), LOADED.laws, [NAME])


@pytest.mark.verify
@pytest.mark.parametrize("path", sorted(FRANCE.parent.glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_scenarios_at_a_tenth(path: Path) -> None:
    """People within 1 % of full size, and the list finishes or not as there.

    Where a tenth reaches few, its own noise is larger: of n people, in lines of some two voters, it
    is below 1.5 ÷ √n, and four times that is allowed. Over the 22 strategies the false-alarm rate
    is then below 1 in 700. A list that full size leaves 2 % of or less may finish.
    """
    loaded = load(path)
    small = scaled_down(loaded.scenario, TENTH, loaded.laws, list(loaded.scenario.strategies))
    stages = (Stage(loaded.scenario, loaded.laws), Stage(small.scenario, loaded.laws))
    for name in loaded.scenario.strategies:
        full, tenth = (compute(next(iter(simulate(stage, [name]))).totals) for stage in stages)
        people = float(tenth["people_reached"] or 0)
        allowed = max(0.01, 4 * 1.5 / people**0.5)
        assert 10 * people == pytest.approx(float(full["people_reached"] or 0), rel=allowed), name
        left = float(full["lines_undialled"] or 0) / float(full["lines_on_list"] or 1)
        if not 0 < left <= 0.02:
            assert bool(tenth["lines_undialled"]) == bool(left), name
