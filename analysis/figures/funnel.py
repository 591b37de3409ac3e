"""What became of the lines: the live chain and the voicemail chain side by side."""

from __future__ import annotations

from analysis.figures.chart import Chart, Numbers, Panel
from analysis.figures.drawing import Drawing
from analysis.figures.style import dress, look, ticks
from analysis.view import RunView
from analysis.view.numbers import small_share

CHAINS = {
    "Live": (
        ("lines_dialled", "Dialled"),
        ("lines_connected", "Connected"),
        ("lines_gate_passed", "Gate passed"),
        ("lines_delivered_live", "Delivered live"),
    ),
    "Voicemail": (
        ("lines_dialled", "Dialled"),
        ("lines_connected", "Connected"),
        ("lines_with_voicemail", "Voicemail left"),
        ("lines_voicemail_heard", "Voicemail heard"),
    ),
}
"""Steps of each chain: column of the territories table, and its label. Each holds the next."""


def funnel(run: RunView) -> Chart:
    """Distinct lines at each step of the two chains."""
    widest = max(
        (float(run.full(run.total(s, "lines_dialled", "territories"))) for s in run.strategies),
        default=0.0,
    )
    return Chart(
        key="funnel",
        title="What became of the lines dialled",
        finding=_finding(run),
        panels=tuple(
            Panel(_figure(run, chain, widest), title=f"{chain} chain (distinct lines)")
            for chain in CHAINS
        ),
        numbers=_numbers(run),
        note="Distinct lines, not calls. Each step is part of the step above it; the two chains "
        "share their first two steps, and a line dialled several times may end in both. The share "
        "beside each bar is of the lines dialled.",
    )


def _finding(run: RunView) -> str:
    dialled = run.total(run.base, "lines_dialled", "territories")
    if not dialled:
        return f"{run.base} dialled no line."
    live = run.total(run.base, "lines_delivered_live", "territories")
    heard = run.total(run.base, "lines_voicemail_heard", "territories")
    return (
        f"Of {run.count(dialled)} lines that {run.base} dialled, {small_share(live / dialled)} "
        f"were delivered live ({run.count(live)}) and {small_share(heard / dialled)} had a "
        f"voicemail that somebody heard ({run.count(heard)})."
    )


def _figure(run: RunView, chain: str, widest: float) -> Drawing:
    steps = CHAINS[chain]
    figure = Drawing()
    for strategy in run.strategies:
        looks = look(run, strategy)
        counts = [run.total(strategy, column, "territories") for column, _ in steps]
        of = counts[0]
        figure.add_bar(
            orientation="h",
            y=[label for _, label in steps],
            x=[float(run.full(c)) for c in counts],
            name=looks.name,
            marker={"color": looks.color},
            meta=looks.meta,
            text=[
                f"{looks.number}: {run.count(c)}"
                + (f" · {small_share(c / of)}" if of and i else "")
                for i, c in enumerate(counts)
            ],
            textposition="outside",
            textfont={"size": 11},
            cliponaxis=False,
            hovertemplate="%{y}: %{text}<extra>%{fullData.name}</extra>",
        )
    height = 110 + 4 * (18 + 22 * len(run.strategies))
    dress(figure, height=height, barmode="group", bargap=0.22, bargroupgap=0.08)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(
        title="lines",
        showgrid=True,
        tickformat="~s",
        tickvals=ticks(widest, 3),
        range=[0, max(widest, 1.0) * 1.7],
    )
    figure.update_layout(
        margin={"t": 8, "r": 8},
        showlegend=False,
    )
    return figure


def _numbers(run: RunView) -> Numbers:
    rows = []
    for chain, steps in CHAINS.items():
        for strategy in run.strategies:
            counts = [run.total(strategy, column, "territories") for column, _ in steps]
            for i, (_, label) in enumerate(steps):
                of = counts[max(i - 1, 0)]
                rows.append(
                    (
                        chain,
                        strategy,
                        label,
                        run.count(counts[i]),
                        small_share(counts[i] / counts[0]) if counts[0] else "–",
                        small_share(counts[i] / of) if of else "–",
                    )
                )
    return Numbers(
        header=("Chain", "Strategy", "Step", "Lines", "Of lines dialled", "Of the step before"),
        rows=tuple(rows),
    )
