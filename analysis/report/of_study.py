"""The parts of a study's report that no chart tells: rules broken, inputs, and its foot."""

from __future__ import annotations

from collections.abc import Iterable

from analysis.report.markup import Html, details, esc, paragraph, table
from analysis.view.numbers import MISSING, small_share
from analysis.view.rounded import chance, rounded
from analysis.view.study import StudyView

FORCES = {"law": "law", "recommendation": "recommendation", "voluntary": "voluntary"}


def broken_html(study: StudyView) -> Html:
    """In how many draws each strategy breaks each rule."""
    known = study.answer["rules"]
    told = study.answer["strategies"]
    found = {rule for one in told.values() for rule in one["rules_broken"]}
    if not known:
        return paragraph("The scenario names no regime to hold the campaign against.")
    if not found:
        return paragraph(f"No violation was found of {len(known)} rules, in any draw.")
    rows = [
        (
            known[rule]["title"],
            FORCES.get(known[rule]["force"], known[rule]["force"]),
            *(_share(told[s]["rules_broken"].get(rule)) for s in study.strategies),
        )
        for rule in sorted(known, key=lambda rule: list(FORCES).index(known[rule]["force"]))
        if rule in found
    ]
    head = ("Rule", "Force", *study.strategies)
    caption = "Share of draws in which a rule is broken, and the most violations"
    whole = table(head, rows, caption=caption)
    return whole + paragraph("Modelling, not legal advice.")


def _share(told: dict[str, float] | None) -> str:
    if told is None:
        return MISSING
    return f"{chance(told['share'])}, up to {rounded(told['most'])}"


def inputs_html(study: StudyView) -> Html:
    """What was drawn and what was not; how sure the ends are."""
    answer = study.answer
    rows = []
    for name in study.strategies:
        people = answer["strategies"][name]["metrics"].get("people_reached", {})
        errors = [people.get(f"{end}_error") for end in ("p5", "p50", "p95")]
        noise = answer["strategies"][name].get("run_noise", {}).get("people_reached", {})
        sd = noise.get("relative_sd")
        rows.append(
            (
                name,
                *(MISSING if error is None else f"±{rounded(error)}" for error in errors),
                MISSING if sd is None else f"{100 * sd:.2g} %",
            )
        )
    sure = table(
        ("Strategy", "Error of P5", "Error of the median", "Error of P95", "Run noise (sd)"),
        rows,
        caption="People reached: standard errors for want of runs, and the luck of one run",
    )
    return sure + "".join(
        details(f"{title} ({len(names)})", _list(names))
        for title, names in (
            ("Inputs that were drawn", answer["uncertain"]),
            ("Inputs without a range: not varied", answer["not_varied"]),
        )
    )


def _list(names: Iterable[str]) -> Html:
    return f"<ul>{''.join(f'<li>{esc(name)}</li>' for name in names)}</ul>"


def foot_html(study: StudyView) -> Html:
    """Where the numbers come from."""
    size = "full size" if study.scale >= 1 else f"{small_share(study.scale)} of the lines"
    rows = {
        "Scenario": study.name,
        "Draws": str(study.runs),
        "Seed": str(study.seed),
        "Scale": size,
    }
    listed = "".join(f"<dt>{esc(k)}</dt><dd>{esc(v)}</dd>" for k, v in rows.items())
    return f"<dl>{listed}</dl>" + paragraph(
        "Simulations: no call was placed. The same scenario, seed and version give the same tables."
    )
