"""Every duration law of the model is checked, the one that nobody thought of included."""

from __future__ import annotations

import pytest
from pydantic import create_model

from sim.document.keys import Key, model_keys
from sim.document.laws import DurationLaw
from sim.document.node import Node, Path, Place
from sim.document.quantity import Model
from sim.scenario.checks import Subject, check_world
from sim.scenario.checks.durations import LONGEST_HOLD_MS, LONGEST_MS
from sim.scenario.load import load_scenario
from sim.scenario.strategy import Strategy
from sim.scenario.world import World
from tests.scenario.example import FEEDBACK, Write, faults_of


def law_paths(model: type[Model]) -> list[Path]:
    """Paths of every duration law that a model's annotations hold, with ``*`` for names."""
    return [key.path for key in model_keys(model).walk() if key.form == "law"]


PATHS = [
    ".".join(("world", *map(str, path))).replace("line_types.*", "line_types.landline")
    for path in law_paths(World)
]


def test_the_model_holds_laws_and_no_strategy_does() -> None:
    assert len(PATHS) == len(set(PATHS)) >= 14
    assert law_paths(Strategy) == []  # the rule of durations walks the world


def test_limits_of_their_own_belong_to_laws_that_exist() -> None:
    assert set(LONGEST_MS) <= set(law_paths(World))


@pytest.mark.parametrize("path", PATHS)
def test_every_law_is_checked(write: Write, path: str) -> None:
    file = write(FEEDBACK)
    crooked = f"{path}={{law: lognormal, median: 9 s, p90: 8 s}}"
    (fault,) = [f for f in faults_of(file, [crooked]) if f.path.startswith(path)]
    assert (fault.path, fault.message) == (
        f"{path}.p90",
        "p90 (8 s) is not longer than the median (9 s)",
    )
    longest = LONGEST_MS.get(tuple(path.split(".")[1:]), LONGEST_HOLD_MS)
    (fault,) = [f for f in faults_of(file, [f"{path}=500 d"]) if f.path == path]
    assert fault.message.startswith("found 500 d; at most ")
    assert [f for f in faults_of(file, [f"{path}={longest + 1} ms"]) if f.path == path]
    assert not [f for f in faults_of(file, [f"{path}={longest} ms"]) if f.path == path]


class Patience(Model):
    """A part of a world that nobody has thought of yet."""

    dropped: tuple[DurationLaw, ...] = ()
    waited: DurationLaw


def test_a_ninth_law_is_checked_by_itself(write: Write) -> None:
    wider = create_model(
        "World",
        __base__=World,
        hesitation=(DurationLaw, ...),
        patience=(dict[str, Patience], ...),
    )
    world = load_scenario(write(FEEDBACK)).scenario.world
    waited = {"law": "exponential", "mean": "0 s"}
    wide = wider.model_validate(
        {
            **{name: getattr(world, name) for name in World.model_fields},
            "hesitation": {"law": "uniform", "shortest": "3 s", "longest": "2 s"},
            "patience": {"old": {"dropped": ["2 h"], "waited": waited}},
        }
    )
    place = Place("made-up", 1, 1)
    known = frozenset(f"world.{name}" for name in wider.model_fields)
    subject = Subject(Node({}, place), wide, known)
    assert {(fault.path, fault.message) for fault in check_world(subject)} == {
        ("world.hesitation.longest", "longest (2 s) is shorter than shortest (3 s)"),
        ("world.patience.old.dropped.0", "found 2 h; at most 1 h is allowed"),
        ("world.patience.old.waited.mean", "is 0; a longer duration is wanted"),
    }
    unsure = Subject(Node({}, place), wide, known - {"world.hesitation"})
    assert len(list(check_world(unsure))) == 2  # nothing is said of what is not valid itself


def test_the_tree_of_keys_knows_a_ninth_law() -> None:
    wider = create_model("World", __base__=World, hesitation=(DurationLaw, ...))
    key: Key | None = model_keys(wider).child("hesitation")
    assert key is not None
    assert key.form == "law"
