# ruff: noqa: E501 - tables of cases
"""Overlays, files that extend files, and values from the command line."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.document.node import Node, Place, plain
from sim.errors import ScenarioError
from sim.scenario.load import Loaded, load_scenario
from sim.scenario.overlay import MAX_EXTENDS, difference, merge, same
from tests.scenario.example import TEXT, Write, changed, faults_of

# ── RFC 7386 ─────────────────────────────────────────────────────────────────────────────────────

# The examples of RFC 7386, appendix A, less those whose target or patch is no map.
RFC = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ({"a": "foo"}, {"a": {"b": None, "c": {"d": None}}}, {"a": {"c": {}}}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


def node(value: Any) -> Node:
    """Plain data as a node."""
    place = Place("t", 1, 1)
    if isinstance(value, dict):
        return Node({name: node(entry) for name, entry in value.items()}, place)
    if isinstance(value, list):
        return Node(tuple(map(node, value)), place)
    return Node(value, place)


@pytest.mark.parametrize(("target", "patch", "expected"), RFC)
def test_rfc_7386(target: Any, patch: Any, expected: Any) -> None:
    assert plain(merge(node(target), node(patch))) == expected


scalars = st.one_of(st.integers(0, 2), st.booleans(), st.sampled_from(["", "x"]), st.floats(0, 1))
trees = st.dictionaries(
    st.sampled_from("abcd"),
    st.recursive(
        st.one_of(scalars, st.lists(scalars, max_size=2)),
        lambda inner: st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


@given(trees, trees)
def test_the_difference_makes_one_of_the_other(target: Any, wanted: Any) -> None:
    patch = difference(target, wanted)
    assert same(plain(merge(node(target), node(patch))), wanted)
    assert difference(wanted, wanted) == {}


# ── Strategies ───────────────────────────────────────────────────────────────────────────────────


def strategy(loaded: Loaded, name: str) -> Any:
    return loaded.scenario.strategies[name]


def test_overlays_merge_replace_and_delete(write: Write) -> None:
    text = changed(
        ("{channels: 50}", "{channels: 50, call_times: [{days: sat, from: '9:00', to: '24:00'}]}"),
        ("attempts: {lifetime: 1}", "attempts: {lifetime: 2}\nrecycle: {busy: {delay: 1 h}}"),
        ("attempts: {lifetime: 3}", "attempts: null"),
        ("busy: {delay: 15 min}", "busy: null"),
        ("2017-04-21 20:00}", "2017-04-23 20:00}"),
    )
    loaded = load_scenario(write(text))
    base, half, three = (strategy(loaded, name) for name in ("as-run", "half", "three-attempts"))
    assert (half.dialing.channels, half.dialing.calls_per_second) == (50, 4)
    assert [w.days for w in half.dialing.call_times] == [(5,)]
    assert len(base.dialing.call_times) == 2
    assert base.recycle.busy.delay == 3_600_000
    assert three.recycle.busy is None
    assert three.attempts.lifetime == 1


def test_a_strategy_without_braces_is_the_base_strategy(write: Write) -> None:
    loaded = load_scenario(write(changed(("as-run: {}", "as-run:"))))
    assert strategy(loaded, "as-run") == load_scenario(write(TEXT)).scenario.strategies["as-run"]


def test_base_defaults_to_the_first_strategy(write: Write) -> None:
    assert load_scenario(write(changed(("base: as-run\n", "")))).scenario.base == "as-run"


# ── extends ──────────────────────────────────────────────────────────────────────────────────────


def test_a_file_is_laid_over_the_one_that_it_extends(write: Write) -> None:
    write(TEXT, "base.yaml")
    write(
        "extends: base.yaml\ndialing: {channels: 80}\nstrategies: {half: null, new: {}}\n",
        "mid.yaml",
    )
    path = write(
        "extends: mid.yaml\nname: top\nstrategies:\n"
        "  three-attempts: {recycle: null, attempts: {lifetime: 1}}\n"
        "  new: {dialing: {channels: 7}}\n",
        "top.yaml",
    )
    loaded = load_scenario(path)
    assert [source.name for source in loaded.sources] == ["top.yaml", "mid.yaml", "base.yaml"]
    assert loaded.scenario.name == "top"
    channels = {name: s.dialing.channels for name, s in loaded.scenario.strategies.items()}
    assert channels == {"as-run": 80, "three-attempts": 80, "new": 7}
    assert strategy(loaded, "three-attempts").recycle.no_answer is None
    assert "extends" not in loaded.resolved


def test_a_null_below_and_a_map_above_replace(write: Write) -> None:
    """The overlay below takes all retries away; the one above brings back only its own."""
    write(
        changed(("attempts: {lifetime: 1}", "attempts: {lifetime: 2}\nrecycle: {busy: {delay: 1 h}}"),
                ("recycle: {no_answer: {delay: 4 h}, busy: {delay: 15 min}}", "recycle: null")),
        "base.yaml",
    )  # fmt: skip
    path = write(
        "extends: base.yaml\nstrategies: {three-attempts: {recycle: {machine: {delay: 2 h}}}}\n"
    )
    recycle = strategy(load_scenario(path), "three-attempts").recycle
    assert (recycle.busy, recycle.no_answer, recycle.machine.delay) == (None, None, 7_200_000)


def test_faults_blame_the_file_that_holds_the_value(write: Write) -> None:
    write(
        changed(("channels: 100", "channels: x"), ("{channels: 50}", "{chanels: 50}")), "base.yaml"
    )
    path = write("extends: base.yaml\nseed: y\ndialing: {ring_timeout: 9}\n", "top.yaml")
    assert [str(fault).split(" found")[0].split(" unknown")[0] for fault in faults_of(path)] == [
        "base.yaml:34:13: dialing.channels:",
        "base.yaml:48:20: strategies.half.dialing.chanels:",
        "top.yaml:2:7: seed:",
        "top.yaml:3:25: dialing.ring_timeout:",
    ]


def test_a_deleted_key_that_is_needed_blames_the_null(write: Write) -> None:
    write(TEXT, "base.yaml")
    path = write("extends: base.yaml\nworld: {lines: null}\n", "top.yaml")
    (fault,) = faults_of(path)
    assert str(fault).startswith("top.yaml:2:9: world.lines: is empty, but needed: Lines in the")


def test_the_path_is_relative_to_the_file(write: Write) -> None:
    base = write(TEXT, "base.yaml")
    (base.parent / "sub").mkdir()
    path = write("extends: ../base.yaml\n", "sub/top.yaml")
    assert load_scenario(path).scenario == load_scenario(base).scenario


EXTENDS = [
    ("extends: s.yaml", "1:10", "the files extend each other in a circle: "),
    ("extends: other.yaml", "1:10", "there is no file '"),
    ("format: 1\nextends: [a]", "2:1", "found no file name"),
    ("extends:", "1:1", "found no file name"),
    ("extends: .", "1:10", "there is no regular file '"),
    ("extends: words.yaml", "1:10", "words.yaml' is no scenario: it holds no key of one"),
    ("extends: list.yaml", "1:10", "list.yaml' is no scenario: it holds no key of one"),
    ("extends: keys.yaml", "1:10", "keys.yaml' is no scenario: it holds no key of one"),
]


@pytest.mark.parametrize(("text", "place", "words"), EXTENDS)
def test_what_cannot_be_extended(write: Write, text: str, place: str, words: str) -> None:
    others = {"words": "a host's name", "list": "- hunter2\n", "keys": "password: hunter2\n"}
    for name, content in others.items():
        write(content, f"{name}.yaml")
    (fault,) = faults_of(write(text, "s.yaml"))
    assert fault.file == "s.yaml"
    assert (f"{fault.line}:{fault.column}", fault.path) == (place, "extends")
    assert words in fault.message
    assert "hunter2" not in fault.message


def test_circles_and_chains(write: Write) -> None:
    write("extends: s.yaml", "b.yaml")
    (fault,) = faults_of(write("extends: b.yaml"))
    assert (fault.file, fault.line, fault.column) == ("b.yaml", 1, 10)
    assert "circle" in fault.message

    write(TEXT, "0.yaml")
    for index in range(1, MAX_EXTENDS + 1):
        write(f"extends: {index - 1}.yaml", f"{index}.yaml")
    path = write(f"extends: {MAX_EXTENDS - 2}.yaml")
    assert load_scenario(path).scenario.seed == 7
    (fault,) = faults_of(write(f"extends: {MAX_EXTENDS - 1}.yaml"))
    assert f"more than {MAX_EXTENDS} files" in fault.message


# ── --set ────────────────────────────────────────────────────────────────────────────────────────


def test_settings_address_the_base_strategy_or_one(write: Write) -> None:
    loaded = load_scenario(
        write(TEXT),
        [
            "strategies.three-attempts.dialing.call_times.1.to=19:30",
            "dialing.channels=70",
            "dialing.calls_per_second=1/3",
            "strategies.three-attempts.dialing.channels=30",
            "world.press_1={low: 2 %, central: 5 %, high: 9 %}",
            "strategies.new={dialing: {channels: 5}}",
            "question=null",
            "seed=9",
            "seed=10",
        ],
    )
    channels = {name: s.dialing.channels for name, s in loaded.scenario.strategies.items()}
    assert channels == {"as-run": 70, "half": 50, "three-attempts": 30, "new": 5}
    closes = [s.dialing.call_times[1].closes for s in loaded.scenario.strategies.values()]
    assert closes == [1200, 1200, 1170, 1200]
    assert all(s.dialing.calls_per_second * 3 == 1 for s in loaded.scenario.strategies.values())
    assert loaded.scenario.world.press_1.high == 0.09
    assert (loaded.scenario.question, loaded.scenario.seed) == (None, 10)


SETS = [
    ("dialing.chanels=3", "1:1", "dialing.chanels", "did you mean 'channels'?"),
    ("dialing.channels=x", "1:18", "dialing.channels", "found 'x'; a whole number"),
    ("dialing.channels=", "1:1", "dialing.channels", "is empty, but needed"),
    ("dialing.channels.x=3", "1:1", "dialing.channels", "found a map"),
    ("dialing={channels: 3", "1:21", "", "ends inside { } or [ ]"),
    ("dialing.call_times.2.to=10:00", "1:1", "dialing.call_times.2.to", "has 2 entries, 0 to 1"),
    ("dialing.call_times.x=3", "1:1", "dialing.call_times.x", "found 'x'; the list"),
    ("dialing.call_times.0.to=25:00", "1:25", "dialing.call_times.0.to", "found '25:00'"),
    ("strategies.hlf.attempts.lifetime=1", "1:1", "strategies.hlf.attempts.lifetime", "did you mean 'half'?"),
    ("strategies.half.attempts.lifetim=1", "1:1", "strategies.half.attempts.lifetim", "did you mean 'lifetime'?"),
    ("sed=3", "1:1", "sed", "did you mean 'seed'?"),
    ("extends=x", "1:1", "extends", "cannot be set"),
    ("seed", "1:1", "seed", "found 'seed'; write path=value"),
    ("a..b=1", "1:1", "a..b", "write path=value"),
    ("=1", "1:1", "", "write path=value"),
    ("seed={a: 1, a: 2}", "1:13", "seed.a", "stands twice"),
]  # fmt: skip


@pytest.mark.parametrize(("argument", "place", "path", "words"), SETS)
def test_settings_that_hurt(write: Write, argument: str, place: str, path: str, words: str) -> None:
    faults = [f for f in faults_of(write(TEXT), [argument]) if words in f.message]
    assert len(faults) == 1, faults_of(write(TEXT), [argument])
    assert (faults[0].file, f"{faults[0].line}:{faults[0].column}") == ("--set", place)
    assert faults[0].path == path


def test_faults_of_settings_and_of_the_file_come_together(write: Write) -> None:
    path = write(changed(("seed: 7", "seed: x")))
    found = [f"{f.file} {f.path}" for f in faults_of(path, ["dialing.channels=y", "nonsense"])]
    assert found == ["--set nonsense", "--set dialing.channels", "s.yaml seed"]


def test_deleting_a_strategy(write: Write) -> None:
    loaded = load_scenario(write(TEXT), ["strategies.half=null"])
    assert list(loaded.scenario.strategies) == ["as-run", "three-attempts"]
    with pytest.raises(ScenarioError, match=r"strategies: is empty|at least one"):
        load_scenario(write(TEXT), ["strategies={}"])
