"""HTML by small functions. Every text that comes from outside passes through ``esc``."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Sequence
from importlib import resources
from typing import Any

Html = str
"""Markup that is safe to put on the page."""


def esc(words: object) -> Html:
    """Any text as it should be read, with nothing in it taken for markup."""
    return html.escape(str(words), quote=True)


def json_script(name: str, value: Any) -> Html:
    """Data for the page's script, in an element that is not run.

    ``value`` is a JSON text, or what turns into one. No ``<`` is left that could end the element.
    """
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    safe = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f'<script type="application/json" id="{esc(name)}">{safe}</script>'


def paragraph(words: object, kind: str = "") -> Html:
    """A paragraph of plain text."""
    return f"<p{_class(kind)}>{esc(words)}</p>"


def table(
    header: Sequence[str], rows: Iterable[Sequence[str]], *, caption: str, kind: str = ""
) -> Html:
    """A table of plain texts; the first cell of a row names it. It scrolls sideways if need be."""
    head = "".join(f'<th scope="col">{esc(cell)}</th>' for cell in header)
    body = "".join(
        f'<tr><th scope="row">{esc(first)}</th>'
        + "".join(
            f"<td{_label(label) if kind else ''}>{esc(cell)}</td>"
            for label, cell in zip(header[1:], rest, strict=True)
        )
        + "</tr>"
        for first, *rest in rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{esc(caption)}">'
        f"<table{_class(kind)}><caption>{esc(caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _label(words: str) -> Html:
    """What a narrow screen writes beside a cell where the table's kind has it so."""
    return f' data-label="{esc(words)}"'


def details(summary: str, content: Html, *, opened: bool = False) -> Html:
    """Content that opens on a click; ``opened`` where it stands open from the first."""
    state = " open" if opened else ""
    return f"<details{state}><summary>{esc(summary)}</summary>{content}</details>"


def section(key: str, title: str, content: Html, *, folded: bool = False) -> Html:
    """A part of the page with its heading; where it is folded, the heading opens it."""
    heading = f'<h2 id="{esc(key)}-title">{esc(title)}</h2>'
    if folded:
        content = f'<details class="fold"><summary>{heading}</summary>{content}</details>'
        heading = ""
    kind = ' class="folded"' if folded else ""
    label = f'aria-labelledby="{esc(key)}-title"'
    return f'<section id="{esc(key)}"{kind} {label}>{heading}{content}</section>'


def head(title: str, version: str, policy: str) -> Html:
    """The beginning of a page, up to its body: it may load nothing but what ``policy`` allows."""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Ringfence {esc(version)}">
<meta name="color-scheme" content="light dark">
<title>{esc(title)}</title>
<link rel="icon" href="data:,">
<style>{packaged("page.css")}</style>
</head>"""


def packaged(name: str) -> str:
    """Text of a file of this folder."""
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _class(kind: str) -> Html:
    return f' class="{esc(kind)}"' if kind else ""
