"""One's own law pack by its path: held against, enforced, copied into the run, told when wrong."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.commands.audit import audit
from sim.commands.validate import validate
from sim.errors import Fault, ScenarioError
from sim.jobs.accept import Acceptance
from sim.jobs.check import check
from sim.jobs.found import baseline_path
from sim.jobs.run import run_scenario
from sim.loading.load import load
from sim.scenario.resolved import resolved_text
from sim.store.verify import Verified, verify
from tests.small_run import TEXT

RURITANIA = """\
id: ruritania
title: Recorded calls in Ruritania
jurisdiction: Ruritania
binds: all
currency: EUR
summary: Recorded calls on weekdays until noon.
valid: {from: 2010-01-01}
rules:
  - id: mornings
    kind: hours
    title: Weekdays 09:00 to 12:00
    force: law
    from: 2010-01-01
    windows: [{days: mon-fri, from: "09:00", to: "12:00"}]
    source: {ref: R1, text: "Calls Act, section 4."}
  - id: eve
    kind: silence
    title: No calls on the day of the poll
    force: law
    from: 2010-01-01
    days_before: 0
    polls: [{name: By-election, date: 2017-04-23, source: {ref: R1, text: "A Sunday."}}]
    source: {ref: R1, text: "Calls Act, section 9."}
"""
SCENARIO = TEXT.replace(
    "strategies:\n  all-channels: {}\n",
    "regimes: [law/ruritania.yaml]\n"
    "strategies:\n"
    "  all-channels: {}\n"
    "  mornings: {enforce: {law/ruritania.yaml: [all]}}\n",
)
assert SCENARIO != TEXT


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A scenario that names its own pack, in a folder beside it."""
    (tmp_path / "s" / "law").mkdir(parents=True)
    (tmp_path / "s" / "law" / "ruritania.yaml").write_text(RURITANIA, encoding="utf-8")
    path = tmp_path / "s" / "small.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


def faults(path: Path, *sets: str) -> list[Fault]:
    try:
        return list(load(path, sets).warnings)
    except ScenarioError as error:
        return list(error.faults)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


# ── Loading ──────────────────────────────────────────────────────────────────────────────────────


def test_it_is_read_from_the_folder_of_the_file_that_names_it(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    loaded = load(file)
    assert loaded.scenario.regimes == ("laws/ruritania.yaml",)
    assert list(loaded.scenario.strategies["mornings"].enforce) == ["laws/ruritania.yaml"]
    assert loaded.laws.digests == {
        "laws/ruritania.yaml": sha256(file.parent / "law/ruritania.yaml")
    }
    # A file in another folder that extends it names the same pack its own way.
    (tmp_path / "more.yaml").write_text(
        "extends: s/small.yaml\nstrategies: {late: {enforce: {s/law/ruritania.yaml: [eve]}}}\n",
        encoding="utf-8",
    )
    more = load(tmp_path / "more.yaml")
    assert list(more.laws.packs) == ["laws/ruritania.yaml"]
    assert more.scenario.strategies["late"].enforce == {"laws/ruritania.yaml": ("eve",)}


def test_a_setting_names_it_from_the_working_directory(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(file.parent / "law" / "ruritania.yaml", tmp_path / "mine.yaml")
    assert load(file, ["regimes=[mine.yaml]"]).scenario.regimes == ("laws/mine.yaml",)


def test_two_packs_of_one_file_name_stay_two(file: Path) -> None:
    other = file.parent / "other" / "ruritania.yaml"
    other.parent.mkdir()
    other.write_text(RURITANIA.replace("id: ruritania", "id: strelsau"), encoding="utf-8")
    loaded = load(file, [f"regimes=[{other}]"])
    assert loaded.scenario.regimes == ("laws/ruritania.yaml",)
    assert loaded.laws.regime("laws/ruritania.yaml").id == "strelsau"
    (enforced,) = loaded.scenario.strategies["mornings"].enforce
    assert loaded.laws.regime(enforced).id == "ruritania"
    assert enforced == "laws/ruritania-2.yaml"


@pytest.mark.parametrize(
    ("old", "new", "path", "words"),
    [
        ("regimes: [law/r", "regimes: [law/rr", "regimes.0", "did you mean 'ruritania.yaml'?"),
        ("{law/ruritania", "{law/ruritanja", "enforce.law/ruritanja.yaml", "there is no file"),
        ("[law/ruritania.yaml]", "[law]", "regimes.0", "there is no regime 'law'"),
        ("[all]}}", "[mornigs]}}", "enforce.law/ruritania.yaml.0", "did you mean 'mornings'?"),
        ("[law/ruritania.yaml]", "[law/ruritania.yaml, uk-pec]", "regimes.1", "mean 'uk-pecr'?"),
    ],
)
def test_what_is_wrong_with_a_name_is_told_at_its_place(
    file: Path, old: str, new: str, path: str, words: str
) -> None:
    assert SCENARIO.count(old) == 1
    file.write_text(SCENARIO.replace(old, new), encoding="utf-8")
    (fault,) = faults(file)
    assert fault.path.endswith(path)
    assert words in fault.message
    line = next(n for n, text in enumerate(SCENARIO.splitlines(), 1) if old in text)
    assert (fault.file, fault.line) == (str(file), line)


def test_what_is_wrong_with_a_pack_is_told_at_its_own_lines(file: Path) -> None:
    pack = file.parent / "law" / "ruritania.yaml"
    text = RURITANIA.replace("kind: hours", "kind: houres").replace("force: law", "force: lore", 2)
    pack.write_text(text, encoding="utf-8")
    file.write_text(SCENARIO.replace("seed: 11", "seed: -1"), encoding="utf-8")
    found = faults(file)
    assert [(Path(f.file).name, f.line) for f in found] == [
        ("ruritania.yaml", 10),
        ("ruritania.yaml", 19),
        ("small.yaml", 4),
    ]


def test_two_regimes_of_one_id_are_refused(file: Path, tmp_path: Path) -> None:
    twin = tmp_path / "twin.yaml"
    twin.write_text(RURITANIA.replace("id: ruritania", "id: uk-pecr"), encoding="utf-8")
    (fault,) = [f for f in faults(file, f"regimes=[uk-pecr, {twin}]") if f.severity == "error"]
    assert fault.path == "regimes.1"
    assert "its id is 'uk-pecr'" in fault.message


def test_one_pack_by_two_paths_stands_once_in_a_map(file: Path) -> None:
    text = SCENARIO.replace("[all]}}", "[all], ./law/ruritania.yaml: [eve]}}")
    file.write_text(text, encoding="utf-8")
    (fault,) = faults(file)
    assert "stands in this map already" in fault.message


# ── Running ──────────────────────────────────────────────────────────────────────────────────────


def test_it_is_enforced_and_held_against_and_travels_with_the_run(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = run_scenario(load(file), scale=0.2, calls=True, out=tmp_path / "one").run
    copy = one.path / "laws" / "ruritania.yaml"
    assert copy.read_text(encoding="utf-8") == RURITANIA
    assert one.manifest["laws"] == {"laws/ruritania.yaml": sha256(copy)}
    assert one.manifest["files"]["laws/ruritania.yaml"]["sha256"] == sha256(copy)

    # Local time in France in April is UTC + 2; Réunion is UTC + 4.
    log = one.calls()
    zone = log["zone"].map({"Europe/Paris": 2, "Indian/Reunion": 4}).astype(int)
    hour = (log["start_utc"].dt.hour + zone) % 24
    late = {name: int((hour[log["strategy"] == name] >= 12).sum()) for name in one.strategies}
    assert late["all-channels"] > 0
    assert late["mornings"] == 0
    table = one.table("audit")
    rows = table[table["rule"] == "mornings"].set_index("strategy")
    assert set(table["regime"]) == {"ruritania"}
    assert rows["violations"].to_dict() == late

    # The run's own scenario, where nothing else is left of the first, gives the same run.
    shutil.copytree(one.path, tmp_path / "far" / "away")
    shutil.rmtree(file.parent)
    monkeypatch.chdir(tmp_path / "far")
    again = load("away/scenario.resolved.yaml")
    assert resolved_text(again) == (one.path / "scenario.resolved.yaml").read_text("utf-8")
    two = run_scenario(again, scale=0.2, calls=True, out=tmp_path / "two").run
    for key in ("laws", "scenario", "plans"):
        ours, theirs = dict(one.manifest[key]), dict(two.manifest[key])
        assert {**ours, "sources": []} == {**theirs, "sources": []}
    assert two.manifest["files"] == one.manifest["files"]

    # The audit of the stored run finds the copy, wherever the run lies.
    done = CliRunner().invoke(audit, ["away", "--json"])
    assert done.exit_code == 1, done.output
    found = json.loads(done.stdout)["audits"]
    wanted = [(name, "ruritania") for name in one.strategies]
    assert [(each["audited"], each["regime"]) for each in found] == wanted

    # It is a file of the run like any other: a change, a stranger beside it and a link are told.
    assert verify(Path("away")) == Verified(len(one.manifest["files"]), (), ())
    (Path("away") / "laws" / "more.yaml").write_text("")
    assert verify(Path("away")).strangers == ("laws/more.yaml",)
    (Path("away") / "laws" / "ruritania.yaml").write_text(RURITANIA.replace("e", "f", 1))
    assert len(verify(Path("away")).different) == 1
    shutil.rmtree(Path("away") / "laws")
    (Path("away") / "laws").symlink_to(one.path / "laws", target_is_directory=True)
    assert "no regular file" in verify(Path("away")).different[0]


def test_validate_takes_it(file: Path) -> None:
    done = CliRunner().invoke(validate, [str(file)])
    assert done.exit_code == 0, done.output
    (file.parent / "law" / "ruritania.yaml").unlink()
    done = CliRunner().invoke(validate, [str(file)])
    assert done.exit_code == 2
    assert done.output.count("there is no file") == 2  # of `regimes` and of `enforce`


# ── The check ────────────────────────────────────────────────────────────────────────────────────


def test_the_check_says_when_a_pack_moved(file: Path) -> None:
    file.write_text(SCENARIO + "check: {scale: 100 %}\n", encoding="utf-8")
    pack = file.parent / "law" / "ruritania.yaml"
    check([file], Acceptance("first"))
    stored = json.loads(baseline_path(file).read_text("utf-8"))
    assert stored["laws"] == {"laws/ruritania.yaml": sha256(pack)}
    assert check([file]).notes == []

    pack.write_text(RURITANIA + "# read again\n", encoding="utf-8")
    moved = check([file])
    assert moved.exit_code == 1  # though words moved, and no number did
    assert [row.metric for row in moved.changed] == ["law pack laws/ruritania.yaml"]
    (note,) = moved.notes
    assert note == f"{file}: law packs since its baseline: laws/ruritania.yaml changed"

    pack.write_text(RURITANIA.replace('to: "12:00"', 'to: "11:00"'), encoding="utf-8")
    moved = check([file])
    assert moved.exit_code == 1
    assert any("laws/ruritania.yaml changed" in note for note in moved.notes)

    del stored["laws"]  # a baseline of before they were taken down
    baseline_path(file).write_text(json.dumps(stored), encoding="utf-8")
    assert not any("law packs" in note for note in check([file]).notes)
