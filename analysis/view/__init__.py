"""A run as it is shown: tables, metrics, and how numbers, moments and findings are worded."""

from __future__ import annotations

from analysis.view.columns import FURTHER, TABLES, Columns
from analysis.view.parameters import parameters
from analysis.view.read import STAGES, as_view
from analysis.view.run import RunView

__all__ = ["FURTHER", "STAGES", "TABLES", "Columns", "RunView", "as_view", "parameters"]
