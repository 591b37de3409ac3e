"""The worked example of docs/add-a-chart.md runs."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from analysis.view import RunView

PAGE = Path(__file__).parents[3] / "docs" / "add-a-chart.md"


def test_worked_example(any_run: RunView) -> None:
    example, _ = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, object] = {"__name__": "example"}
    exec(compile(example, str(PAGE), "exec"), names)
    attempts = names["attempts"]
    assert callable(attempts)
    chart = attempts(any_run)
    for line, strategy in zip(chart.panels[0].figure.data, any_run.strategies, strict=False):
        expected = any_run.full(any_run.of("attempts", strategy)["newly_connected"])
        np.testing.assert_array_equal(line.y, expected)
    assert chart.numbers.rows
