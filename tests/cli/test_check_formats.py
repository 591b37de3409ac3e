"""What ``ringfence check`` prints for machines, and what a repository says of its checks."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from sim.commands import verdicts
from sim.commands.check import FORMATS, _printed, _summary
from sim.commands.configured import Settings, configured
from sim.errors import OptionError
from sim.jobs.check import CheckResult, Judged
from sim.jobs.promises import Verdict
from sim.store.baseline import Row

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs" / "check.schema.json").read_text("utf-8"))


@pytest.fixture
def result() -> CheckResult:
    """A strategy that is equal, one that differs, one promise of each kind, and an orphan."""
    rows = [
        Row("alpha", "", "scenario", "0" * 64, "0" * 64, "ok"),
        Row("alpha", "all", "attempts", 3, 3, "ok"),
        Row("alpha", "half", "channel_ms", 48_095_092, 48_493_092, "changed"),
        Row("alpha", "half", "digest of call_log", "a" * 64, "b" * 64, "changed"),
    ]
    states = ("kept", "broken", "not judged")
    one = Judged(
        Path("s/alpha.yaml"),
        scenario="alpha",
        rows=rows,
        places={"all": ("s/alpha.yaml", 70), "half": ("s/alpha.yaml", 76)},
        parts={"half": ["call log parts in hour 0", "line 512: hold_ms 1 → 2"]},
        verdicts=[
            Verdict(f"attempts ≤ {i}", "half", "s/alpha.yaml", 90 + i, 5, state, "97, 50 %")
            for i, state in enumerate(states)
        ],
        seconds=2.0,
    )
    return CheckResult(files=[one], orphans=[Path("s/baselines/gone.json")])


def test_text(result: CheckResult) -> None:
    lines = list(verdicts.text(result))
    assert lines[:4] == [
        "s/alpha.yaml:76  half  DRIFT (2 of 2 differ)",
        "    channel_ms  48,095,092 → 48,493,092  +398,000 (+0.828 %)",
        "    digest of call_log  aaaaaaaaaaaa → bbbbbbbbbbbb",
        "    call log  call log parts in hour 0",
    ]
    assert "s/alpha.yaml:91  half: attempts ≤ 1  BROKEN (97, 50 %)" in lines
    assert "s/alpha.yaml:92  half: attempts ≤ 2  NOT JUDGED (97, 50 %)" in lines
    assert any(line.startswith("s/baselines/gone.json:1  scenario  ORPHAN") for line in lines)
    assert lines[-1] == 'accept with: ringfence check --accept s/alpha.yaml --reason "…"'
    assert not any("all  ok" in line for line in lines)
    assert any("all  ok" in line for line in verdicts.text(result, verbose=True))


def test_json_is_as_its_schema_says(result: CheckResult) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    document = json.loads(_printed(result, "json", False, False)[0])
    jsonschema.validate(document, SCHEMA)
    jsonschema.validate(verdicts.document(CheckResult()), SCHEMA)
    assert document["schema"] == SCHEMA["properties"]["schema"]["const"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, "exit_code": 3}, SCHEMA)


def test_junit_has_a_case_a_strategy_and_expectation(result: CheckResult) -> None:
    suite = ElementTree.fromstring(_printed(result, "junit", False, False)[0])
    counts = [suite.get(name) for name in ("tests", "failures", "errors", "time")]
    assert counts == ["7", "3", "1", "2.000"]
    half = suite[2]
    assert [half.get(name) for name in ("file", "line", "classname")] == [
        "s/alpha.yaml",
        "76",
        "alpha",
    ]


def test_annotations_of_github_are_escaped_and_errors_come_first(result: CheckResult) -> None:
    *notes, summary = _printed(result, "github", False, False)
    assert [note.split(" ")[0] for note in notes] == ["::error"] * 3 + ["::warning"]
    assert notes[0].startswith(
        "::error file=s/alpha.yaml,line=76,title=half%3A DRIFT::2 of 2 differ%0Achannel_ms"
    )
    assert "50 %25" in notes[1]
    assert summary == result.summary


def test_code_quality_of_gitlab(result: CheckResult) -> None:
    found = json.loads(_printed(result, "gitlab", False, False)[0])
    assert [one["severity"] for one in found] == ["major", "critical", "minor", "major"]
    assert found[0]["location"] == {"path": "s/alpha.yaml", "lines": {"begin": 76}}
    assert len({one["fingerprint"] for one in found}) == 4


def test_a_summary_is_added_where_a_workflow_asks(result, tmp_path, monkeypatch) -> None:
    file = tmp_path / "summary.md"
    file.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    _summary(result)
    text = file.read_text("utf-8")
    assert text.startswith("before\n**ringfence check**")
    assert "call log parts in hour 0" in text


def test_every_format_prints(result: CheckResult) -> None:
    for form in FORMATS:
        assert "".join(_printed(result, form, False, False))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("path = ['a']", r"no key 'path'; did you mean 'paths'\?"),
        ("jobs = 0", "found 0; allowed: a number from 1 up"),
        ("format = 'xml'", "allowed: text, json"),
        ("paths = []", "a list of paths"),
        ("paths = ", "cannot be read"),
    ],
)
def test_faults_of_settings(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.ringfence]\n{text}\n", encoding="utf-8")
    with pytest.raises(OptionError, match=said):
        configured(tmp_path)


def test_settings_hold_from_any_folder_below(tmp_path: Path) -> None:
    assert configured(tmp_path / "nowhere" / "at" / "all") == Settings()
    (tmp_path / "pyproject.toml").write_text(
        "[tool.ringfence]\npaths = ['plans', 'b.yaml']\njobs = 1\nformat = 'github'\n", "utf-8"
    )
    assert configured(tmp_path) == Settings(("plans", "b.yaml"), 1, "github")
    below = tmp_path / "plans"
    below.mkdir()
    assert configured(below).paths == (".", str(tmp_path / "b.yaml"))
