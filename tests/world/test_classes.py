"""The class of a line, against a list of all classes in the order of the threshold rows."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from sim.behaviour.answering import thresholds
from sim.streams import make_key
from sim.world.classes import class_of
from sim.world.synthesis import latents, synthesise
from tests.world.test_synthesis import answering
from tests.worlds import plain


@pytest.mark.parametrize("consenting_odds", [1.0, 3.0])
def test_classes_stand_by_type_segment_consent_and_cohort(consenting_odds: float) -> None:
    """Consent makes classes of its own only where those who gave it answer otherwise."""
    alike = answering(invalid=0.0, frailty={"sd": 1.0, "cohorts": 3})
    types = {name: {"share": 0.5, "answering": alike} for name in ("landline", "mobile")}
    scenario = plain(
        world={
            "lines": 500,
            "line_types": types,
            "segments": {"a": {"share": 0.4}, "b": {"share": 0.6}},
            "consent": {"share": 0.5, "human_odds": consenting_odds},
        }
    )
    hidden = latents(scenario)
    found = synthesise(scenario, make_key(1), hidden)
    consents = (0, 1) if consenting_odds != 1.0 else (None,)
    classes = list(product(range(2), range(2), consents, range(3)))
    expected = [
        classes.index((kind, segment, consent if consents != (None,) else None, cohort))
        for kind, segment, consent, cohort in zip(
            found.line_type.tolist(),
            found.segment.tolist(),
            found.consent.tolist(),
            found.cohort.tolist(),
            strict=True,
        )
    ]
    assert class_of(scenario.world, found).tolist() == expected
    assert len(np.unique(expected)) == len(classes)
    assert thresholds(scenario.world, hidden).shape[3] == len(classes)
