# ruff: noqa: E501 - tables of cases
"""Files that hurt: each gives a fault at the right place, and never a traceback."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sim.document.node import plain
from sim.document.source import (
    MAX_BYTES,
    MAX_NODES,
    parse_source,
    read_source,
)
from sim.errors import DocumentError
from tests.scenario.example import TEXT, Write, changed, faults_of

BOMB = "x: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"x{i}: &a{i} [{', '.join(['*a' + (str(i - 1) if i else '')] * 9)}]\n" for i in range(12)
)

FILES = [
    # what, the bytes, line, column, words in the message
    ("empty", b"", 1, 1, "holds nothing"),
    ("white space", b" \n\n ", 1, 1, "holds nothing"),
    ("comments", b"# a\n# b\n", 1, 1, "only comments"),
    ("empty document", b"---\n...\n", 2, 1, "a map is wanted"),
    ("binary", b"\x89PNG\r\n\x1a\n\0\0", 3, 1, "binary file, not YAML text: a zero byte at byte 9"),
    ("latin 1", "format: 1\nname: été\n".encode("latin-1"), 2, 7, "byte 17 is 0xe9"),
    ("utf 16", "format: 1\n".encode("utf-16"), 1, 1, "UTF-16"),
    ("too large", b"# " + b"x" * MAX_BYTES, 1, 1, "larger than 512 KiB"),
    ("tab as indentation", b"dialing:\n\tchannels: 3\n", 2, 1, "a tab stands here; use spaces"),
    ("tab after spaces", b"dialing:\n  a: 1\n \tb: 3\n", 3, 2, "a tab stands here; use spaces"),
    ("tab after colon", b"a:\t1\n", 1, 3, "a tab stands here; use spaces"),
    ("control character", b"a: 1\nb: \x01\n", 2, 4, "U+0001 is not allowed"),
    ("open quote", b"a: 1\nb: 'x\n", 3, 1, "ends inside quotes (scanning a quoted scalar"),
    ("open brace", b"a: {x: 1\n", 2, 1, "ends inside { } or [ ]"),
    ("colon in text", b"a: b: c\n", 1, 5, "a ':' stands where no key can be"),
    ("no colon", b"a: 1\nb\nc: 2\n", 3, 1, "a key without ':' after it"),
    ("odd indentation", b"a:\n  b: 1\n c: 2\n", 3, 2, "indented unlike the lines around it"),
    ("list, then key", b"- a\nb: 1\n", 2, 1, "check the indentation"),
    ("reserved character", b"a: @x\n", 1, 4, "needs quotes"),
    ("unknown alias", b"a: *x\n", 1, 4, "names no anchor"),
    ("two documents", b"a: 1\n---\nb: 2\n", 2, 1, "a second document begins"),
    ("directive", b"# c\n%YAML 1.1\n---\na: on\n", 2, 1, "directive"),
    ("top level list", b"- format: 1\n", 1, 1, "the top level is a list; a map is wanted"),
    ("top level text", b"format 1\n", 1, 1, "the top level is one value; a map is wanted"),
    # With the top level 1, x has 10 values, x0 91, x1 820, x2 7,381: up to there 8,303. Two copies of
    # x1 and five of x further on, the 10,001st is the third in x's list: x3.0.2.0.5.2.
    ("alias bomb", BOMB.encode(), 1, 14, f"more than {MAX_NODES:_} values, with aliases expanded"),
    ("deep flow", b"a: " + b"[" * 1500, 1, 44, "nested more than 40 levels"),
    ("deep block", b"- " * 20_000, 1, 83, "nested more than 40 levels"),
    ("deep but parsed", b"a: " + b"[" * 60 + b"]" * 60, 1, 44, "nested more than 40 levels"),
]


@pytest.mark.parametrize(
    ("data", "line", "column", "words"), [f[1:] for f in FILES], ids=[f[0] for f in FILES]
)
def test_unreadable_files(write: Write, data: bytes, line: int, column: int, words: str) -> None:
    (fault,) = faults_of(write(data))
    assert (fault.line, fault.column) == (line, column), str(fault)
    assert words in fault.message
    assert fault.severity == "error"


KEYS = [
    # what, the change, line, column, path, words
    ("same key twice", ("seed: 7", "seed: 7\nname: b"), 5, 1, "name", "stands twice; first at 2:1"),
    (
        "same key twice in braces",
        ("{channels: 50}", "{channels: 50, channels: 60}"),
        48,
        34,
        "strategies.half.dialing.channels",
        "the key stands twice; first at 48:20",
    ),
    ("merge key", ("seed: 7", "seed: 7\n<<: {name: b}"), 5, 1, "", "merge keys (<<) are not used"),
    ("number as key", ("seed: 7", "seed: 7\n9: b"), 5, 1, "", 'not text; put it in quotes: "9"'),
    ("null as key", ("seed: 7", "seed: 7\n~: b"), 5, 1, "", "the key ~ is not text"),
    ("list as key", ("seed: 7", "seed: 7\n? [a]\n: b"), 5, 3, "", "a key is a map or a list"),
    ("tag", ("question: Whom", "question: !x Whom"), 3, 11, "question", "the tag !x is not used"),
    (
        "python tag",
        ("question: Whom", "question: !!python/name:os.system Whom"),
        3,
        11,
        "question",
        "is not used here",
    ),
    ("alias to itself", ("list: {source: white-pages}", "list: &l {source: *l}"), 32, 11, "list.source", "inside its own anchor"),
    ("not finite", ("channels: 100", "channels: .inf"), 34, 13, "dialing.channels", "a finite number is wanted"),
    ("overflow", ("calls_per_second: 4", "calls_per_second: 1e999"), 35, 21, "dialing.calls_per_second", "a finite number is wanted"),
    ("endless number", ("seed: 7", "seed: " + "9" * 5000), 4, 7, "seed", "is too long"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "line", "column", "path", "words"), [k[1:] for k in KEYS], ids=[k[0] for k in KEYS]
)
def test_data_that_a_scenario_may_not_hold(
    write: Write, change: tuple[str, str], line: int, column: int, path: str, words: str
) -> None:
    (fault,) = faults_of(write(changed(change)))
    assert (fault.line, fault.column, fault.path) == (line, column, path), str(fault)
    assert words in fault.message


def test_they_do_not_hide_other_faults(write: Write) -> None:
    text = changed(("seed: 7", "seed: -7\nname: b"), ("channels: 100", "channels: x"))
    assert [fault.path for fault in faults_of(write(text))] == ["seed", "name", "dialing.channels"]


def test_missing_file_directory_and_impossible_name(tmp_path: Path) -> None:
    for path, words in [
        (tmp_path / "none.yaml", "there is no such file"),
        (tmp_path, "is a directory"),
        (Path("\0"), "cannot be read"),
        (tmp_path / ("x" * 5000), "cannot be read"),
        (tmp_path / "none" / "x.yaml", "there is no such file"),
    ]:
        with pytest.raises(DocumentError, match=words) as caught:
            read_source(path)
        (fault,) = caught.value.faults
        assert (fault.file, fault.line, fault.column) == (str(path), 1, 1)


def test_unreadable_file(unprivileged: Path) -> None:
    path = unprivileged / "unreadable.yaml"
    path.write_text(TEXT, encoding="utf-8")
    path.chmod(0)
    with pytest.raises(DocumentError, match="permission denied"):
        read_source(path)


def test_link_in_a_circle(tmp_path: Path) -> None:
    link = tmp_path / "a.yaml"
    link.symlink_to(link)
    with pytest.raises(DocumentError, match="cannot be read"):
        read_source(link)


def test_values_are_those_of_yaml_1_2() -> None:
    text = (
        "a: on\nb: 10:00\nc: 2017-04-18 10:00\nd: 2017-04-21 20:00:00\ne: true\nf: 0o17\ng: 012\n"
        "h: 1_000\ni: 1.5\nj: ~\nk: NO\nl: 0x1F\nm: '5'\nn: 1e3\no: -3\np: 1/3\nq: =\nr: 2017-99-99\n"
    )
    assert plain(parse_source(text, "t").node) == {
        "a": "on", "b": "10:00", "c": "2017-04-18 10:00", "d": "2017-04-21 20:00:00", "e": True,
        "f": 15, "g": 12, "h": 1000, "i": 1.5, "j": None, "k": "NO", "l": 31, "m": "5", "n": 1000.0,
        "o": -3, "p": "1/3", "q": "=", "r": "2017-99-99",
    }  # fmt: skip


def test_places_count_characters_and_survive_byte_order_mark_and_crlf(write: Write) -> None:
    text = "\ufeffformat: 1\r\nname: {été: 'ça', x: 1}\r\n"
    node = read_source(write(text)).node
    assert plain(node) == {"format": 1, "name": {"été": "ça", "x": 1}}
    x = node.children["name"].children["x"]
    assert x.key is not None
    assert (x.key.line, x.key.column, x.place.column) == (2, 19, 22)


def test_aliases_are_allowed() -> None:
    node = parse_source("a: &x {b: 1}\nc: *x\nd: &x 2\ne: *x\n", "t").node
    assert plain(node) == {"a": {"b": 1}, "c": {"b": 1}, "d": 2, "e": 2}


def test_a_bomb_is_defused_quickly() -> None:
    begun = time.process_time()
    with pytest.raises(DocumentError):
        parse_source(BOMB, "t")
    assert time.process_time() - begun < 3
