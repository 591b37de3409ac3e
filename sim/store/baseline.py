"""Baselines of the regression check: what a scenario gave when somebody last accepted it.

A baseline holds integer counters and digests of column values by strategy. They are compared
exactly: the model decides by integers, so the same scenario, seed and version give the same
numbers everywhere.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from sim.errors import BaselineError, OutputError
from sim.measure.chapters import CHAPTERS
from sim.measure.columns import EXACT_TABLES, MEASURED
from sim.measure.findings import Findings
from sim.measure.metrics import compute
from sim.outputs import BASELINE, claim
from sim.store.checked import Checked, checked, read_json, short
from sim.store.digest import digest_table
from sim.store.manifest import Digest
from sim.store.tables import block_table

if TYPE_CHECKING:
    from sim.audit.auditor import Audit

FORMAT = "ringfence-baseline"
FORMAT_VERSION = 1

Verdict = Literal["ok", "changed", "missing", "new"]
"""``missing``: the baseline has it and the run does not; ``new``: the other way round."""
Value = int | str | None
SCENARIO = "scenario"
"""What the digest of the resolved scenario is called among metrics."""
PACK = "law pack "
"""What the name of a law pack is put after, likewise."""
TABLE = "digest of "
"""What the name of a table is put after, of its digest."""


CallText = Annotated[str, Field(pattern=r"^[0-9]{1,19}( [0-9]{1,19}){7}$")]
"""A call: the columns of its row in the call log."""


class Baseline(Checked):
    """What one scenario gave."""

    scenario: str
    """Name of the scenario."""
    scenario_sha256: Digest
    """SHA-256 of the resolved scenario."""
    seed: int
    scale: Annotated[str, Field(pattern=r"^[0-9]{1,18}(/[0-9]{1,18})?$")]
    """Scale of the regression run, an exact fraction such as ``1/100``."""
    lines: int
    """Lines simulated."""
    counters: dict[str, dict[str, int]]
    """By strategy and metric."""
    digests: dict[str, dict[str, Digest]]
    """By strategy: of each table's values, and of the call log's."""
    laws: dict[str, Digest] = Field(default_factory=dict)
    """SHA-256 of each law pack, by the name that the scenario has for it; empty in baselines of
    before they were taken down."""
    hours: dict[str, dict[str, str]] = Field(default_factory=dict)
    """By strategy and simulated hour: calls, and a short digest of each column of the call log."""
    sample: dict[str, list[CallText]] = Field(default_factory=dict)
    """By strategy: the calls to a few lines, their columns in the order of the call log's."""
    resolved: dict[str, Any] = Field(default_factory=dict)
    """The resolved scenario; empty in baselines of before it was taken down."""
    start_utc: dict[str, str] = Field(default_factory=dict)
    """By strategy: the campaign's start, UTC, as ``2017-04-18T08:00``."""
    code_sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    """SHA-256 over the simulator's sources when it was made; empty for a part accepted by name."""
    tables: dict[str, Digest] = Field(default_factory=dict)
    """By strategy: of the integer tables that its calls were decided by."""
    arithmetic: Annotated[str, Field(pattern=r"^([0-9a-f]{16})?$")] = ""
    """How the platform works floating-point functions out (:mod:`sim.store.arithmetic`); empty in
    baselines of before it was taken down."""
    kept: bool = False
    """Whether every expectation was kept when it was made."""
    reason: str = ""
    """Why the numbers were accepted."""
    versions: dict[str, str] = Field(default_factory=dict)
    """Of Ringfence, Python and packages, when they were."""


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison."""

    scenario: str
    strategy: str
    """Empty for what belongs to the whole file."""
    metric: str
    """Name of a metric, or ``digest of TABLE``; for the whole file :data:`SCENARIO`, or the name of
    a law pack after :data:`PACK`."""
    baseline: Value
    now: Value
    verdict: Verdict

    @property
    def change(self) -> str:
        """The difference in words: ``+12 (+0.4 %)``, ``values differ``, or nothing."""
        if self.verdict == "ok":
            return ""
        if isinstance(self.baseline, int) and isinstance(self.now, int):
            difference = self.now - self.baseline
            share = f" ({100 * difference / self.baseline:+.3g} %)" if self.baseline else ""
            return f"{difference:+,}{share}"
        return "values differ" if self.verdict == "changed" else self.verdict


def counters(found: Findings, audits: Sequence[Audit] = ()) -> dict[str, int]:
    """The whole numbers of one strategy.

    Every metric that is one, what each chapter counts beside its metrics, and the violations of
    each rule that the audits could assess, as ``violations of REGIME/RULE``.
    """
    from sim.store.law import violations

    whole = {name: v for name, v in compute(found.totals).items() if isinstance(v, int)}
    for chapter in CHAPTERS:
        whole.update(chapter.counters(found))
    for rule, number in violations(audits).items():
        whole[f"violations of {rule}"] = number
    return whole


def digests(found: Findings, call_log: str) -> dict[str, str]:
    """Digests of the values of one strategy's tables and of its call log."""
    tables = {name: digest_table(block_table(found, MEASURED[name])) for name in EXACT_TABLES}
    return {**tables, "call_log": call_log}


def digest_of(metric: str) -> str | None:
    """The table whose digest goes by the name of a metric; None where it is no digest."""
    return metric.removeprefix(TABLE) if metric.startswith(TABLE) else None


def compare(baseline: Baseline, now: Baseline) -> Iterator[Row]:
    """Every counter and digest of either, in order, with its verdict.

    Of the file first: the scenario, and its law packs unless the baseline was made before they were
    taken down.
    """
    old: dict[str, Value] = {SCENARIO: baseline.scenario_sha256}
    new: dict[str, Value] = {SCENARIO: now.scenario_sha256}
    if baseline.laws:
        old |= {f"{PACK}{name}": digest for name, digest in baseline.laws.items()}
        new |= {f"{PACK}{name}": digest for name, digest in now.laws.items()}
    yield from rows(now.scenario, "", old, new)
    for strategy in dict.fromkeys([*baseline.counters, *now.counters]):
        yield from rows(now.scenario, strategy, _values(baseline, strategy), _values(now, strategy))


def _values(baseline: Baseline, strategy: str) -> dict[str, Value]:
    """Counters and digests of one strategy, by the names that rows have."""
    digests = baseline.digests.get(strategy, {})
    return {
        **baseline.counters.get(strategy, {}),
        **{f"{TABLE}{name}": digest for name, digest in digests.items()},
    }


def rows(
    scenario: str, strategy: str, old: Mapping[str, Value], new: Mapping[str, Value]
) -> Iterator[Row]:
    """A comparison for each name that either side has."""
    for metric in dict.fromkeys([*old, *new]):
        verdict: Verdict = "ok"
        if metric not in new:
            verdict = "missing"
        elif metric not in old:
            verdict = "new"
        elif old[metric] != new[metric]:
            verdict = "changed"
        yield Row(scenario, strategy, metric, old.get(metric), new.get(metric), verdict)


def read_baseline(path: Path, made_by: str = "ringfence check --accept --reason TEXT") -> Baseline:
    """Read a baseline.

    Parameters
    ----------
    path
        Where it stands.
    made_by
        The command that makes it, for the remedy.

    Raises
    ------
    BaselineError
        If there is none, or it is of another format.
    """
    if not os.path.lexists(path):
        raise BaselineError(f"there is no baseline {path}", remedy=f"make one: {made_by}")
    content = read_json(path, BaselineError)
    if content.pop("format", None) != FORMAT:
        raise BaselineError(f"{path} is not a baseline of Ringfence")
    version = content.pop("format_version", None)
    if isinstance(version, bool) or version != FORMAT_VERSION:
        raise BaselineError(
            f"{path} has baseline format {short(version)}, this version judges {FORMAT_VERSION}",
            remedy=f"make it anew: {made_by}",
        )
    return checked(Baseline, content, path, BaselineError)


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write a baseline: whole, or what was there stays."""
    content: dict[str, Any] = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        **baseline.model_dump(),
    }
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        claim(path, BASELINE, force=True).write(text)
    except OutputError as error:
        raise BaselineError(str(error)) from error
    except OSError as error:
        raise BaselineError(f"cannot write {path}: {error.strerror or error}") from error
