"""Complaints about messages by the cell in which they are heard, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sim.measure.founding import Founding


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
