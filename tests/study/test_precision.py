"""Precisions: what may be asked, in words; and how sure a number is, against its known error."""

from __future__ import annotations

import numpy as np
import pytest

from sim.errors import OptionError, UnknownNameError
from sim.study.answer import Series
from sim.study.counts import Count
from sim.study.precision import Target, parse_target, reached


def series(values: np.ndarray, counts: np.ndarray | None = None) -> Series:
    n = len(values)
    complaints = {} if counts is None else {"complaints": Count(counts, counts)}
    return Series(
        metrics={"people_reached": values},
        finished=np.ones(n, dtype=np.bool_),
        complaints=complaints,
        broken={},
        again={},
        beside={"people_reached": (values, values * 2)},
        placing={},
        readings={},
        not_read={},
        middle={},
        coordinates={},
    )


def test_targets_as_written() -> None:
    assert parse_target("people_reached: 2%") == Target("people_reached", "p50", 0.02)
    assert parse_target(" complaints_regulator.p95 : 12.5 % ") == Target(
        "complaints_regulator", "p95", 0.125
    )
    assert parse_target("cost.ratio:1%").text == "cost.ratio: 1%"


@pytest.mark.parametrize("text", ["people_reached", "people_reached: 2", ": 2%", "people: x%", ""])
def test_what_cannot_be_read(text: str) -> None:
    with pytest.raises(OptionError, match="cannot be read"):
        parse_target(text)


def test_unknown_names_and_points() -> None:
    with pytest.raises(UnknownNameError) as caught:
        parse_target("people_reachd: 2%")
    assert "people_reached" in str(caught.value)
    with pytest.raises(OptionError, match="a few draws carry it"):
        parse_target("complaints.mean: 2%")
    with pytest.raises(OptionError, match="quantile over draws"):
        parse_target("complaints.p42: 2%")
    with pytest.raises(OptionError, match="cannot be reached"):
        parse_target("complaints: 0%")


def test_the_least_sure_strategy_counts() -> None:
    """A median of independent draws is sure to about 1.25 sd / sqrt(n), t of 7 degrees 2.36."""
    rng = np.random.default_rng(1)
    sure = series(rng.normal(100, 1, (4096, 1)))
    unsure = series(rng.normal(100, 10, (4096, 1)))
    found = reached({"a": sure, "b": unsure}, Target("people_reached", "p50", 0.01))
    assert found.strategy == "b"
    assert found.share == pytest.approx(2.36 * 1.25 * 10 / 64 / 100, rel=0.8)
    ratio = reached({"a": sure, "b": unsure}, Target("people_reached", "ratio", 0.01))
    assert ratio.share == pytest.approx(0, abs=1e-12)


def test_too_few_runs_cannot_tell() -> None:
    found = reached({"a": series(np.ones((8, 4)))}, Target("people_reached", "p50", 0.01))
    assert found.share is None
    found = reached({"a": series(np.ones((58, 1)))}, Target("people_reached", "p95", 0.01))
    assert found.share is None


def test_what_no_strategy_has() -> None:
    with pytest.raises(OptionError, match="'complaints' is not modelled"):
        reached({"a": series(np.ones((8, 1)))}, Target("complaints", "p50", 0.01))
