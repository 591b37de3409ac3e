"""An audit as a page for who answers for the calls: rule by rule, and what is not known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analysis.report.markup import Html, esc, head, paragraph, section, table
from analysis.view.audit import NOT_ADVICE

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def officer_html(audits: Sequence[Mapping[str, Any]], version: str) -> Html:
    """The page of some audits, as text: the same audits give the same text.

    Parameters
    ----------
    audits
        One for each regime, as ``ringfence audit --json`` has them.
    version
        Of Ringfence.
    """
    names = ", ".join(dict.fromkeys(str(each["audited"]) for each in audits))
    parts = "".join(
        section(f"audit-{place}", f"{each['regime']}: {each['title']}", "".join(_audit(each)))
        for place, each in enumerate(audits)
    )
    notes = dict.fromkeys(str(note) for each in audits for note in each["notes"])
    files = section("files", "What is to be known of the files", _list(notes)) if notes else ""
    return f"""{head(f"{names} – held against the law", version, _POLICY)}
<body>
<main id="main">
<h1>{esc(names)}: held against the law</h1>
{paragraph(_answer(audits))}
{paragraph(NOT_ADVICE)}
{parts}{files}
</main>
</body>
</html>
"""


def _answer(audits: Sequence[Mapping[str, Any]]) -> str:
    """Of how many rules no violation can be said, and what was found."""
    clean = sum(len(each["clean"]) for each in audits)
    rules = [rule for each in audits for rule in each["rules"]]
    broken = [str(rule["rule"]) for rule in rules if rule["broken"]]
    what = f"Broken: {', '.join(dict.fromkeys(broken))}. " if broken else ""
    return f"{what}No violation found is said of {clean} of {len(rules)} rules."


def _audit(found: Mapping[str, Any]) -> Iterator[Html]:
    for warning in found["warnings"]:
        yield paragraph(f"Warning: {warning}", "warning")
    head = ["Rule", "Force", "Violations", "Calls assessed", "Not assessable, and why"]
    yield table(head, map(_row, found["rules"]), caption=f"{found['calls']:,} calls, rule by rule")
    notes = [f"{rule['rule']}: {note}" for rule in found["rules"] for note in (*rule["notes"],)]
    if notes:
        yield _list(notes)
    joins = [
        f"{join['met']:,} of {join['given']:,} {join['what']} met a call"
        if join["what"] != "lines that were called"
        else f"{join['met']:,} of {join['given']:,} lines that were called are listed"
        for join in found["joins"]
    ]
    if joins:
        yield "<h3>How the files met</h3>" + _list(joins)
    yield from _exposure(found["exposure"])


def _row(rule: Mapping[str, Any]) -> list[str]:
    reading = f", {rule['reading']} reading" if rule["reading"] else ""
    assessed = rule["status"] == "assessed"
    if not assessed:
        count = f"{rule['unassessed']:,} calls: " if rule["unassessed"] else ""
        unknown = f"{count}{rule['reason']}"
    else:
        why = f"{rule['unassessed']:,}: {rule['unassessed_reason']}"
        unknown = why if rule["unassessed"] else ""
    return [
        str(rule["title"]),
        f"{rule['force']}{reading}",
        _violations(rule) if assessed else "–",
        f"{rule['calls']:,}" if assessed else "–",
        unknown,
    ]


def _violations(rule: Mapping[str, Any]) -> str:
    if rule["kept_back"]:
        return "few"
    if rule["counts"] == "campaign":
        return "broken" if rule["broken"] else "kept"
    return f"{rule['violations']:,}"


def _exposure(costs: Mapping[str, Any]) -> Iterator[Html]:
    """What the text of each penalty allows, and what was imposed; never added."""
    sums = [
        f"nominal, {each['penalty']} ({each['force']}): "
        + ("kept back" if each["total"] is None else f"{each['total']:,.0f} {costs['currency']}")
        for each in costs["nominal"]
    ]
    if not sums:
        return
    concerned = {each["penalty"] for each in costs["nominal"]}
    practice = [
        f"observed practice, {each['penalty']}: {each['text']}"
        for each in costs["observed_practice"]
        if each["penalty"] in concerned
    ]
    yield "<h3>Exposure: no two of these sums are to be added</h3>" + _list([*sums, *practice])


def _list(items: Sequence[str] | Mapping[str, None]) -> Html:
    return f"<ul>{''.join(f'<li>{esc(item)}</li>' for item in items)}</ul>"
