"""The report's markup as the dashboard's components: what is written once is shown in both."""

from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any

from dash import html
from dash.development.base_component import Component

from analysis.report.markup import Html

Shown = Component | str
_VOID = {"br", "hr", "img", "wbr"}
_NAMES = {"class": "className", "colspan": "colSpan", "rowspan": "rowSpan", "tabindex": "tabIndex"}


def components(markup: Html) -> list[Shown]:
    """Components of the report's own markup, in which every text is escaped already."""
    builder = _Builder()
    builder.feed(markup)
    builder.close()
    return builder.whole


class _Builder(HTMLParser):
    """Builds components from the inside out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.whole: list[Shown] = []
        self._open: list[tuple[str, dict[str, Any], list[Shown]]] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self._open.append((tag, dict(_property(name, value) for name, value in attrs), []))
        if tag in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        name, properties, children = self._open.pop()
        if name != tag:
            raise ValueError(f"</{tag}> ends <{name}>")
        made = getattr(html, tag.capitalize())
        self._add(made(children or None, **properties))

    def handle_data(self, data: str) -> None:
        self._add(data)

    def _add(self, one: Shown) -> None:
        (self._open[-1][2] if self._open else self.whole).append(one)


def _property(name: str, value: str | None) -> tuple[str, Any]:
    """An attribute as a component has it."""
    if name == "style":
        pairs = (part.split(":", 1) for part in (value or "").split(";") if ":" in part)
        return "style", {_camel(key.strip()): text.strip() for key, text in pairs}
    return _NAMES.get(name, name), True if value is None else value


def _camel(name: str) -> str:
    first, *rest = name.split("-")
    return first + "".join(part.capitalize() for part in rest)
