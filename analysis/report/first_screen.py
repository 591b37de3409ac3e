"""The first screen of the report: the question, its answer, a row a strategy, and one picture."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.figures.chart import Chart
from analysis.report.chart import panel_html
from analysis.report.markup import Html, details, esc, paragraph, table
from analysis.report.still import still
from analysis.view.front import Front, Row
from analysis.view.rounded import with_units


@dataclass(frozen=True, slots=True)
class Opening:
    """The first screen, ready to be laid out."""

    front: Front
    picture: Chart | None
    """Reach against complaints; None where there is nothing to weigh."""
    drives: Html
    """What drives the result."""


def opening_html(opening: Opening) -> Html:
    """The first screen as markup: its table is the legend of all charts."""
    front = opening.front
    said = with_units(" ".join(front.sentences))
    badge = f'<p class="badge">{esc(front.badge)}</p>' if front.badge else ""
    picture = ""
    if opening.picture is not None and opening.picture.panels:
        before = still(opening.picture.panels[0].figure)
        picture = f'<div class="picture">{panel_html(opening.picture, 0, before)}</div>'
    return (
        f'<header class="top"><p class="about">{esc(front.about)}</p>'
        f"<h1>{esc(front.question)}</h1>{paragraph(said, 'lead')}{badge}"
        f'<div class="answer"><div class="told">{table_html(front)}</div>'
        f'<div class="beside">{picture}{opening.drives}</div></div>'
        f"{details('How to read this', _reading(opening))}</header>"
    )


def drives_html(front: Front, *, everything: str = "#drivers") -> Html:
    """What drives the numbers, beside the picture; empty where nothing was drawn.

    ``everything`` is the address of all of it.
    """
    if not front.drives:
        return ""
    items = "".join(f"<li>{esc(with_units(text))}</li>" for text in front.drives)
    return (
        '<div class="drives"><p><strong>What drives it</strong> '
        f'(<a href="{esc(everything)}">all</a>)</p>'
        f"<ul>{items}</ul></div>"
    )


def words_html(front: Front) -> Html:
    """The question, the answer and what to know of a scaled run, for a page with a heading."""
    badge = f'<p class="badge">{esc(front.badge)}</p>' if front.badge else ""
    notices = "".join(paragraph(notice, "small") for notice in front.notices)
    said = paragraph(with_units(" ".join(front.sentences)), "lead")
    return paragraph(front.question, "question") + said + badge + notices


def table_html(front: Front, *, choose: bool = True) -> Html:
    """A row a strategy; where one may ``choose``, its name lets it stand out in every chart."""
    head = '<th scope="col">Strategy</th>' + "".join(
        f'<th scope="col" class="{esc(name)}">{esc(title)}</th>'
        for name, title in front.heads.items()
    )
    body = "".join(_row(front, row, choose=choose) for row in front.rows)
    label = "What each strategy reaches and costs"
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">'
        f'<table class="headline"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _row(front: Front, row: Row, *, choose: bool) -> Html:
    pressed = "true" if row.strategy == front.base else "false"
    name = (
        f'<button type="button" class="pick" data-strategy="{esc(row.strategy)}" '
        f'aria-pressed="{pressed}" title="{esc(row.strategy)}: let it stand out in every chart">'
        f'<span class="number">{row.number}</span> '
        f'<span class="name">{esc(row.strategy)}</span></button>'
    )
    if not choose:
        name = f'<span class="number">{row.number}</span> {esc(row.strategy)}'
    cells = "".join(
        f'<td class="{esc(field)}">{esc(getattr(row, field))}</td>' for field in front.heads
    )
    return f'<tr><th scope="row">{name}</th>{cells}</tr>'


def _reading(opening: Opening) -> Html:
    """What marks mean, and the picture's numbers."""
    front, picture = opening.front, opening.picture
    out = paragraph(front.beneath, "small")
    out += "".join(paragraph(notice, "small") for notice in front.notices)
    if picture is not None and picture.panels:
        out += paragraph(f"{picture.title}. {picture.finding} {picture.note or ''}", "small")
        caption = f"{picture.title}: numbers"
        out += table(picture.numbers.header, picture.numbers.rows, caption=caption)
    return out
