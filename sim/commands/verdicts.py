"""The result of a check for machines and pages: JUnit XML, and a Markdown table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

from sim.store.baseline import Row, Value


def shown(value: Value) -> str:
    """A value as a table shows it: counts with separators, digests by their first digits."""
    if value is None:
        return "–"
    return f"{value:,}".replace(",", " ") if isinstance(value, int) else value[:12]


def junit(rows: Sequence[Row], unjudged: Mapping[str, str]) -> str:
    """JUnit XML: one test case per comparison, one per scenario that could not be judged."""
    suite = ElementTree.Element(
        "testsuite",
        name="ringfence check",
        tests=str(len(rows) + len(unjudged)),
        failures=str(sum(row.verdict != "ok" for row in rows)),
        errors=str(len(unjudged)),
    )
    for row in rows:
        case = ElementTree.SubElement(
            suite, "testcase", classname=f"{row.scenario}.{row.strategy}", name=row.metric
        )
        if row.verdict != "ok":
            text = f"baseline {row.baseline}, now {row.now}: {row.change}"
            ElementTree.SubElement(case, "failure", message=text, type=row.verdict)
    for file, why in unjudged.items():
        case = ElementTree.SubElement(suite, "testcase", classname=file, name="judged")
        ElementTree.SubElement(case, "error", message=why, type="not judged")
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def markdown(rows: Sequence[Row], unjudged: Mapping[str, str], notes: Sequence[str] = ()) -> str:
    """A Markdown page: a table of the differences, what could not be judged, and notes."""
    changed = [row for row in rows if row.verdict != "ok"]
    lines = [f"**ringfence check**: {len(rows) - len(changed)} equal, {len(changed)} different"]
    if changed:
        lines += [
            "",
            "| scenario | strategy | metric | baseline | now | change |",
            "| --- | --- | --- | ---: | ---: | ---: |",
        ]
        for row in changed:
            cells = (
                row.scenario,
                row.strategy,
                row.metric,
                shown(row.baseline),
                shown(row.now),
                row.change,
            )
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    lines += ["", *(f"- not judged: {file}: {why}" for file, why in unjudged.items())]
    lines += [f"- {note}" for note in notes]
    return "\n".join(lines).rstrip() + "\n"
