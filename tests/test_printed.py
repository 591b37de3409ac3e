"""Nothing of others moves a terminal."""

from __future__ import annotations

import json
import unicodedata

import pytest

from sim.errors import DialerFilesError, Fault, RunDirectoryError, ScenarioError
from sim.printed import escaped


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J\x07", r"\x1b[2J\x07"),
        ("\x9b31m\x7f", r"\u009b31m\u007f"),
        ("abc\u202edef", r"abc\u202edef"),
        ("a\nb\tc\r", r"a\nb\tc\r"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\udb40\udc41"),
        ("Réunion, 1\u202f000\xa0€ – ≈ 漢字 😀", "Réunion, 1\u202f000\xa0€ – ≈ 漢字 😀"),
    ],
)
def test_what_is_written_out(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_no_control_and_no_direction_is_left_of_all_of_unicode() -> None:
    """By the categories of Unicode, which the function does not look at."""
    for number in range(0x110000):
        sign = chr(number)
        if unicodedata.category(sign) in {"Cc", "Zl", "Zp", "Cs"} or unicodedata.bidirectional(
            sign
        ) in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}:
            assert escaped(sign).isprintable(), hex(number)


def test_a_json_document_stays_one_and_says_the_same() -> None:
    document = {"name": "\x1b[31m \x7f \x9b \u202e \U000e0041 é"}
    text = json.dumps(document, ensure_ascii=False, indent=2)
    assert json.loads(escaped(text, keep="\n")) == document


def test_errors_and_faults_are_written_out() -> None:
    fault = Fault("\x1b[1mf.yaml", 1, 2, "a\x07", "found '\x1b]0;x\x07'\nboo")
    assert str(fault).isprintable()
    assert r"\x1b]0;x\x07" in str(fault)
    assert str(ScenarioError([fault, fault])) == str(fault)
    many = ScenarioError([fault, Fault("g", 1, 1, "", "y")])
    assert len(str(many).split("\n")) == 2
    assert all(line.isprintable() for line in many.lines())
    assert str(RunDirectoryError("a\x1bb\nc", place="p\x1b")).isprintable()
    files = DialerFilesError(["column '\x1b[0m'", "x\ny"])
    assert str(files) == "column '\\x1b[0m'\nx\\ny"
    assert all(line.isprintable() for line in files.lines())
