"""Complaints about messages by the cell in which they are heard, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sim.document.laws import Exponential
from sim.measure.cases import Cases
from sim.measure.founding import Founding, central, numbers, shocked
from sim.scenario.complaints import ComplaintEffects
from tests.worlds import plain


def test_a_message_that_is_heard_within_a_silence_annoys_as_much_as_there() -> None:
    """Ten were they heard outside, 30 within; half of the second cell is silent, and half go there.

    The second draw has none in a silence: it is what a message outside leads to.
    """
    found = Founding(
        others=np.array([[1.0, 2.0], [0.0, 0.0]]),
        left=np.array([[10.0, 0.0], [4.0, 0.0]]),
        more=np.array([[[20.0, 0.0], [0.0, 0.0]]]),
        within=np.array([1]),
        share=np.array([[[0.5]]]),
    )
    hearing = np.array([[0.5, 0.5], [0.0, 1.0]])
    # Heard at once: 1 + 5. Heard later: 2 + half of 5 outside, and half of 15 within.
    assert found.by(hearing) == pytest.approx(np.array([[6.0, 2.0 + 2.5 + 7.5], [2.0, 2.0]]))
    assert found.by(hearing, np.array([1])) == pytest.approx(np.array([[2.0, 2.0]]))


def test_a_story_breeds_as_its_channel_does_from_its_moment_on() -> None:
    """Two in three lines called in the first quarter of an hour; a story at 30 h, delays of 12 h.

    Of m complaints m (exp(-a / 12) - exp(-b / 12)) come between a and b hours after it, and two in
    three of those exist.
    """
    nothing = np.zeros((1, 1), dtype=np.int64)
    cases = Cases(
        calls=nothing,
        lines=nothing,
        dialled=np.array([40, *[0] * 399]),
        world=60,
        quarter=nothing.astype(np.int16),
        objection_first=False,
        rings=True,
        silence=nothing.astype(np.bool_),
        cutoff_ms=400 * 900_000,
        shocks=((108_000_000, 3),),
    )
    hours = np.array([0.0, 24.0, 29.0, 31.0, 48.0, 90.0])
    bred = np.array([[0.1, 0.0, 0.0, 25.0], [9.0, 9.0, 9.0, 0.0]])
    law = Exponential.model_validate({"law": "exponential", "mean": "12 h"})
    found = shocked(cases, law, hours * 3_600_000, bred)
    left = np.exp(-np.maximum(hours - 30, 0) / 12)
    assert found[0] == pytest.approx(25 * 2 / 3 * (left[:-1] - left[1:]), rel=1e-3, abs=1e-9)
    assert (found[1] == 0).all()


def test_the_level_goes_by_the_casebooks_contagion_where_it_is_told() -> None:
    """30 per million, half of them to the regulator, twice the mean effect: 30 e-6 (1 - n)."""
    for told, n in ((None, 0.6), (0.2, 0.2), (0.0, 0.0)):
        complaints = {
            "per_million": 30,
            "casebook_effect": 2.0,
            "casebook_branching": told,
            "effects": dict.fromkeys(ComplaintEffects.model_fields, 1.0),
            "night": {"from": "21:00", "to": "07:00"},
            "delay": "1 s",
            "channels": {"regulator": 0.5, "operator": 0.5, "social": 0.0, "press": 0.0},
            "contagion": {
                "regulator": 0.9,
                "operator": 0.3,
                "social": 0,
                "press": 0,
                "delay": "1 s",
            },
        }
        world = plain(world={"lines": 10, "complaints": complaints}).world
        found = numbers(world, central(world))
        assert found.level == pytest.approx([30e-6 * (1 - n)])
        assert found.branching == pytest.approx([0.6])
