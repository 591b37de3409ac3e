"""Each promise names tests that can fail, and they exist."""

from __future__ import annotations

import ast
import re

from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "promises.md"
NAMED = re.compile(r"^- `(tests/[\w/]+\.py)::(test_\w+)`$", re.MULTILINE)


def test_there_are_nine_and_each_names_tests_that_exist() -> None:
    parts = re.split(r"^## (\d)\. ", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    assert parts[::2] == list("123456789")
    for number, text in zip(parts[::2], parts[1::2], strict=True):
        named = NAMED.findall(text)
        assert named, number
        assert len(named) == len(set(named)) == text.count("\n- ")
        for file, name in named:
            tree = ast.parse((ROOT / file).read_text("utf-8"))
            tests = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
            assert name in tests, f"{file} has no {name}"
