"""Where the numbers of a report come from: its foot."""

from __future__ import annotations

from analysis.report.markup import (
    Html,
    esc,
    paragraph,
)
from analysis.view import RunView
from analysis.view.clock import written_in
from analysis.view.numbers import several, small_share


def provenance(run: RunView) -> Html:
    """Scenario, strategies, cutoffs, seed, scale and version."""
    cutoffs = sorted({written_in(m, run.timezone) for m in run.cutoffs.values()})
    rows = {
        "Scenario": run.name,
        "Strategies": several(list(run.strategies), 12),
        "Cutoff": f"{several(cutoffs)} ({run.timezone})",
        "Seed": str(run.seed),
        "Scale": "full size" if not run.scaled else f"{small_share(run.scale)} of the lines",
        "Version": f"Ringfence {run.version}",
    }
    listed = "".join(f"<dt>{esc(k)}</dt><dd>{esc(v)}</dd>" for k, v in rows.items())
    return f"<dl>{listed}</dl>" + paragraph(
        "A simulation: no call was placed. The same scenario, seed and version give "
        "the same tables."
    )
