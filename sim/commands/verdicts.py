"""The result of a check: text, JSON, JUnit, Markdown, and annotations of GitHub and GitLab."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal
from xml.etree import ElementTree

from sim.store.baseline import Row, Value, digest_of

if TYPE_CHECKING:
    from sim.jobs.check import CheckResult, Judged
    from sim.jobs.promises import Verdict

SCHEMA = "ringfence-check/2"
"""Of the JSON document; its number goes up when a key goes or changes its meaning."""
ORPHAN = "a baseline without a scenario"
PRUNE = "remove it with check --prune"
JUDGED = "judged"
"""Stands for a strategy where a file could not be judged."""
FILE = "the file itself"
"""Stands for a strategy where a difference belongs to none."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was checked: a strategy, an expectation, a file, or a baseline."""

    file: str
    line: int
    """From 1."""
    whose: str
    """The scenario's name, or its file's."""
    name: str
    """The strategy's, or the expectation in words."""
    state: Literal["ok", "drift", "broken", "not judged", "orphan"]
    summary: str
    """What was found, in a line; empty where nothing was."""
    details: tuple[str, ...] = ()
    seconds: float = 0.0


def items(result: CheckResult) -> Iterator[Item]:
    """All that was checked, a strategy, an expectation, a file and a baseline each once."""
    for one in result.files:
        if one.unjudged is not None:
            name = str(one.file)
            yield Item(name, 1, one.scenario or name, JUDGED, "not judged", one.unjudged)
        yield from _strategies(one)
        for verdict in one.verdicts:
            yield Item(
                verdict.file,
                verdict.line,
                one.scenario,
                f"{verdict.strategy}: {verdict.expectation}",
                "ok" if verdict.state == "kept" else verdict.state,
                verdict.found,
            )
    for path, why in result.strangers.items():
        yield Item(path, 1, path, JUDGED, "not judged", why)
    for orphan in result.orphans:
        yield Item(str(orphan), 1, str(orphan), "scenario", "orphan", f"{ORPHAN}; {PRUNE}")


def _strategies(one: Judged) -> Iterator[Item]:
    by_strategy: dict[str, list[Row]] = {}
    for row in one.rows:
        by_strategy.setdefault(row.strategy, []).append(row)
    changed = set(one.changed)
    for name, rows in by_strategy.items():
        file, line = one.places.get(name, (str(one.file), 1))
        different = [row for row in rows if row in changed]
        summary = f"{len(different)} of {len(rows)} differ" if different else ""
        details = [_in_words(row) for row in different]
        details += [f"call log  {text}" for text in one.parts.get(name, ()) if different]
        details += one.notes if different and not name else []
        state: Literal["ok", "drift"] = "drift" if different else "ok"
        seconds = one.seconds / len(by_strategy)
        yield Item(file, line, one.scenario, name or FILE, state, summary, tuple(details), seconds)


def shown(value: Value) -> str:
    """A value as a table shows it: counts with separators, digests by their first digits."""
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else value[:12]


def _in_words(row: Row) -> str:
    change = row.change if isinstance(row.now, int) or row.verdict != "changed" else ""
    text = f"{row.metric}  {shown(row.baseline)} → {shown(row.now)}"
    return f"{text}  {change}" if change else text


# ── Text ─────────────────────────────────────────────────────────────────────────────────────────

MAX_LINES = 12
"""Most differences of a strategy that are told one by one, unless all are asked for."""
_WORDS = {
    "ok": "ok",
    "drift": "DRIFT",
    "broken": "BROKEN",
    "not judged": "NOT JUDGED",
    "orphan": "ORPHAN",
}


def text(result: CheckResult, *, verbose: bool = False, dry_run: bool = False) -> Iterator[str]:
    """The result for a person, line by line: differences first, how to accept them last.

    Parameters
    ----------
    result
        What was found.
    verbose
        Whether also what is equal, and every difference.
    dry_run
        Whether nothing was written.
    """
    for item in items(result):
        if (item.state == "ok" and not verbose) or item.name == JUDGED:
            continue
        found = f" ({item.summary})" if item.summary else ""
        yield f"{item.file}:{item.line}  {item.name}  {_WORDS[item.state]}{found}"
        lines = [*item.details]
        if not verbose and len(lines) > MAX_LINES:
            first = sorted(lines, key=lambda line: not line.startswith("call log  "))
            lines = [*first[:MAX_LINES], f"and {len(lines) - MAX_LINES} more; -v shows all"]
        yield from (f"    {line}" for line in lines)
    taken = [f"{row.scenario}  {row.strategy}  {_in_words(row)}" for row in result.accepted]
    yield from (f"accepted: {line}" for line in taken)
    for one in result.files:
        if not any(row.strategy == "" for row in one.changed):
            yield from (f"{one.file}: {note}" for note in one.notes)
    would = "would be " if dry_run else ""
    yield from (f"{would}removed: {path}" for path in result.pruned)
    written = " would be written" if dry_run else ""
    yield from (f"baseline{written}: {path}" for path in result.updated)
    if result.against:
        yield f"held against {result.against}, run in its own packages"
        yield result.summary
        return
    yield result.summary
    if result.drifted:
        files = " ".join(shlex.quote(str(file)) for file in result.drifted)
        yield f'accept with: ringfence check --accept {files} --reason "…"'


def verdict_line(one: Verdict) -> str:
    """What became of an expectation, in a line of text."""
    word = _WORDS["ok" if one.state == "kept" else one.state]
    return f"{one.file}:{one.line}  {one.strategy}  {one.expectation}  {word} ({one.found})"


# ── For machines ─────────────────────────────────────────────────────────────────────────────────


def document(result: CheckResult) -> dict[str, Any]:
    """The JSON document, as `docs/check.schema.json` describes it."""
    return {
        "schema": SCHEMA,
        "summary": result.summary,
        "exit_code": result.exit_code,
        "items": [asdict(item) for item in items(result)],
        "changed": [asdict(row) for row in result.changed],
        "accepted": [asdict(row) for row in result.accepted],
        "expectations": [asdict(one) for one in result.verdicts],
        "unjudged": result.unjudged,
        "notes": result.notes,
        "against": result.against or None,
        "skipped": [str(one.file) for one in result.files if one.skipped],
        **{
            name: [str(path) for path in getattr(result, name)]
            for name in ("drifted", "orphans", "pruned", "updated")
        },
    }


def junit(result: CheckResult) -> str:
    """JUnit XML: a test case per strategy, expectation, file not judged, and lost baseline."""
    told = list(items(result))
    failures = [item for item in told if item.state in ("drift", "broken", "orphan")]
    errors = [item for item in told if item.state == "not judged"]
    suite = ElementTree.Element(
        "testsuite",
        name="ringfence check",
        tests=str(len(told)),
        failures=str(len(failures)),
        errors=str(len(errors)),
        time=f"{sum(one.seconds for one in result.files):.3f}",
    )
    for item in told:
        made = ElementTree.SubElement(
            suite,
            "testcase",
            classname=item.whose,
            name=item.name,
            file=item.file,
            line=str(item.line),
            time=f"{item.seconds:.3f}",
        )
        if item.state != "ok":
            kind = "error" if item.state == "not judged" else "failure"
            found = ElementTree.SubElement(made, kind, message=item.summary, type=item.state)
            found.text = "\n".join(item.details)
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def github(result: CheckResult) -> Iterator[str]:
    """Annotations of GitHub's workflows, one a strategy or expectation, worst first.

    GitHub shows ten errors and ten warnings of a step; the summary tells all.
    """
    for item in sorted(items(result), key=lambda item: item.state == "not judged"):
        if item.state != "ok":
            level = "warning" if item.state == "not judged" else "error"
            place = f"file={_property(item.file)},line={item.line}"
            title = _property(f"{item.name}: {_WORDS[item.state]}")
            message = _data("\n".join((item.summary, *item.details[:MAX_LINES])))
            yield f"::{level} {place},title={title}::{message}"
    yield result.summary


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


def gitlab(result: CheckResult) -> str:
    """A Code Quality report of GitLab: a JSON list of what was found."""
    severity = {"not judged": "minor", "orphan": "major", "drift": "major", "broken": "critical"}
    found = [
        {
            "description": f"{item.name}: {_WORDS[item.state]} ({item.summary})",
            "check_name": f"ringfence {item.state}",
            "fingerprint": _fingerprint(item),
            "severity": severity[item.state],
            "location": {"path": item.file, "lines": {"begin": item.line}},
        }
        for item in items(result)
        if item.state != "ok"
    ]
    return json.dumps(found, indent=2, ensure_ascii=False)


def _fingerprint(item: Item) -> str:
    """Of what it is about, not of what was found: the same finding stays the same."""
    return hashlib.sha256("\0".join((item.file, item.name, item.state)).encode()).hexdigest()[:32]


def markdown(result: CheckResult) -> str:
    """A Markdown page: a table of the differences, what could not be judged, and notes."""
    different = [row for row in result.rows if row.verdict != "ok"]
    lines = [f"**ringfence check**: {result.summary}"]
    if different:
        lines += [
            "",
            f"| scenario | strategy | metric | {result.against or 'baseline'} | now | change |",
            "| --- | --- | --- | ---: | ---: | ---: |",
        ]
        for row in sorted(different, key=lambda row: digest_of(row.metric) is not None):
            cells = (
                row.scenario,
                row.strategy,
                row.metric,
                shown(row.baseline),
                shown(row.now),
                row.change,
            )
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    parted = [
        f"- {one.scenario}, {name}: {'; '.join(told)}"
        for one in result.files
        for name, told in one.parts.items()
    ]
    lines += ["", *parted]
    lines += [f"- {verdict_line(v)}" for v in result.verdicts if v.state != "kept"]
    lines += [f"- not judged: {file}: {why}" for file, why in result.unjudged.items()]
    lines += [f"- {path}: {ORPHAN}" for path in result.orphans]
    lines += [f"- {note}" for note in result.notes]
    return "\n".join(lines).rstrip() + "\n"
