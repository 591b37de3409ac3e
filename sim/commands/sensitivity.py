"""``ringfence sensitivity``: what the numbers of a study hang on, from the draws that it has."""

from __future__ import annotations

import click

from sim.commands.told import HTML, tell


@click.command()
@click.argument("study")
@click.option(
    "--strategy",
    "strategies",
    metavar="NAME",
    multiple=True,
    help="Only this one; repeat it for several.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@HTML
def sensitivity(
    study: str, strategies: tuple[str, ...], as_json: bool, page: str | None, force: bool
) -> None:
    """Say what drives the numbers of a study, and the differences between its strategies.

    STUDY is the folder of one, of at least 32 draws. Nothing is run: each input gets its share of
    the spread and its δ with intervals, beside an input that does nothing.
    """
    from sim.jobs.sensitivity import document, sensitivity
    from sim.store.study import load_study

    found = document(sensitivity(load_study(study), strategies))
    tell("sensitivity_text", found, as_json=as_json, page=page, force=force, inputs=(study,))
