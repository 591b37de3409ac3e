"""The tree of a YAML text by libyaml, twenty times as fast as the library that explains faults.

It answers only where it surely sees what that library sees, which follows YAML 1.2 and remembers
more. What it refuses, and whatever the two could take in two ways, is left to the other.
"""

from __future__ import annotations

import re

from yaml import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    SafeLoader,
    ScalarEvent,
    YAMLError,
)

from sim.document.composed import MAX_DEPTH, MAX_NODES, YamlNode

try:
    from yaml import CSafeLoader as Fast
except ImportError:  # built without libyaml: the other library reads everything
    Fast = None

_TWO_WAYS = re.compile(
    "[\t\r\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
    r"|^(?:%|\.\.\.)"
    r"|[|>][-+0-9]* *(?:#[^\n]*)?\n *\n",
    re.MULTILINE,
)
"""Tabs, line breaks of other kinds, what may be no character; directives and ends of documents; a
text over lines that begins with an empty one."""
_QUOTED = {"'", '"'}
_TAG = "tag:yaml.org,2002:"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_MOMENT = (
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?"
    r"(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?"
)
_PLAIN = {
    "null": ("null|Null|NULL|~|", ["n", "N", "~", ""]),
    "bool": ("true|True|TRUE|false|False|FALSE", list("tTfF")),
    "float": (
        r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[0-9][0-9_]*[eE][-+]?[0-9]+"
        r"|\.[0-9_]+(?:[eE][-+][0-9]+)?|\.(?:inf|Inf|INF))|\.(?:nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
    "int": (
        "[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9_]+)",
        list("-+0123456789"),
    ),
    "timestamp": (f"{_DATE}|{_MOMENT}", list("0123456789")),
    "merge": ("<<", ["<"]),
    "value": ("=", ["="]),
}
"""What a text without quotes is, by its form and its first signs: YAML 1.2, with _ in numbers."""


class _Loader(Fast or SafeLoader):  # type: ignore[misc]
    """Reads one text; says what is not in quotes as YAML 1.2 does, not 1.1 as its parent."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


for _name, (_form, _first) in _PLAIN.items():
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(f"(?:{_form})\\Z"), _first)


def compose_quickly(text: str) -> YamlNode | None:
    """The tree of the text's one document, or None where the other library must be asked.

    It is asked where the text has tags, one anchor twice, or signs that the two take in two ways,
    where it is large or deep, and where there is anything to explain.
    """
    if Fast is None or _TWO_WAYS.search(text) is not None:
        return None
    try:
        if not _plain(_Loader(text)):
            return None
        node: YamlNode | None = _Loader(text).get_single_node()
    except YAMLError:
        return None
    return node


def _plain(parser: _Loader) -> bool:
    """Whether a text's events make one small document without tags."""
    depth = nodes = documents = 0
    anchors: set[str] = set()
    while parser.check_event():
        event = parser.get_event()
        if isinstance(event, CollectionEndEvent):
            depth -= 1
        elif isinstance(event, DocumentStartEvent):
            documents += 1
        elif isinstance(event, AliasEvent):
            nodes += 1
        elif isinstance(event, ScalarEvent | CollectionStartEvent):
            nodes += 1
            depth += isinstance(event, CollectionStartEvent)
            if event.tag is not None or event.anchor in anchors:
                return False
            if event.anchor is not None:
                anchors.add(event.anchor)
            # Where nothing stands for a value, each library sees it in a place of its own.
            if isinstance(event, ScalarEvent) and not event.value and event.style not in _QUOTED:
                return False
        if documents > 1 or nodes > MAX_NODES or depth > MAX_DEPTH:
            return False
    return documents == 1
