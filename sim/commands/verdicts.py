"""The result of a check for machines and pages: JUnit XML, and a Markdown table."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from sim.store.baseline import Row, Value

if TYPE_CHECKING:
    from sim.jobs.check import CheckResult
    from sim.jobs.promises import Verdict

SCHEMA = "ringfence-check/2"
"""Of the JSON document; its number goes up when a key goes or changes its meaning."""
ORPHAN = "a baseline without a scenario"


def shown(value: Value) -> str:
    """A value as a table shows it: counts with separators, digests by their first digits."""
    if value is None:
        return "–"
    return f"{value:,}".replace(",", " ") if isinstance(value, int) else value[:12]


def line(row: Row) -> str:
    """One comparison in a line of text."""
    whose = f"{row.scenario}  {row.strategy}" if row.strategy else row.scenario
    return (
        f"{whose}  {row.metric}: baseline {shown(row.baseline)}, now {shown(row.now)}  "
        f"{row.change}  {row.verdict}"
    )


def verdict_line(one: Verdict) -> str:
    """What became of an expectation, in a line of text."""
    words = {"kept": "ok", "broken": "BROKEN", "not judged": "NOT JUDGED"}
    whose = f"{one.file}:{one.line}  {one.strategy}"
    return f"{whose}  {one.expectation}  {words[one.state]} ({one.found})"


def document(result: CheckResult) -> dict[str, Any]:
    """The JSON document."""
    return {
        "schema": SCHEMA,
        "summary": result.summary,
        "exit_code": result.exit_code,
        "changed": [asdict(row) for row in result.changed],
        "accepted": [asdict(row) for row in result.accepted],
        "expectations": [asdict(one) for one in result.verdicts],
        "unjudged": result.unjudged,
        "notes": result.notes,
        **{
            name: [str(path) for path in getattr(result, name)]
            for name in ("drifted", "orphans", "pruned", "updated")
        },
    }


def junit(result: CheckResult) -> str:
    """JUnit XML: a test case per comparison, scenario not judged, and baseline without one."""
    failed = set(result.changed)
    suite = ElementTree.Element(
        "testsuite",
        name="ringfence check",
        tests=str(
            len(result.rows) + len(result.verdicts) + len(result.unjudged) + len(result.orphans)
        ),
        failures=str(len(failed) + len(result.orphans) + len(result.judged("broken"))),
        errors=str(len(result.unjudged) + len(result.judged("not judged"))),
    )

    def case(whose: str, name: str) -> ElementTree.Element:
        return ElementTree.SubElement(suite, "testcase", classname=whose, name=name)

    for row in result.rows:
        whose = f"{row.scenario}.{row.strategy}" if row.strategy else row.scenario
        made = case(whose, row.metric)
        if row in failed:
            text = f"baseline {row.baseline}, now {row.now}: {row.change}"
            ElementTree.SubElement(made, "failure", message=text, type=row.verdict)
    for one in result.verdicts:
        made = case(f"{one.file}.{one.strategy}", one.expectation)
        if one.state != "kept":
            kind = "failure" if one.state == "broken" else "error"
            ElementTree.SubElement(made, kind, message=one.found, type=one.state)
    for file, why in result.unjudged.items():
        ElementTree.SubElement(case(file, "judged"), "error", message=why, type="not judged")
    for orphan in result.orphans:
        made = case(str(orphan), "scenario")
        ElementTree.SubElement(made, "failure", message=ORPHAN, type="orphan")
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def markdown(result: CheckResult) -> str:
    """A Markdown page: a table of the differences, what could not be judged, and notes."""
    different = [row for row in result.rows if row.verdict != "ok"]
    lines = [f"**ringfence check**: {result.summary}"]
    if different:
        lines += [
            "",
            "| scenario | strategy | metric | baseline | now | change |",
            "| --- | --- | --- | ---: | ---: | ---: |",
        ]
        for row in different:
            cells = (
                row.scenario,
                row.strategy,
                row.metric,
                shown(row.baseline),
                shown(row.now),
                row.change,
            )
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    lines += ["", *(f"- {verdict_line(v)}" for v in result.verdicts if v.state != "kept")]
    lines += [*(f"- not judged: {file}: {why}" for file, why in result.unjudged.items())]
    lines += [f"- {path}: {ORPHAN}" for path in result.orphans]
    lines += [f"- {note}" for note in result.notes]
    return "\n".join(lines).rstrip() + "\n"
