"""Reading one YAML file: safely, with positions, and with a plain sentence for what goes wrong.

The YAML library parses and composes. This module turns its nodes into our own, which remember their
place, and refuses what no document here has a use for: duplicate keys, merge keys, tags, several
documents, and aliases that expand beyond reason.
"""

from __future__ import annotations

import math
import os
import re
import stat
from collections.abc import Mapping
from numbers import Integral
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from sim.document.composed import MAX_DEPTH, MAX_NODES, TOO_DEEP, TOO_MANY, YamlNode
from sim.document.node import Node, Path, Place, Scalar, dotted
from sim.document.quick import compose_quickly
from sim.document.units import MAX_DIGITS, cut, shown
from sim.errors import DocumentError, Fault

MAX_BYTES = 1 << 19
"""Largest file that is read."""

_TAG = "tag:yaml.org,2002:"
_PLAIN_TAGS = {"str", "int", "float", "bool", "null", "timestamp", "map", "seq", "value", "merge"}
_TOO_LARGE = f"is larger than {MAX_BYTES // 1024} KiB, the most that is read"

_HALVES = re.compile("[\ud800-\udfff]")


class Source(NamedTuple):
    """What a text holds."""

    node: Node
    """The data, with places."""
    faults: tuple[Fault, ...]
    """What it may not hold, such as a key that stands twice; the data goes without."""


def read_source(path: str | FilePath) -> Source:
    """The data of a YAML file.

    Raises
    ------
    DocumentError
        When the file cannot be read, is not YAML, or is not a map.
    """
    return parse_source(read_text(path), str(path))


def read_any(path: str | FilePath) -> Source:
    """The data of a YAML file, be it a map or not.

    Raises
    ------
    DocumentError
        When the file cannot be read, is not YAML, or is empty.
    """
    return _parse_any(read_text(path), str(path))


def parse_source(text: str, file: str) -> Source:
    """The data of a YAML text that must be a map; `file` is the name that faults give."""
    source = _parse_any(text, file)
    node = source.node
    if not node.is_map:
        found = "a list" if isinstance(node.value, tuple) else "one value"
        message = f"the top level is {found}; a map is wanted: 'key: value'"
        raise DocumentError([Fault(file, node.place.line, node.place.column, "", message)])
    return source


def _parse_any(text: str, file: str) -> Source:
    """The data of a YAML text that is not empty."""
    if len(text) > MAX_BYTES:
        raise DocumentError([Fault(file, 1, 1, "", _TOO_LARGE)])
    root = _compose(text, file, 1)
    if root is None:
        only = "only comments" if text.strip() else "nothing"
        raise DocumentError([Fault(file, 1, 1, "", f"the file holds {only}; a map is wanted")])
    return _Converter(file, 0).convert(root)


def parse_value(text: str, file: str, column: int) -> Source:
    """A value written on one line, such as that of ``--set``, which begins at `column` (from 1)."""
    root = _compose(text, file, column)
    if root is None:
        return Source(Node(None, Place(file, 1, column)), ())
    return _Converter(file, column - 1).convert(root)


def data_source(data: Mapping[Any, Any], file: str) -> Source:
    """The same of data in memory: dicts, lists and scalars as YAML would give them.

    Nothing is written anywhere, so the place of each value is the name `file` without a line.

    Raises
    ------
    DocumentError
        When it holds more values, or is nested deeper, than a file may be.
    """
    return _DataReader(file).read(data)


# ── From bytes to text ───────────────────────────────────────────────────────────────────────────


def read_text(path: str | FilePath) -> str:
    """The text of a YAML file.

    Raises
    ------
    DocumentError
        When the file cannot be read, or is no text in UTF-8.
    """
    file = str(path)

    def fail(message: str, line: int = 1, column: int = 1) -> DocumentError:
        return DocumentError([Fault(file, line, column, "", message)])

    if not nameable(file):
        raise fail("cannot be read: no file can have that name")
    try:
        # Opened without waiting: a pipe may never be written to.
        with open(os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise fail("is a pipe, a device or the like; only regular files are read")
            # No further than its size: that of what only looks like a file, as in /proc, is 0.
            data = stream.read(min(status.st_size, MAX_BYTES + 1))
    except IsADirectoryError:
        raise fail("is a directory; name a file in it") from None
    except FileNotFoundError:
        raise fail("there is no such file") from None
    except PermissionError:
        raise fail("may not be read: permission denied") from None
    except OSError as error:
        raise fail(f"cannot be read: {error.strerror or error}") from None
    if len(data) > MAX_BYTES:
        raise fail(_TOO_LARGE)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise fail("is UTF-16 text; save it as UTF-8", 1, 1)
    if (offset := data.find(b"\0")) >= 0:
        message = f"is a binary file, not YAML text: a zero byte at byte {offset + 1}"
        raise fail(message, *_line_and_column(data, offset))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise fail(
            f"is not UTF-8 text: byte {error.start + 1} is 0x{data[error.start]:02x}; "
            "save the file as UTF-8",
            *_line_and_column(data, error.start),
        ) from None


def _line_and_column(data: bytes, offset: int) -> tuple[int, int]:
    """Where a byte stands, from 1; columns in characters."""
    begins = data.rfind(b"\n", 0, offset) + 1
    return data.count(b"\n", 0, offset) + 1, len(data[begins:offset].decode("utf-8", "replace")) + 1


# ── From text to the library's nodes ─────────────────────────────────────────────────────────────


def _compose(text: str, file: str, first_column: int) -> YamlNode | None:
    """The node of the text's one document, or None for no document."""
    if (node := compose_quickly(text)) is not None:
        return node
    # Reads what that left, and says what is wrong with it; nothing else needs it.
    from sim.document.explained import compose

    return compose(text, file, first_column)


def nameable(name: str) -> bool:
    """Whether a file can have a name: no zero byte in it, and no half of a character."""
    try:
        return b"\0" not in os.fsencode(name)
    except UnicodeEncodeError:
        return False


# ── From the library's nodes to ours ─────────────────────────────────────────────────────────────


class _Converter:
    """Turns composed nodes into ours; counts, so that aliases cannot expand without end."""

    def __init__(self, file: str, shift: int) -> None:
        self._file = file
        self._shift = shift
        self._count = 0
        self._open: list[YamlNode] = []
        self._faults: list[Fault] = []

    def convert(self, root: YamlNode) -> Source:
        """The whole tree, and what of it had to be left out."""
        return Source(self._node(root, None, ()), tuple(self._faults))

    def _place(self, node: YamlNode) -> Place:
        mark = node.start_mark
        shift = self._shift if mark.line == 0 else 0
        return Place(self._file, mark.line + 1, mark.column + 1 + shift)

    def _fault(self, place: Place, path: Path, message: str) -> None:
        self._faults.append(Fault(place.file, place.line, place.column, dotted(path), message))

    def _node(self, node: YamlNode, key: Place | None, path: Path) -> Node:
        place = self._place(node)
        self._count += 1
        # These two end the reading: to go on could take for ever.
        if self._count > MAX_NODES:
            self._fault(place, path, TOO_MANY)
            raise DocumentError(self._faults)
        if len(path) > MAX_DEPTH:
            self._fault(place, path[:4], TOO_DEEP)
            raise DocumentError(self._faults)
        if node in self._open:
            self._fault(key or place, path, "an alias stands inside its own anchor")
            return Node(None, place, key, path)
        tag = str(node.tag or "").removeprefix(_TAG)
        if tag not in _PLAIN_TAGS:
            self._fault(place, path, f"the tag {cut(str(node.tag))} is not used here; remove it")
            return Node(None, place, key, path)
        self._open.append(node)
        try:
            if node.id == "mapping":
                return Node(self._map(node, path), place, key, path)
            if node.id == "sequence":
                entries = tuple(
                    self._node(entry, None, (*path, index))
                    for index, entry in enumerate(node.value)
                )
                return Node(entries, place, key, path)
            return Node(self._scalar(str(node.value), tag, place, path), place, key, path)
        finally:
            self._open.pop()

    def _map(self, node: YamlNode, path: Path) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for key_node, value_node in node.value:
            at = self._place(key_node)
            if key_node.id != "scalar":
                self._fault(at, path, "a key is a map or a list; text is wanted")
                continue
            name = self._text(str(key_node.value), at, path)
            if name == "<<":
                self._fault(
                    at, path, "merge keys (<<) are not used here; use 'extends' or repeat the keys"
                )
                continue
            tag = str(key_node.tag or "").removeprefix(_TAG)
            if tag != "str":
                self._fault(
                    at,
                    path,
                    f'the key {cut(name) or "null"} is not text; put it in quotes: "{cut(name)}"',
                )
                continue
            if name in found:
                first = found[name].key
                where = f"{first.line}:{first.column}" if first else "above"
                self._fault(at, (*path, name), f"the key stands twice; first at {where}")
                continue
            found[name] = self._node(value_node, at, (*path, name))
        return found

    def _scalar(self, text: str, tag: str, place: Place, path: Path) -> Scalar:
        if tag == "null":
            return None
        if tag == "bool":
            return text.lower() == "true"
        if tag in ("int", "float") and len(text) > MAX_DIGITS:
            self._fault(place, path, _too_long(text))
            return text
        try:
            if tag == "int":
                digits = text.replace("_", "")
                sign = -1 if digits.startswith("-") else 1
                digits = digits.lstrip("+-").lower()
                base = {"0x": 16, "0o": 8, "0b": 2}.get(digits[:2], 10)
                return sign * int(digits, base)
            if tag == "float":
                number = float(
                    text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan")
                )
                if not math.isfinite(number):
                    self._fault(place, path, f"found {text[:40]}; a finite number is wanted")
                return number
        except ValueError:
            pass  # 0x_ and the like: text after all
        return self._text(text, place, path)

    def _text(self, text: str, place: Place, path: Path) -> str:
        """Text, where two escapes that make one character, as JSON writes it, are made one."""
        whole, halved = _whole(text)
        if halved:
            self._fault(place, path, _half(whole))
        return whole


def _whole(text: str) -> tuple[str, bool]:
    """Text in which two halves of a character are one; and whether there was a half alone."""
    if not _HALVES.search(text):
        return text, False
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16"), False
    except UnicodeDecodeError:
        return _HALVES.sub("\ufffd", text), True


def _half(whole: str) -> str:
    return f"found '{cut(whole)}', which holds half of a character"


def _too_long(number: str) -> str:
    return f"the number {number[:20]}… is too long; at most {MAX_DIGITS} characters are read"


class _DataReader:
    """Turns data in memory into nodes whose place is a name."""

    def __init__(self, file: str) -> None:
        self._place = Place(file, 0, 0)
        self._count = 0
        self._faults: list[Fault] = []

    def read(self, data: Mapping[Any, Any]) -> Source:
        """The whole tree, and what of it had to be left out."""
        return Source(self._node(data, ()), tuple(self._faults))

    def _fault(self, path: Path, message: str) -> None:
        self._faults.append(Fault(self._place.file, 0, 0, dotted(path), message))

    def _node(self, data: Any, path: Path) -> Node:
        self._count += 1
        if self._count > MAX_NODES or len(path) > MAX_DEPTH:
            deep = len(path) > MAX_DEPTH
            self._fault(path[:4], TOO_DEEP if deep else TOO_MANY)
            raise DocumentError(self._faults)
        if isinstance(data, Mapping):
            found: dict[str, Node] = {}
            for key, value in data.items():
                if not isinstance(key, str):
                    self._fault(path, f"the key {shown(key)} is not text")
                    continue
                name = self._text(key, path)
                found[name] = self._node(value, (*path, name))
            return Node(found, self._place, self._place, path)
        if isinstance(data, list | tuple):
            entries = tuple(self._node(entry, (*path, at)) for at, entry in enumerate(data))
            return Node(entries, self._place, self._place, path)
        return Node(self._scalar(data, path), self._place, self._place, path)

    def _text(self, text: str, path: Path) -> str:
        whole, halved = _whole(text)
        if halved:
            self._fault(path, _half(whole))
        return whole

    def _scalar(self, data: Any, path: Path) -> Scalar:
        if data is None or isinstance(data, bool):
            return data
        if isinstance(data, str):
            return self._text(data, path)
        if isinstance(data, Integral):
            number = int(data)
            if abs(number) >= 10**MAX_DIGITS:
                self._fault(path, f"found a whole number of more than {MAX_DIGITS} digits")
                return 0
            return number
        if isinstance(data, float):
            if not math.isfinite(data):
                self._fault(path, f"found {data}; a finite number is wanted")
            return float(data)
        kind = type(data).__name__
        self._fault(path, f"found a {kind}; write it as text, such as it would stand in a file")
        return str(data)
