"""The report: one HTML file that says what a run found, and needs nothing else to be read.

Plotly's script is embedded once and nothing is fetched: the page forbids it to itself. Figures are
built with ``plotly.graph_objects``, whose import costs 0.02–0.07 s and does not bring pandas in;
measured, that is cheap enough to have every property checked when a figure is made.
"""

from __future__ import annotations

import math
import os
from pathlib import Path

from plotly.offline import get_plotlyjs

from analysis.audit import audit_html
from analysis.clock import place, written_in
from analysis.compliance import compliance_html
from analysis.figures import CHARTS, Chart
from analysis.figures.voicemail import heard_share, people_if
from analysis.metrics_text import (
    all_groups,
    difference_text,
    label_text,
    relative_text,
    value_text,
)
from analysis.numbers import MISSING, NARROW, quantity, several, share, small_share
from analysis.page.chart import chart_html
from analysis.page.markup import (
    Html,
    details,
    esc,
    json_script,
    packaged,
    paragraph,
    section,
    table,
)
from analysis.style import CONFIG, look
from analysis.view import RunView, as_view, parameters
from sim.measure.metrics import METRICS
from sim.scenario.scenario import Scenario
from sim.store.read import Run

_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; base-uri 'none'; form-action 'none'"
)
"""The page may run and style itself, and may load nothing from anywhere."""


OFFICER = "For the compliance officer"


def write_report(run: Run | RunView, path: Path, scenario: Scenario | None = None) -> Path:
    """Write the report of a run to ``path``: whole or not at all.

    Parameters
    ----------
    run
        What ``load_run`` gives, or a view of it.
    path
        The file to write; one that is there is replaced.
    scenario
        As for :func:`report_html`.

    Raises
    ------
    OSError
        If the file cannot be written. What stood there before is then still there.
    """
    path = Path(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_text(report_html(run, scenario), encoding="utf-8", newline="\n")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return path


def report_html(run: Run | RunView, scenario: Scenario | None = None) -> Html:
    """The report as text: the same run gives the same text.

    Parameters
    ----------
    run
        What ``load_run`` gives, what a run hands to its report, or a view of it.
    scenario
        The run's scenario at full size; left out, it is read from the run directory.
    """
    return _page(as_view(run, scenario))


def _page(run: RunView) -> Html:
    charts = [draw(run) for draw in CHARTS]
    drawn = [chart for chart in charts if chart.panels]
    law = audit_html(run)
    contents = "".join(
        f'<li><a href="#{esc(key)}">{esc(title)}</a></li>'
        for key, title in [
            ("reached", "What each strategy reached"),
            *([("compliance", OFFICER)] if law else []),
            *((chart.key, chart.title) for chart in drawn),
            *([("law", "Held against the law, rule by rule")] if law else []),
            ("sure", "How sure this is"),
            ("metrics", "All numbers"),
        ]
    )
    main = "".join(
        [
            section("reached", "What each strategy reached", _headline(run) + _drives(run)),
            section("compliance", OFFICER, compliance_html(run)) if law else "",
            section(
                "charts",
                "The campaign in charts",
                "".join(map(chart_html, drawn))
                + _left_out([chart for chart in charts if not chart.panels]),
            ),
            section("law", "Held against the law, rule by rule", law) if law else "",
            section("sure", "How sure this is", _uncertainty(run)),
            section("metrics", "All numbers, side by side", _comparison(run)),
        ]
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Ringfence {esc(run.version)}">
<title>{esc(run.name)} – Ringfence report</title>
<link rel="icon" href="data:,">
<style>{packaged("page.css")}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the results</a>
<header class="top">
<h1>{esc(run.name)}: simulated robocall campaign</h1>
{_opening(run)}
<nav aria-label="Contents">{details("Contents", f"<ul>{contents}</ul>")}</nav>
</header>
<main id="main">
<noscript><p>The charts need JavaScript, which this page carries in itself. All numbers are in its
tables.</p></noscript>
{main}
</main>
<footer>{_provenance(run)}</footer>
{json_script("chart-config", CONFIG)}
<script>{get_plotlyjs()}</script>
<script>{packaged("page.js")}</script>
</body>
</html>
"""


def _left_out(charts: list[Chart]) -> Html:
    """Charts that are not on the page, each with the reason."""
    if not charts:
        return ""
    listed = "".join(f"<li>{esc(chart.title)}: {esc(chart.finding)}</li>" for chart in charts)
    return f'<h3 id="left-out">Charts that are left out</h3><ul>{listed}</ul>'


# ── First screen ─────────────────────────────────────────────────────────────────────────────────


def _opening(run: RunView) -> Html:
    base = run.base
    question = paragraph(run.question, "question") if run.question else ""
    cutoff = written_in(run.cutoffs[base], run.timezone)
    words = (
        f"{base} dials {run.count(run.metric(base, 'lines_dialled'))} of "
        f"{run.count(run.metric(base, 'lines_on_list'))} lines before its cutoff ({cutoff}, "
        f"{place(run.timezone)}) and reaches {run.count(run.metric(base, 'people_reached'))} "
        f"people, {run.count(run.metric(base, 'people_reached_by_cutoff'))} of them by then. "
        f"The message is delivered live on "
        f"{run.count(run.metric(base, 'lines_delivered_live'))} lines; voicemail is heard on "
        f"{run.count(run.metric(base, 'lines_voicemail_heard'))} lines{_late(run)}."
    )
    scaled = (
        f'<p><span class="badge">Run at {esc(small_share(run.scale))} of the lines: '
        f"counts marked ≈ are full-size equivalents.</span></p>"
        if run.scaled
        else ""
    )
    notices = "".join(paragraph(notice, "small") for notice in run.notices)
    return question + paragraph(words, "lead") + scaled + notices


def _late(run: RunView) -> str:
    late = run.metric(run.base, "lines_voicemail_heard_after_cutoff")
    return f", on {run.count(late)} of these only after the cutoff" if late else ""


def _done(run: RunView, strategy: str) -> str:
    if run.scaled:
        return "full size only"
    done = run.list_done(strategy)
    return "not done" if str(done) == "NaT" else written_in(done, run.timezone)


def _live_label(run: RunView) -> str:
    marks = {run.reached_live_ms[s] for s in run.strategies if s in run.reached_live_ms}
    if len(marks) != 1:
        return "Lines delivered live"
    return f"Lines delivered live (heard ≥ {marks.pop() / 1000:g}{NARROW}s, or to the end)"


def _headline(run: RunView) -> Html:
    header = (
        "Strategy",
        "People reached",
        "Of the electorate",
        _live_label(run),
        "Lines whose voicemail is heard",
        "Lines undialled at the cutoff",
        f"List done ({place(run.timezone)} time)",
    )
    head = "".join(f'<th scope="col">{esc(cell)}</th>' for cell in header)
    body = ""
    for strategy in run.strategies:
        cells = (
            value_text(run, strategy, "people_reached"),
            value_text(run, strategy, "share_of_electorate"),
            value_text(run, strategy, "lines_delivered_live"),
            value_text(run, strategy, "lines_voicemail_heard"),
            value_text(run, strategy, "lines_undialled"),
            _done(run, strategy),
        )
        changes = tuple(
            "" if strategy == run.base else _change(run, strategy, metric)
            for metric in (
                "people_reached",
                "",
                "lines_delivered_live",
                "lines_voicemail_heard",
                "",
                "",
            )
        )
        color = look(run, strategy).color
        body += (
            f'<tr><th scope="row"><span class="swatch" style="border-color:{color}"></span>'
            f"{esc(strategy)}</th>"
        )
        for i, (label, cell, change) in enumerate(zip(header[1:], cells, changes, strict=True)):
            kind = ' class="people"' if i == 0 else ""
            beneath = f'<span class="change">{esc(change)}</span>' if change else ""
            body += f'<td{kind} data-label="{esc(label)}"><span>{esc(cell)}{beneath}</span></td>'
        body += "</tr>"
    beneath = f"Beneath a value: its difference from {run.base}. " if run.others else ""
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="What each strategy reached">'
        f'<table class="headline"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        + paragraph(
            f"{beneath}People and lines are different units: a line may have several voters "
            "behind it. A line reached live and by voicemail counts once among the people.",
            "small",
        )
    )


def _change(run: RunView, strategy: str, metric: str) -> str:
    """A difference from the base, relative where that says something."""
    if not metric:
        return ""
    change = difference_text(run, strategy, metric)
    relative = relative_text(run, strategy, metric)
    return relative or ("" if change == "=" else change)


def _drives(run: RunView) -> Html:
    """What the result hangs on most: the share of voicemails heard."""
    heard = heard_share(run)
    if heard is None:
        return ""
    only = run.metric(run.base, "people_reached_voicemail_only") or 0.0
    people = run.metric(run.base, "people_reached") or 0.0
    if run.reached_voicemail.get(run.base, "heard") != "heard" or not people:
        return ""
    first = (
        f"The share of voicemails that somebody hears drives this result. {share(only / people)} "
        f"of the people that {run.base} reaches are reached by voicemail only."
    )
    if heard.is_range:
        low, high = (people_if(run, run.base, v, heard.central) for v in (heard.low, heard.high))
        second = (
            f"That share is assumed, from {share(heard.low, 0)} to {share(heard.high, 0)}; this "
            f"run took {share(heard.central, 0)}. By arithmetic, not by a new run, {run.base} "
            f"would reach {run.count(low)} people at the low end and {run.count(high)} at the "
            "high end."
        )
    else:
        second = f"The scenario takes it to be {share(heard.central, 0)} and gives no range."
    return (
        f'<div class="drives"><p><strong>{esc(first)}</strong></p><p>{esc(second)} '
        '<a href="#voicemail">All strategies</a></p></div>'
    )


# ── How sure ─────────────────────────────────────────────────────────────────────────────────────


def _uncertainty(run: RunView) -> Html:
    known = parameters(run)
    drawn = [row for row in known if row["is_range"]]
    count = len(known)
    words = [
        "This is a single run at the central value of every parameter. No figure on this page is "
        "an interval. Two kinds of uncertainty must be kept apart:",
    ]
    noise = _noise(run)
    items = [
        "Run noise: another seed would give slightly different counts." + noise,
        f"Input uncertainty: {len(drawn)} of {count} parameters are ranges, and the truth may lie "
        "anywhere in them, or outside. This run does not show what that does to the result; the "
        "arithmetic for voicemail above moves one parameter alone."
        if drawn
        else f"Input uncertainty: none of the {count} parameters is given a range, so nothing here "
        "says how far they may be off.",
    ]
    listed = "".join(f"<li>{esc(item)}</li>" for item in items)
    out = "".join(map(paragraph, words)) + f"<ul>{listed}</ul>"
    if drawn:
        out += table(
            ("Parameter", "Low (5 %)", "Central (50 %)", "High (95 %)", "Shape", "Source"),
            [_parameter(row) for row in drawn],
            caption="Parameters that are ranges, with their sources",
            kind="words",
        )
    fixed = [row for row in known if not row["is_range"]]
    if fixed:
        out += details(
            f"The {len(fixed)} parameters that are single values",
            table(
                ("Parameter", "Value", "Source"),
                [
                    (
                        str(row["path"]),
                        quantity(float(row["central"]), str(row["unit"])),
                        _source(row["source"]),
                    )
                    for row in fixed
                ],
                caption="Parameters without a range",
                kind="words",
            ),
        )
    return out


def _parameter(row: dict[str, object]) -> tuple[str, ...]:
    unit = str(row["unit"])
    low, central, high = (quantity(float(str(row[k])), unit) for k in ("low", "central", "high"))
    return (
        str(row["path"]),
        low,
        central,
        high,
        str(row["shape"] or MISSING),
        _source(row["source"]),
    )


def _source(source: object) -> str:
    return str(source) if isinstance(source, str) and source else "not said"


def _noise(run: RunView) -> str:
    """Rough size of run noise, from the lines reached taken as independent."""
    reached = run.metric(run.base, "lines_reached")
    lines = run.metric(run.base, "lines_on_list")
    if not reached or not lines:
        return ""
    relative = math.sqrt(max(1 - reached / lines, 0) / reached)
    return (
        f" As a rough guide, lines taken as independent, its standard deviation for lines reached "
        f"by {run.base} is {small_share(relative)} of their number."
    )


# ── All numbers, provenance ──────────────────────────────────────────────────────────────────────


def _comparison(run: RunView) -> Html:
    head = "".join(f'<th scope="col">{esc(s)}</th>' for s in run.strategies)
    body = ""
    for group, names in all_groups().items():
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
            span = len(run.strategies) + 1
            body += (
                f'<tr class="group"><th scope="colgroup" colspan="{span}">{esc(group)}</th></tr>'
                f"{rows}"
            )
    caption = (
        f"Beneath each value: the difference from {run.base}, if any; pt are percentage points."
        if run.others
        else f"Metrics of {run.base}."
    )
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="All metrics">'
        f"<table><caption>{esc(caption)}</caption>"
        f'<thead><tr><th scope="col">Metric</th>{head}</tr></thead><tbody>{body}</tbody></table>'
        "</div>"
    )


def _provenance(run: RunView) -> Html:
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
