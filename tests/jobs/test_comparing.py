"""Strategies of studies, compared under the same unknowns."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from sim.errors import OptionError, UnknownNameError
from sim.jobs.compared import document
from sim.jobs.comparing import Source, compare
from sim.store.study import Study


@pytest.fixture(scope="module")
def found(small_study: Study):
    return compare([small_study])


def test_all_are_read_in_what_no_log_hangs_on(found, small_study: Study) -> None:
    """Who answers places calls in both; what is heard and who lives there is read in both."""
    assert set(found.known.readings) == {"world.voters_per_line", "world.voicemail.heard"}
    assert set(found.known.runs) == {"world.line_types.landline.answering.human"}
    people = found.known.numbers["people_reached"]
    assert {values.shape for values in people.values()} == {(32, 32)}


def test_the_paired_numbers_are_those_of_the_study(found, small_study: Study) -> None:
    """Of two strategies what no log hangs on is what the pair hangs on, so the study said it."""
    rows = small_study.arrow("readings.parquet").to_pandas()
    rows = rows[rows["strategy"] == "half-the-channels"]
    people = found.known.numbers["people_reached"]
    beside = rows["people_reached_beside"].to_numpy().reshape(32, 32)
    assert people["half-the-channels"] == pytest.approx(beside)
    base = rows["people_reached_base"].to_numpy().reshape(32, 32)
    assert people["all-channels"] == pytest.approx(base)
    told = small_study.answer["strategies"]["half-the-channels"]["against_base"]["people_reached"]
    one = found.besides["people_reached"]["half-the-channels"].paired
    assert one.ratio.p50 == pytest.approx(told["ratio"]["p50"])
    assert one.verdict == told["verdict"]


def test_what_differs_and_what_turns_it(found) -> None:
    """half-the-channels counts messages that are left: the more are heard, the less that brings."""
    paths = {one.path: one.values for one in found.differing}
    assert paths["dialing.channels"] == (6, 3)
    assert paths["reached_when.voicemail"] == ("heard", "left")
    assert found.leader == "half-the-channels"
    turned = found.turns["all-channels"]
    assert turned.enough
    bounds = turned.rules[0].bounds
    assert ("world.voicemail.heard", True) in {(one.path, one.above) for one in bounds}


def test_as_data(found) -> None:
    told = document(found)
    assert told["schema"] == "ringfence-compare/1"
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert sum(one["best"] for one in told["alternatives"].values()) == pytest.approx(1.0)
    bound = told["turns"]["all-channels"]["rules"][0]["bounds"][0]
    assert 0.6 < bound["value"] < 1.0  # voicemail.heard has its median at 60 %
    assert bound["text"].endswith("%")


def test_two_versions_of_a_scenario(found, small_study: Study) -> None:
    """The same study twice: an alternative of both is the same in each draw."""
    whole = compare([small_study, small_study], ["all-channels"])
    one, other = whole.known.names
    assert (one, other) == ("small-1/all-channels", "small-2/all-channels")
    people = whole.known.numbers["people_reached"]
    assert np.array_equal(people[one], people[other])
    assert whole.differing == ()
    assert whole.besides["people_reached"][other].paired.verdict == "within noise"
    assert whole.standing[one].best == whole.standing[other].best == 0.5


def test_weights_change_what_is_best(small_study: Study) -> None:
    """At a price of many people a euro whoever dials less is best; paid to dial, the other."""
    for weight, best in ((-1e6, "half-the-channels"), (1e6, "all-channels")):
        assert compare([small_study], weights={"cost": weight}).leader == best


def test_studies_of_other_draws_are_refused(small_study: Study) -> None:
    facts = small_study.facts.model_copy(update={"seed": 5})
    with pytest.raises(OptionError, match="another seed cannot be paired"):
        compare([small_study, replace(small_study, facts=facts)])
    with pytest.raises(OptionError, match="one strategy, and nothing"):
        compare([small_study], ["all-channels"])
    with pytest.raises(UnknownNameError, match="did you mean 'all-channels'"):
        compare([small_study], ["all-chanels"])


def test_names_of_alternatives(small_study: Study, found) -> None:
    one: Source = found.sources[0]
    assert one.alternative("x") == "x"
    assert replace(one, label="f").alternative("x") == "f/x"
