# ruff: noqa: SIM905 - tables of cases
"""Two writers of YAML: the quick one writes only what it writes sign for sign as the other."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.document.node import plain
from sim.document.source import parse_source, read_source
from sim.document.writing import written_quickly
from sim.errors import DocumentError
from sim.scenario.load import load_scenario
from sim.scenario.resolved import resolved_text, written_slowly
from tests.equivalence.generate import Dice, dialers_own, documents
from tests.fuzz.scenarios import malformed

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(ROOT.glob("scenarios/*.yaml"))
OWN = [*SHIPPED, *sorted(ROOT.glob("sim/**/*.yaml"))]


def hold(data: Any) -> bool:
    """Whether the quick writer answers; if it does, as the other."""
    found = written_quickly(data)
    if found is not None:
        assert found == written_slowly(data)
    return found is not None


@pytest.mark.parametrize("file", OWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_ships(file: Path) -> None:
    hold(plain(read_source(file).node))


@pytest.mark.parametrize("file", SHIPPED, ids=lambda path: path.stem)
def test_every_scenario_that_ships_is_written_quickly(file: Path) -> None:
    loaded = load_scenario(file)
    assert hold(loaded.resolved)
    assert resolved_text(loaded) == written_slowly(loaded.resolved)


def test_scenarios_that_the_tests_make() -> None:
    made = [dialers_own(dice, documents(dice)) for dice in map(Dice, range(300))]
    assert sum(map(hold, made)) > 0
    apart = [json.loads(json.dumps(data)) for data in made]  # nothing in them is met twice
    assert sum(map(hold, apart)) > len(made) / 2


def test_what_one_may_make_of_a_scenario() -> None:
    found = []
    for seed in range(60):
        try:
            found.append(hold(plain(parse_source(malformed(seed).text, "t").node)))
        except DocumentError:
            continue
    assert sum(found) > len(found) / 4


# ── Anything ─────────────────────────────────────────────────────────────────────────────────────

LIKE_OTHERS = r"""true False NULL null nulls yes no on off y n ~ << < = 1 -1 +1 0 007 0o17 0x1F 0xfg
0b1 1_000 1.5 .5 5. 1e3 1E-3 1e 1.e .inf .nan 2017-04-18 2017-4-18 2017-04-18T10 10:30 1:2 :a a: a:b
a#b # #a - -- --- ... ? ?a -a !a !!str &a *a @a `a` %a 5% 90s 1h30min 1d 1t 1z 1o 1f 1Z | > [a] {a}
, a,b a,[]{} 'a' "a" a'b a"b \ a\b a: b:\" é 😀 ı (a) ( €5 – a–b 1–5 K1 1² ١٢ [] {}""".split()
SPACED = [
    *("a b", " a", "a ", "a #b", "a # b", "a: b", "a :b", "- a", "? a", "1 %", "1 #", "2 s ", "1 "),
    *("2017-04-18 10", "2017-04-18 1 ", "2017-04-18 10:00:00", "2017-04-18 10:00:00 Z", "# a", ""),
    *(
        "a\nb",
        "a\tb",
        "a:\nb",
        "a:\tb",
        "a\x85b",
        "a\u2028b",
        "a\u2029",
        "\ufeffa",
        "a\x7f",
        "\xa0",
    ),
    *(
        "a\xa0",
        "a\xa0#",
        "a\u3000#",
        "a:\ufffe",
        "a\ue000",
        "a:\ue000",
        "a" * 99 + " b",
        "a\r",
        "1\xa0",
    ),
    *(
        "a b " * 700,
        "a: b " * 700,
        "a" * 127,
        "a" * 128,
        "a" * 129,
        "a:" * 64,
        "A" * 20_000,
        "\0",
        "a:\0",
    ),
]
WORDS = st.one_of(
    st.sampled_from([*LIKE_OTHERS, *SPACED]),
    st.text(st.sampled_from("019aeftxTZ.+-_ :#'\"\\,[]{}%é(–"), min_size=1, max_size=8),
    st.text(max_size=6),
)
SINGLE = st.one_of(WORDS, st.integers(), st.floats(), st.booleans(), st.none())
NESTED = st.recursive(
    SINGLE,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(WORDS, st.integers(0, 9), st.none()), inner, max_size=3),
        inner.map(lambda value: [value, value]),
    ),
    max_leaves=12,
)
SURE = st.recursive(
    st.one_of(
        st.sampled_from(
            [
                "a",
                "10 s",
                "12",
                "0.5",
                "2017-04-18",
                "5 %",
                "10:00",
                "a: b",
                "F30, F32",
                "a é–",
                'a "b": c',
                "\\:",
            ]
        ),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.booleans(),
        st.none(),
    ),
    lambda inner: st.one_of(
        st.lists(
            inner.filter(lambda value: value != {} and not isinstance(value, list)), max_size=3
        ),
        st.dictionaries(st.sampled_from(["a", "6 s", "b-c", "10:00", "d"]), inner, max_size=3),
    ),
    max_leaves=25,
)


@pytest.mark.parametrize("text", [*LIKE_OTHERS, *SPACED], ids=repr)
def test_what_could_be_taken_for_something_else(text: str) -> None:
    """As value, as key and in a list."""
    for data in ({"a": text}, {text: 1}, {text: {"b": [text]}}, {"a": [text, {"b": text}]}):
        hold(data)


@settings(max_examples=400, deadline=None)
@given(NESTED)
def test_anything(data: Any) -> None:
    hold(data)
    hold({"a": data})


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), SURE, min_size=1))
def test_what_it_is_sure_of(data: dict[str, Any]) -> None:
    assert hold(data)


SHARED = {"b": 1}
ROUND: dict[str, Any] = {}
ROUND["a"] = ROUND


@pytest.mark.parametrize(
    "data",
    [
        *({}, [], [1], "a", 1, None, {"a": (1,)}, {1: 2}, {"a": [[1]]}, {"a": [{}]}, {"a": ""}),
        *({"a": math.nan}, {"a": -math.inf}, {"a": "yes\n"}, {"a": "true"}, {"a": "+12"}),
        *({"a": SHARED, "b": SHARED}, {"a": [SHARED, SHARED]}, ROUND, {"a" * 101: 1}),
    ],
    ids=range(20),
)
def test_what_is_left_to_the_other(data: Any) -> None:
    assert written_quickly(data) is None
    assert isinstance(written_slowly(data), str)
