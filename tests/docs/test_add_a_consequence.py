"""docs/add-a-consequence.md: its files, laid over the tree as written, are a consequence."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "add-a-consequence.md"
REGISTRY = "sim/measure/chapters/__init__.py"
WHOLE = """
import json
from pathlib import Path

from sim.jobs.run import run_scenario
from sim.loading.load import load
from sim.measure.chapters import CHAPTERS
from sim.measure.metrics import METRICS
from sim.store.dictionary import generated


def test_all_else_follows(tmp_path):
    assert CHAPTERS[-1].name == "abandonment"
    assert list(METRICS)[-3:] == [m.name for m in CHAPTERS[-1].metrics]
    for word in ("## `abandonment.parquet`", "`abandoned_share_worst_day`"):
        assert word in generated()
    loaded = load("scenarios/france-2017.yaml")
    done = run_scenario(loaded, strategies=["as-run"], scale=0.001, out=tmp_path / "run")
    rows = done.run.arrow("abandonment").to_pylist()
    assert done.run.manifest["files"]["abandonment.parquet"]["rows"] == len(rows) == 4
    metric = done.metrics["as-run"]
    assert metric["abandoned_calls"] == sum(row["abandoned"] for row in rows) > 0
    assert sum(row["attempts"] for row in rows) == metric["attempts"]
    assert metric["abandoned_share_worst_day"] >= metric["abandoned_share"] > 0
    assert done.shown["as-run"]["abandoned_share_worst_day"] is None
    written = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert written["as-run.abandoned_calls"] == metric["abandoned_calls"]
"""


def patched(text: str, diff: str) -> str:
    """A text after a diff; each of its parts must stand there once."""
    for part in re.split(r"^@@.*\n", diff, flags=re.MULTILINE):
        lines = part.splitlines(keepends=True)
        old = "".join(line[1:] for line in lines if line[0] in " -")
        new = "".join(line[1:] for line in lines if line[0] in " +")
        assert text.count(old) == 1, f"the code that the page changes is not there:\n{old}"
        text = text.replace(old, new)
    return text


def files() -> dict[str, str]:
    """The files that the page makes or changes, as they are afterwards."""
    found = re.findall(
        r"in `(\S+\.py)`[^`]*?\n\n```(python|diff)\n(.*?)^```",
        PAGE.read_text(encoding="utf-8"),
        re.DOTALL | re.MULTILINE,
    )
    return {
        name: text
        if language == "python"
        else patched((ROOT / name).read_text(encoding="utf-8"), text)
        for name, language, text in found
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the page's files, and a test of what follows from them."""
    folder = tmp_path_factory.mktemp("laid-over")
    for name, text in files().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "test_whole.py").write_text(WHOLE, encoding="utf-8")
    return folder


def test_it_touches_three_files() -> None:
    assert list(files()) == [
        "sim/measure/chapters/abandonment.py",
        REGISTRY,
        "tests/measure/test_abandonment.py",
    ]


def test_its_code_is_in_the_house_style(folder: Path) -> None:
    """Formatted and clean as everything else; but how imports are parted depends on the place."""
    for command in (["format", "--check"], ["check", "--ignore=I001"]):
        done = subprocess.run(
            [
                *(sys.executable, "-m", "ruff", *command),
                *("--config", "pyproject.toml", "--no-cache"),
                *(str(folder / name) for name in files()),
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_its_own_test_passes_and_all_else_follows(folder: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "tests/docs/overlay.py", str(folder)),
            *("-q", "-p", "no:cacheprovider", "-c", "pyproject.toml", "--import-mode=importlib"),
            str(folder / "tests" / "measure" / "test_abandonment.py"),
            str(folder / "test_whole.py"),
            "tests/measure/test_registry.py",
            # The dictionary is generated, and is so after the page's last step.
            *("--deselect", "tests/measure/test_registry.py::test_the_data_dictionary_is_current"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
