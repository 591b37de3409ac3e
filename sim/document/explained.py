"""The tree of a YAML text by the library that says where a text is wrong, and how.

It is written in Python and slow; :mod:`sim.document.quick` reads most texts before it is asked.
"""

from __future__ import annotations

import re
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer, ComposerError
from ruamel.yaml.error import MarkedYAMLError, StringMark, YAMLError
from ruamel.yaml.nodes import MappingNode, Node
from ruamel.yaml.reader import ReaderError

from sim.document.composed import MAX_DEPTH, MAX_NODES, TOO_DEEP, TOO_MANY, YamlNode
from sim.document.units import cut
from sim.errors import DocumentError, Fault

_NO_CHARACTER = re.compile(r"\\U(?!000|0010)[0-9A-Fa-f]{8}")

_PROBLEMS = (
    (
        "mapping values are not allowed",
        "a ':' stands where no key can be; is a quote missing before it, "
        "or is the line indented too far?",
    ),
    ("could not find expected ':'", "a key without ':' after it"),
    ("but found '<block mapping start>'", "this line is indented unlike the lines around it"),
    ("but found '<block sequence start>'", "this line is indented unlike the lines around it"),
    ("but found '-'", "a list entry stands where a key is wanted; check the indentation"),
    ("found unexpected end of stream", "the text ends inside quotes"),
    ("but got '<stream end>'", "the text ends inside { } or [ ]"),
    ("but found '<stream end>'", "the text ends inside { } or [ ]"),
    ("found undefined alias", "the alias (*name) names no anchor (&name) above it"),
    ("found duplicate anchor", "the anchor (&name) is used twice"),
    ("but found another document", "a second document begins; a file holds one"),
    ("expected <block end>", "this does not go on what stands above; check the indentation"),
    ("cannot start any token", "a text that begins with this character needs quotes"),
)


def compose(text: str, file: str, first_column: int) -> YamlNode | None:
    """The node of the text's one document, or None for no document.

    Raises
    ------
    DocumentError
        Where the text is not YAML, or holds more than is read. The first line begins at
        `first_column`, from 1.
    """

    def fail(message: str, line: int, column: int) -> DocumentError:
        shift = first_column - 1 if line == 1 else 0
        return DocumentError([Fault(file, line, column + shift, "", message)])

    if directive := re.match(r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*%", text):
        line = text.count("\n", 0, directive.end()) + 1
        raise fail("a YAML directive (%) is not used here; remove the line", line, 1)
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = _Composer
    try:
        node: YamlNode | None = yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise fail(_problem(error, text, line, column), line, column) from None
    except ReaderError as error:
        before = text[: error.position]
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
        code = error.character if isinstance(error.character, int) else ord(error.character)
        raise fail(f"the character U+{code:04X} is not allowed in YAML", line, column) from None
    except (ValueError, OverflowError) as error:
        if (escape := _NO_CHARACTER.search(text)) is None:
            raise fail(f"is not YAML: {cut(str(error))}", 1, 1) from None
        before = text[: escape.start()]
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        raise fail(f"the escape {escape[0]} names no character", line, column) from None
    except YAMLError as error:
        raise fail(f"is not YAML: {cut(str(error))}", 1, 1) from None
    return node


class _Composer(Composer):
    """The library's composer, which stops where a document holds more than is read."""

    def __init__(self, loader: Any = None) -> None:
        super().__init__(loader=loader)
        self.warn_double_anchors = False
        self._count = 0
        self._level = -1  # of the root: 0

    def compose_node(self, parent: Node | None, index: Any) -> Node:
        """A node and all below it."""
        is_key = isinstance(parent, MappingNode) and index is None
        self._count += not is_key
        self._level += 1
        if self._count > MAX_NODES or self._level > MAX_DEPTH:
            problem = TOO_DEEP if self._level > MAX_DEPTH else TOO_MANY
            raise ComposerError(None, None, problem, self.parser.peek_event().start_mark)
        node: Node = super().compose_node(parent, index)
        self._level -= 1
        return node


def _problem(error: MarkedYAMLError, text: str, line: int, column: int) -> str:
    """A syntax error in plain words."""
    lines = text.splitlines()
    row = lines[line - 1] if line <= len(lines) else ""
    indent = row[: len(row) - len(row.lstrip())]
    if "\t" in indent or row[column - 1 : column] == "\t":
        return "a tab stands here; use spaces"
    problem = " ".join(str(error.problem or error.context or "not YAML").split())
    context = str(error.context or "")
    message = next((plain for part, plain in _PROBLEMS if part in problem), problem)
    mark = error.context_mark
    if isinstance(mark, StringMark) and (mark.line + 1, mark.column + 1) != (line, column):
        what = context.removeprefix("while ").strip()
        message += f" ({what}, which began at {mark.line + 1}:{mark.column + 1})" if what else ""
    return message
