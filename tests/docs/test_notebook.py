"""The notebook runs from top to bottom, and is kept without outputs."""

from __future__ import annotations

import ast
import asyncio
import sys
import warnings
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "docs" / "notebooks" / "load-run.ipynb"


def test_outputs_are_stripped():
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


def test_its_code_runs(monkeypatch):
    """Cell after cell, in this process; as a notebook, by its own tools, in ``make verify``."""
    monkeypatch.chdir(NOTEBOOK.parent)
    names = {"__name__": "notebook"}
    shown = []
    for number, cell in enumerate(nbformat.read(NOTEBOOK, as_version=4).cells):
        if cell.cell_type == "code":
            code = ast.parse(cell.source)
            last = code.body.pop() if isinstance(code.body[-1], ast.Expr) else None
            exec(compile(code, f"cell {number}", "exec"), names)
            if last is not None:
                shown.append(
                    eval(compile(ast.Expression(last.value), f"cell {number}", "eval"), names)
                )
    tables = [one.to_html() for one in shown if hasattr(one, "to_html")]
    assert len(tables) >= 2
    assert "people_reached" in tables[0]


@pytest.mark.verify
def test_it_runs(tmp_path, monkeypatch):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the notebook's own tools
        from nbclient import NotebookClient

        # The kernel's files go elsewhere, and it is this Python whatever kernels are installed.
        monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
        monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
        monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
        monkeypatch.setenv("PYTHONPATH", str(ROOT))
        monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
        kernels = Path(sys.prefix) / "share" / "jupyter"
        monkeypatch.setenv("JUPYTER_PATH", str(kernels))
        notebook = nbformat.read(NOTEBOOK, as_version=4)
        client = NotebookClient(
            notebook, timeout=60, resources={"metadata": {"path": str(NOTEBOOK.parent)}}
        )
        try:
            client.execute()
        finally:
            asyncio.set_event_loop(None)
    shown = [
        output.data["text/html"]
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "data" in output and "text/html" in output.data
    ]
    assert len(shown) >= 2
    assert "people_reached" in shown[0]
