"""A team's own repository: scenarios, a law pack, settings and a workflow, from a template."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from sim.errors import OutputError, writing
from sim.outputs import outside_of_runs, plain_path
from sim.scenario.starter import starter

_ROOT = Path(__file__).resolve().parents[2]
_PACKED = _ROOT / "sim" / "template"
"""Where an installed package has the template; a checkout has it among its documents."""
_BESIDE = {
    "README.md": "README.md",
    "pyproject.toml": "pyproject.toml",
    "requirements.in": "requirements.in",
    "gitignore": ".gitignore",
    "law/house-rules.yaml": "law/house-rules.yaml",
}
"""Files of the template, and where they go."""
_FLOWS = {"github.yml": ".github/workflows/scenarios.yml", "gitlab.yml": ".gitlab-ci.yml"}
"""Workflows, and where they go; where a team works elsewhere it takes one of them out."""
PROMISES = """\
check:                        # `ringfence check` reruns it at this scale and compares
  scale: 100 %
  expect:                     # what we promise, whatever else moves
    - {violations: house-rules, strategy: all-channels, exactly: 0}
    - {metric: people_reached, strategy: all-channels, better_than: half-the-channels}

regimes: [../law/house-rules.yaml]
"""


def make_repository(folder: Path, name: str) -> tuple[str, ...]:
    """Make a folder with everything that a team begins with; the files, as paths in it.

    Parameters
    ----------
    folder
        To make; it must not be there.
    name
        Of the scenario.

    Raises
    ------
    OutputError
        If the folder is there, or cannot be made.
    """
    shown = plain_path(folder)
    outside_of_runs(Path(os.path.realpath(folder)), shown)
    if os.path.lexists(folder):
        raise OutputError(f"cannot make {shown}: it is there already; name another folder")
    files = dict(contents(name))
    with writing(shown):
        for path, text in files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    return tuple(files)


def contents(name: str) -> Iterator[tuple[str, str]]:
    """The files of a new repository: path in it, and text."""
    template = _PACKED if _PACKED.is_dir() else _ROOT / "docs" / "template"
    for file, path in _BESIDE.items():
        yield path, (template / file).read_text("utf-8").replace("NAME", name)
    flows = _PACKED if _PACKED.is_dir() else _ROOT / "docs" / "workflows"
    for file, path in _FLOWS.items():
        yield path, (flows / file).read_text("utf-8")
    text = starter(name)
    yield f"scenarios/{name}.yaml", text[: text.index("check: {scale")] + PROMISES
