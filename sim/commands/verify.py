"""``ringfence verify``: stored runs and studies held against what their manifests say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from sim.errors import BAD_INPUT
from sim.printed import escaped

DIFFERENT = 1


@click.command()
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def verify(runs: tuple[Path, ...], as_json: bool) -> None:
    """See that every file of stored runs and studies is as the run left it.

    RUN is a run directory or a study. The bytes of every file and the values of every table are
    held against the digests in its manifest. Exit code 0: all as they were; 1: something differs;
    2: no run directory, or a manifest that cannot be trusted.
    """
    from sim.store.verify import verify_or_why

    documents: list[dict[str, Any]] = []
    code = 0
    for run in runs:
        found, why = verify_or_why(run)
        if found is None:
            documents.append({"run": str(run), "verdict": "unreadable", "why": why})
            code = BAD_INPUT
            if not as_json:
                click.echo(why, err=True)
            continue
        verdict = "different" if found.different else "fine"
        code = max(code, DIFFERENT if found.different else 0)
        documents.append(
            {
                "run": str(run),
                "verdict": verdict,
                "files": found.files,
                "different": list(found.different),
                "strangers": list(found.strangers),
            }
        )
        if not as_json:
            click.echo(f"{escaped(str(run))}: {verdict}, {found.files} files")
            for wrong in found.different:
                click.echo(f"  {wrong}")
            for name in found.strangers:
                click.echo(f"  {escaped(name)} is no file of the run")
    if as_json:
        click.echo(json.dumps({"format": 1, "runs": documents}, indent=2))
    raise click.exceptions.Exit(code)
