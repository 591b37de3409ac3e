# ruff: noqa: E501, SIM905 - tables of cases
"""Two readers of YAML: the quick one answers only where it sees exactly what the other sees."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from sim.document import explained, quick
from sim.document.composed import YamlNode
from sim.document.source import _Converter
from sim.scenario.starter import starter
from tests.fuzz.scenarios import malformed

ROOT = Path(__file__).parents[2]
OWN = [*sorted(ROOT.glob("scenarios/*.yaml")), *sorted(ROOT.glob("sim/**/*.yaml"))]
WHITE = ["\n", "\n", "\n  ", "\n  ", "\n    ", " ", "  ", "\t", "\r\n", "\u2028", "\ufeff"]
LINES = ["|\n", "|-\n  ", ">\n  ", "|2\n", "\n#c\n", "---\n", "2017-4-1 10:00:00", "1 %", "a #b"]
SPACED = [f"{sign} " for sign in "b: c: - ? : , # --- &a *a &b *b !!str".split()]
SIGNS = r"""a : { } [ ] ' " '' "" # ... % @ ` ! \n \u0041 \/ \ud83d \ é 😀 1 -1 0x1F 0o7 010 0b1 1e3
1.5 .5 1_000 _1 0_ +.inf .nan ~ null true yes on << = 2017-04-01 10:30 http://x a:b a#b --""".split()
PARTS = [*WHITE, *LINES, *SPACED, *SIGNS]


def seen(root: YamlNode) -> str:
    """What our data is, with every place and every fault."""
    return repr(_Converter("file", 0).convert(root))


def hold(text: str) -> bool:
    """Whether the quick reader answers; if it does, as the other."""
    found = quick.compose_quickly(text)
    if found is None:
        return False
    other = explained.compose(text, "file", 1)
    assert other is not None
    assert seen(found) == seen(other), text
    return True


def try_texts(seed: int, count: int) -> int:
    """How many of random texts the quick reader answers."""
    drawn = random.Random(seed)
    return sum(hold("".join(drawn.choices(PARTS, k=drawn.randint(1, 12)))) for _ in range(count))


def test_random_texts() -> None:
    assert try_texts(1, 4_000) > 1_000


@pytest.mark.verify
@pytest.mark.parametrize("seed", range(2, 6))
def test_more_random_texts(seed: int) -> None:
    assert try_texts(seed, 100_000) > 25_000


def test_scenarios_and_what_one_may_make_of_them() -> None:
    texts = [text for seed in range(40) if len(text := malformed(seed).text) < 20_000]
    assert sum(map(hold, texts)) > len(texts) / 2


@pytest.mark.parametrize("file", OWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_all_that_ships_is_read_quickly(file: Path) -> None:
    assert hold(file.read_text("utf-8"))


def test_so_is_a_starter() -> None:
    assert hold(starter("trial"))


PLAIN = r"""1 -1 +1 1_000 _1 0_ 0b12 0b 0o8 0o17 017 08 0x 0xfF 0xg 1. .1 -.1 ._1 1_.2_ 1e3 1E-3 .1e3
.1e+3 1.e+3 e3 1e ++1 .inf -.INF +.Inf .nan -.nan .NaN .iNf inf nan . ~ ~~ null Null nUll true True
tRue FALSE yes on n y << < = == 2017-04-01 2017-4-1 2017-04-01T1:02:03 2017-04-01t10:00:00Z ١٢ 1² a
""".split()
MOMENTS = ["2017-4-1 10:00:00", "2017-04-01 10:00:00.5 +2:30", "2017-04-01 10:00"]


@pytest.mark.parametrize("text", [*PLAIN, *MOMENTS])
def test_what_a_text_without_quotes_is(text: str) -> None:
    """As in YAML 1.2, and as the other reader has it, value and key."""
    assert hold(f"a: {text}\n")
    assert hold(f"{text}: 1\n")


@pytest.mark.parametrize(
    "text",
    [
        *("", "# only\n", "a:\n", "a: !!int 1\n", "a: &x 1\nb: &x 2\n", "a: 1\n---\nb: 2\n"),
        *("a:\t1\n", "a: 1\r\n", "a: 1\n...\n", "a: |\n\n  text\n", "a: [1\n", "a: *x\n"),
        *("a: \x00\n", "a: \ud800\n", "[" * 200_000, "- " * 200_000, "a: {" * 100_000),
        "a: [" + "1, " * 20_000 + "1]\n",
    ],
    ids=lambda text: repr(text[:20]),
)
def test_what_is_left_to_the_other(text: str) -> None:
    assert quick.compose_quickly(text) is None


def test_without_libyaml_the_other_reads_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick, "Fast", None)
    assert quick.compose_quickly("a: 1\n") is None
