"""All metrics of all strategies, side by side."""

from __future__ import annotations

from analysis.report.markup import (
    Html,
    esc,
)
from analysis.view import RunView
from analysis.view.luck import NOISE, REALISED
from analysis.view.metrics_text import (
    difference_text,
    label_text,
    relative_text,
    value_text,
)
from analysis.view.numbers import MISSING
from sim.measure.metrics import METRICS, compared


def _heading(group: str) -> str:
    """What stands over a group's metrics."""
    return f"{group} ({REALISED[group]})" if group in REALISED else group


def comparison(run: RunView) -> Html:
    """The table of all metrics; one that no strategy has is left out."""
    head = "".join(f'<th scope="col">{esc(s)}</th>' for s in run.strategies)
    body = ""
    for group, names in compared(more=True).items():
        rows = ""
        for name in names:
            values = [value_text(run, s, name) for s in run.strategies]
            if all(value == MISSING for value in values):
                continue
            cells = ""
            for strategy, value in zip(run.strategies, values, strict=True):
                change = difference_text(run, strategy, name) if strategy != run.base else ""
                relative = relative_text(run, strategy, name)
                words = f"{change} ({relative})" if relative and change else change.strip("=")
                beneath = f'<span class="change">{esc(words)}</span>' if words else ""
                cells += f"<td>{esc(value)}{beneath}</td>"
            rows += (
                f'<tr><th scope="row" title="{esc(METRICS[name].description)}">'
                f"{esc(label_text(run, name))}</th>{cells}</tr>"
            )
        if rows:
            span, head_of = len(run.strategies) + 1, esc(_heading(group))
            body += (
                f'<tr class="group"><th scope="colgroup" colspan="{span}">{head_of}</th></tr>{rows}'
            )
    caption = (
        f"Beneath each value: the difference from {run.base}, if any; pt are percentage points; "
        f"{NOISE}: the chance of one run explains it."
        if run.others
        else f"Metrics of {run.base}."
    )
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="All metrics">'
        f"<table><caption>{esc(caption)}</caption>"
        f'<thead><tr><th scope="col">Metric</th>{head}</tr></thead><tbody>{body}</tbody></table>'
        "</div>"
    )
