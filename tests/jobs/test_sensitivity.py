"""What the numbers of a study hang on, from its own draws."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.special import ndtri

from sim.errors import CannotJudgeError, UnknownNameError
from sim.jobs.sensitivity import _Sample, document, sensitivity
from sim.scenario.joint import Joint
from sim.store.study import Study
from sim.study.joint import correlated
from sim.study.points import shuffled


@pytest.fixture(scope="module")
def told(small_study: Study):
    return document(sensitivity(small_study))


def inputs(one) -> dict[str, dict]:
    return {row["path"]: row for row in one["inputs"]}


def test_what_is_heard_drives_people_where_voicemail_is_left(told) -> None:
    """Of 32 % machines and at most 60 s of listening, most who are reached heard a message later;
    30–90 % of messages are heard, 1.0–2.2 voters stand behind a line."""
    found = inputs(told["strategies"]["all-channels"]["people_reached"])
    heard, voters = found["world.voicemail.heard"], found["world.voters_per_line"]
    assert heard["role"] == voters["role"] == "reading"
    assert heard["first_order"]["value"] > voters["first_order"]["value"] > 0.03
    assert heard["beyond_chance"]
    assert voters["beyond_chance"]


def test_who_is_reached_by_leaving_a_message_hangs_on_nothing_heard(told) -> None:
    """half-the-channels counts a message that is left: whether it is heard is nothing to it, so its
    difference to the base hangs on that."""
    own = inputs(told["strategies"]["half-the-channels"]["people_reached"])
    assert not own["world.voicemail.heard"]["beyond_chance"]
    apart = inputs(told["differences"]["half-the-channels"]["people_reached"])
    assert max(apart, key=lambda p: apart[p]["first_order"]["value"]) == "world.voicemail.heard"


def test_cost_hangs_on_nothing_that_is_read(told) -> None:
    """A price a line dialled: only what places calls can move it."""
    for one in told["strategies"].values():
        if "cost" in one:
            assert {row["role"] for row in one["cost"]["inputs"]} == {"placing"}


def test_dummies_stand_beside_both_kinds(told) -> None:
    dummies = told["strategies"]["all-channels"]["people_reached"]["dummies"]
    assert {one["role"] for one in dummies} == {"placing", "reading"}
    assert all(one["first_order"]["low"] < 0.02 for one in dummies)


def test_the_document_is_plain_and_the_same_again(told, small_study: Study) -> None:
    assert told["schema"] == "ringfence-sensitivity/1"
    assert "world.press_1" in told["not_varied"]
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    alone = document(sensitivity(small_study, ["all-channels"]))
    assert alone["strategies"]["all-channels"] == told["strategies"]["all-channels"]
    assert alone["differences"] == {}


def test_linked_inputs_have_shapley_shares(small_study: Study) -> None:
    """A sum of three scores with two linked, as if it were people reached: Owen and Prieur."""
    group = Joint(inputs=("a", "b"), correlation=0.5)
    free = dict(zip("abc", shuffled(3, ["a", "b", "c"], 64).T, strict=True))
    at = correlated([group], free)
    drawing = SimpleNamespace(
        points=lambda _numbers: at,
        loaded=SimpleNamespace(scenario=SimpleNamespace(joint=(group,))),
    )
    sample = _Sample(small_study, drawing)  # type: ignore[arg-type]
    sample.__dict__["read"] = {}
    z = {path: ndtri(u) for path, u in at.items()}
    value = (2 * z["a"] + z["b"] + 2 * z["c"])[:, None]
    found = sample.hangs("people_reached", value, {})
    assert found.linked == ("a", "b")
    assert found.shapley is not None
    expected = {"a": 4.625 / 11, "b": 2.375 / 11, "c": 4 / 11}
    assert found.shapley.shares == pytest.approx(expected, abs=0.01)


def test_linked_inputs_that_are_read_have_them_too(small_study: Study) -> None:
    """The same sum, where the two that are linked differ from reading to reading."""
    group = Joint(inputs=("a", "b"), correlation=0.5)
    free = dict(zip("ab", shuffled(3, ["a", "b"], 64 * 32).T, strict=True))
    read = {path: u.reshape(64, 32) for path, u in correlated([group], free).items()}
    placed = {"a": read["a"][:, 0], "b": read["b"][:, 0], "c": shuffled(5, ["c"], 64)[:, 0]}
    drawing = SimpleNamespace(
        points=lambda _numbers: placed,
        loaded=SimpleNamespace(scenario=SimpleNamespace(joint=(group,))),
    )
    sample = _Sample(small_study, drawing)  # type: ignore[arg-type]
    value = 2 * ndtri(read["a"]) + ndtri(read["b"]) + 2 * ndtri(placed["c"])[:, None]
    found = sample.hangs("people_reached", value, read)
    assert found.shapley is not None
    expected = {"a": 4.625 / 11, "b": 2.375 / 11, "c": 4 / 11}
    assert found.shapley.shares == pytest.approx(expected, abs=0.03)


def test_an_unknown_strategy(small_study: Study) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'all-channels'"):
        sensitivity(small_study, ["all-chanels"])


def test_draws_of_another_version(small_study: Study) -> None:
    class Other(Study):
        @property
        def inputs(self):
            rows = super().inputs
            rows.loc[rows["draw"] == 1, "value"] *= 1.5
            return rows

    other = Other(small_study.path, small_study.facts, small_study.manifest, small_study.answer)
    with pytest.raises(CannotJudgeError, match="draws other inputs"):
        sensitivity(other)


def test_too_few_draws(small_study: Study) -> None:
    manifest = {**small_study.manifest, "draws": 8}
    few = Study(small_study.path, small_study.facts, manifest, small_study.answer)
    with pytest.raises(CannotJudgeError, match="8 draws are too few") as raised:
        sensitivity(few)
    assert "at least 32" in str(raised.value)


def test_shares_lie_in_their_intervals(told) -> None:
    for one in told["strategies"]["all-channels"].values():
        for row in one["inputs"]:
            for key in ("first_order", "delta"):
                ends = [row[key][name] for name in ("low", "value", "high")]
                assert ends == sorted(ends)
                assert np.isfinite(ends).all()


def test_where_a_run_was_not_read_its_own_value_counts() -> None:
    """An input on which something that comes back hung in draws 2 and 5 kept its value there."""
    answer = {
        "strategies": {
            "one": {"reading": ["a", "b"], "not_read": {"a": [2]}},
            "other": {"reading": ["a"], "not_read": {"a": [5]}},
        }
    }
    chance = np.random.default_rng(8)
    placed = {path: chance.random(6) for path in "ab"}
    read = {path: chance.random((6, 3)) for path in "ab"}
    study = SimpleNamespace(answer=answer, draws_count=6)
    sample = _Sample(study, SimpleNamespace(points=lambda _: placed))  # type: ignore[arg-type]
    sample.__dict__["read"] = read
    alone, both = sample.reading("one"), sample.reading("one", "other")
    assert list(alone) == ["a", "b"]
    assert list(both) == ["a"]
    assert (alone["b"] == read["b"]).all()
    for draw in range(1, 7):
        own = alone["a"][draw - 1]
        assert (own == (placed["a"][1] if draw == 2 else read["a"][draw - 1])).all()
        common = both["a"][draw - 1]
        kept = draw in (2, 5)
        assert (common == (placed["a"][draw - 1] if kept else read["a"][draw - 1])).all()
