"""What an audit found, as lines beneath the console table."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.view.audit import NOT_ADVICE, date_warnings, in_dates, regimes, verdict
from analysis.view.run import RunView


def console_lines(run: RunView) -> Iterator[str]:
    """The audit as lines beneath the table; none where no regime was asked for."""
    for regime in regimes(run):
        held = in_dates(run, regime)
        if held:
            yield f"Held against {regime}:"
        width = max(map(len, held), default=0)
        for strategy in held:
            yield f"  {strategy:<{width}}  {verdict(run, regime, strategy).words()}"
        for warning in date_warnings(run, regime):
            yield f"Warning: {warning}"
    if regimes(run):
        yield f"{NOT_ADVICE} Counts by rule are in the report and in audit.parquet."
