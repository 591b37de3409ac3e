"""The report of a run: one HTML file that needs nothing else to be read."""

from __future__ import annotations

from analysis.report.page import report_html, study_html, write_report

__all__ = ["report_html", "study_html", "write_report"]
