"""Alternatives in the same draws: by hand, and by slower ways."""

from __future__ import annotations

import numpy as np
import pytest

from sim.errors import OptionError, UnknownNameError
from sim.study.comparing import (
    Alternatives,
    beside,
    dominated,
    parse_weights,
    rivals,
    standings,
    together,
    utilities,
)


def known(**numbers: dict[str, list[float]]) -> Alternatives:
    """Alternatives of one reading a draw."""
    found = {n: {a: np.array(v)[:, None] for a, v in by.items()} for n, by in numbers.items()}
    names = tuple(next(iter(found.values())))
    return Alternatives(names, names[0], found, {}, {}, {})


def test_standings_by_hand() -> None:
    """Best by draw: b, a, tie of a and b, c; regrets of a: 10, 0, 0, 5."""
    told = standings(
        {
            "a": np.array([[10.0], [30.0], [20.0], [15.0]]),
            "b": np.array([[20.0], [10.0], [20.0], [10.0]]),
            "c": np.array([[0.0], [0.0], [0.0], [20.0]]),
        }
    )
    assert [told[name].best for name in "abc"] == pytest.approx([1.5 / 4, 1.5 / 4, 1 / 4])
    assert told["a"].regret.p50 == pytest.approx(2.5)
    lost = told["a"].lost
    assert lost is not None
    assert lost.p50 == pytest.approx(0.125)  # of 50, 0, 0 and 25 %
    assert rivals(told)[0] in "ab"


def test_regret_is_of_the_best_of_each_draw_and_never_of_a_mean() -> None:
    """b is the best on average, a in most draws: whoever takes b regrets 1 in three of four."""
    told = standings(
        {"a": np.array([[1.0], [1.0], [1.0], [0.0]]), "b": np.array([[0.0], [0.0], [0.0], [9.0]])}
    )
    assert told["a"].best == 0.75
    assert told["b"].regret.p50 == 1.0
    assert told["a"].regret.p95 == pytest.approx(9 * 0.85, abs=1e-9)  # between 0 and 9, linear


def test_utility_weighs() -> None:
    found = known(people_reached={"a": [100.0], "b": [90.0]}, complaints={"a": [3.0], "b": [1.0]})
    by_both = utilities(found, {"people_reached": 1.0, "complaints": -6.0})
    assert by_both["a"][0, 0] == 82
    assert by_both["b"][0, 0] == 84
    with pytest.raises(OptionError, match="cost cannot be weighed"):
        utilities(found, {"cost": 1.0})


def test_weights_in_words() -> None:
    assert parse_weights("people_reached: 1, complaints: −50") == {
        "people_reached": 1.0,
        "complaints": -50.0,
    }
    with pytest.raises(UnknownNameError, match="did you mean 'complaints'"):
        parse_weights("complaint: 2")
    for wrong in ("people_reached", "people_reached: much", "people_reached: 0", ""):
        with pytest.raises(OptionError):
            parse_weights(wrong)


def test_dominated_is_worse_in_nothing_else() -> None:
    """b reaches fewer for more complaints in 19 draws of 20; c costs less, so nobody beats it."""
    people = {"a": [10.0] * 20, "b": [9.0] * 19 + [11.0], "c": [9.0] * 20}
    complaints = {"a": [1.0] * 20, "b": [2.0] * 20, "c": [2.0] * 20}
    cost = {"a": [5.0] * 20, "b": [5.0] * 20, "c": [4.0] * 20}
    found = dominated(known(people_reached=people, complaints=complaints, cost=cost))
    assert [(one.name, one.by, one.share) for one in found] == [("b", "a", 0.95), ("b", "c", 0.95)][
        :1
    ]


def test_nothing_is_dominated_within_luck() -> None:
    numbers = {"people_reached": {"a": np.full((20, 1), 100.0), "b": np.full((20, 1), 99.0)}}
    luck = {"people_reached": {"a": 0.02, "b": 0.02}}
    assert dominated(Alternatives(("a", "b"), "a", numbers, luck, {}, {})) == ()
    assert len(dominated(Alternatives(("a", "b"), "a", numbers, {}, {}, {}))) == 1


def test_ends_hold_all_rows_at_once() -> None:
    """Nine draws in ten lie between the ends in every row, and in a narrower cut they do not."""
    values = np.random.default_rng(5).normal(size=(6, 1000)) * np.arange(1, 7)[:, None]
    low, high = together(values)
    inside = ((values >= low[:, None]) & (values <= high[:, None])).all(axis=0).mean()
    assert 0.9 <= inside < 0.92
    # Each row by itself holds more, by Bonferroni about 1 − 0.1 / 6.
    alone = ((values >= low[:, None]) & (values <= high[:, None])).mean(axis=1)
    assert alone == pytest.approx(np.full(6, 1 - 0.1 / 6), abs=0.006)
    assert (np.diff(high - low) > 0).all()


def test_one_row_has_its_own_quantiles() -> None:
    low, high = together(np.arange(100.0)[None, :])
    assert (low[0], high[0]) == (5.0, 94.0)


def test_beside_the_base() -> None:
    found = beside(known(people_reached={"a": [10.0, 20.0], "b": [5.0, 30.0]}), "people_reached")
    assert list(found) == ["b"]
    assert found["b"].paired.ratio.p50 == pytest.approx(1.0)
    assert found["b"].paired.higher == found["b"].paired.lower == 0.5
    assert beside(known(people_reached={"a": [0.0, 1.0], "b": [1.0, 1.0]}), "people_reached") == {}
