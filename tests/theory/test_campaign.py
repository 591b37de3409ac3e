"""The shipped campaign against the textbook: load = pace × holding time.

At full size, in ``make verify``; ``test_capacity.py`` holds small worlds against it each time.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from sim.engine import fast
from sim.engine.plan.build import plan_of
from sim.engine.plan.stage import Stage
from sim.loading.packs import packs_of
from sim.record.log import LogChunk
from sim.scenario.load import load_scenario

FILE = Path(__file__).parents[2] / "scenarios" / "france-2017.yaml"


@pytest.mark.verify
def test_the_fewest_channels_that_finish_equal_the_offered_load() -> None:
    """Six million lines, as-run: offered load = calls per second × measured mean holding time.

    A paced dialer loses no calls, so the fewest channels with which the list is done before Friday
    20:00 equal that load within 2 %.
    """
    loaded = load_scenario(FILE).scenario
    stage = Stage(loaded, packs_of(loaded))

    def run(channels: int) -> tuple[int, float]:
        """Lines left undialled, and the mean holding time in seconds."""
        dialing = loaded.strategies["as-run"].dialing.model_copy(update={"channels": channels})
        strategy = loaded.strategies["as-run"].model_copy(update={"dialing": dialing})
        plan = plan_of(stage, strategy)
        held = [0]

        def sink(chunk: LogChunk) -> None:
            held[0] += int(chunk.hold_ms.sum(dtype=np.int64))

        result = fast.run(plan, sink)
        return int((result.attempts == 0).sum()), held[0] / result.calls / 1000

    shipped = loaded.strategies["as-run"].dialing
    undialled, hold = run(shipped.channels)
    assert undialled == 0
    load = float(shipped.calls_per_second) * hold
    # Some are left with 2 % fewer channels, none with 2 % more: so the fewest lie between.
    assert run(math.floor(0.98 * load))[0] > 0
    assert run(math.ceil(1.02 * load) - 1)[0] == 0
