"""Our own source files as syntax trees, each parsed once for all rules about what stands there."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

TOGETHER = pytest.mark.xdist_group("sources")
"""One process parses for all of them."""


@cache
def tree_of(file: Path) -> ast.Module:
    """A source file, parsed."""
    return ast.parse(file.read_text("utf-8"), file.name)


@cache
def nodes_of(file: Path) -> tuple[ast.AST, ...]:
    """All nodes of a source file."""
    return tuple(ast.walk(tree_of(file)))
