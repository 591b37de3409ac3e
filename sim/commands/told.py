"""How the answer of an experiment is given: a screen, one JSON document, or a page to open."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import click

_PAGE = click.option("--html", "page", metavar="FILE", help="Also a page with charts.")
_FORCE = click.option("--force", is_flag=True, help="Replace an earlier page.")


def HTML(command: Callable[..., Any]) -> Callable[..., Any]:  # noqa: N802
    """The options of a page: ``page`` and ``force``."""
    return _PAGE(_FORCE(command))


def tell(
    screen: str,
    document: Mapping[str, Any],
    *,
    as_json: bool,
    page: str | None,
    force: bool,
    inputs: Iterable[str] = (),
) -> None:
    """Give an answer.

    Parameters
    ----------
    screen
        The function that makes a screen of the document (:data:`sim.commands.shown.SHOWN_BY`).
    document
        The answer.
    as_json
        Whether it goes to standard output as it is.
    page
        The file of a page to write, too.
    force
        Whether an earlier page is replaced.
    inputs
        Files and folders that the page must not stand in.
    """
    from sim.commands.loading import claim_and_tell
    from sim.commands.shown import shown_by
    from sim.outputs import REPORT

    output = None
    if page is not None:
        output = claim_and_tell(Path(page), REPORT, inputs=inputs, force=force)
    if as_json:
        click.echo(json.dumps(document, indent=2, allow_nan=False))
    else:
        click.echo(shown_by(screen)(document))
    if output is not None:
        output.write(shown_by("experiment_html")(document))
        click.echo(f"page: {output.shown}", err=as_json)
