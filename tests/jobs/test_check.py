"""The seeded regression, and that it finds what it should."""

from __future__ import annotations

import json
import shutil
from xml.etree import ElementTree

import pytest

from sim.commands.verdicts import junit, markdown
from sim.engine import fast
from sim.errors import LedgerError, OptionError
from sim.jobs import check as check_module
from sim.jobs import measuring, room
from sim.jobs.accept import Acceptance
from sim.jobs.check import check
from sim.jobs.found import baseline_path, found

FIRST = Acceptance("first")


@pytest.fixture
def file(tmp_path, scenario_text):
    path = tmp_path / "scenarios" / "small.yaml"
    path.parent.mkdir()
    path.write_text(scenario_text + "check: {scale: 100 %}\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def accepted_once(scenario_text, tmp_path_factory):
    """The folder of a scenario that was accepted; tests leave it as it is."""
    file = tmp_path_factory.mktemp("accepted") / "small.yaml"
    file.write_text(scenario_text + "check: {scale: 100 %}\n", encoding="utf-8")
    result = check([file], FIRST)
    assert result.updated == [baseline_path(file)]
    assert result.exit_code == 0
    return file.parent


@pytest.fixture
def accepted(file, accepted_once):
    """A copy of it."""
    shutil.copytree(accepted_once, file.parent, dirs_exist_ok=True)
    return file


def edit(file, change):
    path = baseline_path(file)
    content = json.loads(path.read_text("utf-8"))
    change(content)
    path.write_text(json.dumps(content), "utf-8")


def test_equal(accepted):
    result = check([accepted])
    assert result.exit_code == 0
    assert result.changed == []
    assert result.notes == []
    metrics = {row.metric for row in result.rows}
    assert {"attempts", "attempts_human", "people_reached", "channel_ms"} <= metrics
    assert {"digest of call_log", "digest of timeline"} <= metrics
    assert {row.strategy for row in result.rows} == {"", "all-channels", "half-the-channels"}
    content = json.loads(baseline_path(accepted).read_text("utf-8"))
    assert content["reason"] == "first"
    assert content["scale"] == "1"
    assert content["lines"] == 3000
    assert "numpy" in content["versions"]


def test_directories_and_files(accepted):
    (accepted.parent / "notes.txt").write_text("x")
    assert found([accepted.parent, accepted]).files == (accepted,)
    assert check([accepted.parent]).exit_code == 0


def test_a_planted_change_of_a_counter_is_found(accepted):
    def plant(content):
        content["counters"]["all-channels"]["people_reached"] -= 1

    edit(accepted, plant)
    result = check([accepted])
    assert result.exit_code == 1
    (row,) = result.changed
    assert (row.strategy, row.metric, row.verdict) == ("all-channels", "people_reached", "changed")
    assert row.change.startswith("+1 (")
    assert "1 different" in result.summary


@pytest.mark.parametrize("by", [("hold_ms", 1), ("start_ms", 1)])
def test_a_change_of_the_program_by_one_millisecond_is_found(accepted, monkeypatch, by):
    real = fast.run
    column, amount = by

    def off_by_one(plan, sink, head=None, progress=None):
        def shifted(chunk):
            chunk = chunk.copy()
            if chunk.first == 0:
                getattr(chunk, column)[0] += amount
            sink(chunk)

        return real(plan, shifted, head=head, progress=progress)

    monkeypatch.setattr(fast, "run", off_by_one)
    result = check([accepted])
    assert result.exit_code == 1
    assert "digest of call_log" in {row.metric for row in result.changed}


def test_a_changed_scenario_fails_though_no_number_moves(accepted):
    text = accepted.read_text("utf-8")
    accepted.write_text(text.replace("question: ", "question: Once more, "), encoding="utf-8")
    result = check([accepted])
    assert result.exit_code == 1
    assert [(row.strategy, row.metric) for row in result.changed] == [("", "scenario")]
    assert any("the scenario itself has changed" in note for note in result.notes)
    for old, new in (("seed: 11", "seed: 12"), ("channels: 6", "channels: 7")):
        accepted.write_text(text.replace(old, new), encoding="utf-8")
        assert {row.strategy for row in check([accepted]).changed} >= {"", "all-channels"}


def test_a_comment_is_no_change(accepted):
    text = accepted.read_text("utf-8")
    accepted.write_text(f"# why\n{text}", encoding="utf-8")
    assert check([accepted]).exit_code == 0


def test_a_law_pack_that_moved_fails(file):
    file.write_text(file.read_text("utf-8") + "regimes: [fr-cnil-political]\n", encoding="utf-8")
    check([file], FIRST)
    edit(file, lambda c: c["laws"].update({"fr-cnil-political": "0" * 64}))
    (row,) = check([file]).changed
    assert (row.strategy, row.metric) == ("", "law pack fr-cnil-political")
    one = Acceptance("read again", metrics=("law pack *",))
    assert check([file], one).exit_code == 0
    assert check([file]).exit_code == 0


def planted(content):
    """Five differences: the scenario, and two counters of each strategy."""
    content["scenario_sha256"] = "0" * 64
    for name in ("all-channels", "half-the-channels"):
        content["counters"][name]["attempts"] += 1
        content["counters"][name]["lines_dialled"] += 1


@pytest.mark.parametrize(
    ("strategies", "metrics", "left"),
    [
        ((), (), 0),
        (("all-channels",), (), 3),
        ((), ("attempts",), 3),
        (("all-channels",), ("lines_*", "no_such"), 4),
        (("none",), (), 5),
        ((), ("scenario",), 4),
    ],
    ids=["all", "a strategy", "a metric", "both", "none", "the scenario"],
)
def test_what_is_accepted_by_name(accepted, strategies, metrics, left):
    """By hand: of five differences those that are named go, the others stay."""
    edit(accepted, planted)
    before = baseline_path(accepted).read_bytes()
    some = Acceptance("some", strategies, metrics)
    result = check([accepted], some, dry_run=True)
    assert (len(result.accepted), len(result.changed)) == (5 - left, left)
    assert baseline_path(accepted).read_bytes() == before
    assert check([accepted], some).drifted == ([accepted] if left else [])
    after = check([accepted])
    assert (len(after.changed), after.exit_code) == (left, 1 if left else 0)
    reason = json.loads(baseline_path(accepted).read_text("utf-8"))["reason"]
    assert reason == ("first" if left == 5 else "some")


def test_what_has_not_moved_keeps_its_reason(accepted):
    before = baseline_path(accepted).read_bytes()
    assert check([accepted], Acceptance("again")).updated == []
    assert baseline_path(accepted).read_bytes() == before


def test_a_part_needs_a_baseline(file):
    result = check([file], Acceptance("some", metrics=("attempts",)))
    assert result.exit_code == 2
    assert f"make one: ringfence check --accept {file} --reason TEXT" in result.unjudged[str(file)]
    assert not baseline_path(file).exists()


def test_a_baseline_without_a_scenario(accepted):
    lost = baseline_path(accepted.with_name("gone.yaml"))
    lost.write_bytes(baseline_path(accepted).read_bytes())
    other = lost.with_name("other.json")
    other.write_text("{}", encoding="utf-8")
    result = check([accepted.parent])
    assert (result.orphans, result.exit_code) == ([lost, other], 1)
    assert check([accepted]).exit_code == 0  # asked of that file alone
    assert check([accepted.parent], prune=True, dry_run=True).pruned == [lost]
    assert lost.exists()
    result = check([accepted.parent], prune=True)
    assert (result.pruned, result.orphans, result.exit_code) == ([lost], [], 2)
    assert "is not a baseline" in result.unjudged[str(other)]
    assert not lost.exists()
    assert other.exists()


def test_one_baseline_is_not_of_two_scenarios(accepted):
    twin = accepted.with_suffix(".yml")
    twin.write_bytes(accepted.read_bytes())
    result = check([accepted.parent])
    assert result.exit_code == 2
    assert set(result.unjudged) == {str(accepted), str(twin)}
    assert result.rows == []


def test_versions_are_told_with_differences(accepted):
    def plant(content):
        content["versions"]["numpy"] = "1.0"
        content["digests"]["all-channels"]["answering"] = "0" * 64

    edit(accepted, plant)
    result = check([accepted])
    assert [row.metric for row in result.changed] == ["digest of answering"]
    assert any("numpy 1.0 → " in note for note in result.notes)


def test_strategies_and_metrics_that_come_and_go(accepted):
    def plant(content):
        content["counters"]["gone"] = {"attempts": 3}
        del content["counters"]["all-channels"]["attempts"]

    edit(accepted, plant)
    verdicts = {(row.strategy, row.metric): row.verdict for row in check([accepted]).changed}
    assert verdicts == {("gone", "attempts"): "missing", ("all-channels", "attempts"): "new"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.update(format="other"), "is not a baseline"),
        (lambda c: c.update(format_version=9), "baseline format 9"),
        (lambda c: c.update(scale="1/100"), "is of scale 1/100, .* is 1;"),
        (lambda c: c.pop("seed"), "seed: is missing"),
    ],
)
def test_a_baseline_that_cannot_judge(accepted, change, message):
    edit(accepted, change)
    result = check([accepted])
    assert result.exit_code == 2
    assert result.rows == []
    (why,) = result.unjudged.values()
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(why)


def test_no_baseline_invalid_scenario_no_file(file, tmp_path):
    result = check([file])
    assert result.exit_code == 2
    assert "there is no baseline" in result.unjudged[str(file)]
    file.write_text("format: 1\nnam: x\n", encoding="utf-8")
    result = check([file])
    assert result.exit_code == 2
    assert f"{file}:2:1" in result.unjudged[str(file)]
    result = check([tmp_path / "nothing.yaml"])
    assert result.exit_code == 2
    empty = tmp_path / "empty"
    empty.mkdir()
    assert check([empty]).exit_code == 2


def test_to_accept_needs_a_reason(file):
    for reason in ("", "  "):
        with pytest.raises(OptionError, match="needs a reason"):
            check([file], Acceptance(reason))
    assert not baseline_path(file).exists()


def test_what_does_not_fit_is_not_begun(accepted, monkeypatch):
    """Of a machine with 600 MB free, 10 GB taken: a share of what is beyond the fixed part fits."""
    monkeypatch.setattr(room, "free_memory", lambda: 600_000_000)
    monkeypatch.setattr(measuring, "need_of", lambda *_, **__: room.Need(10**10, 0, 10**8))
    result = check([accepted])
    assert result.exit_code == 2
    (why,) = result.unjudged.values()
    assert "takes about 10 GB of memory, 0.60 GB are free; nothing was run" in why
    assert "check.scale: 5% fits" in why  # 5 of 99


def test_an_invalid_scenario_keeps_its_baseline(accepted):
    before = baseline_path(accepted).read_bytes()
    accepted.write_text("format: 2\n", encoding="utf-8")
    assert check([accepted], Acceptance("no")).exit_code == 2
    assert baseline_path(accepted).read_bytes() == before


def test_a_ledger_that_does_not_balance_is_no_matter_of_baselines(accepted, monkeypatch):
    def broken(*_args, **_kwargs):
        raise LedgerError("planted")

    monkeypatch.setattr(measuring, "each", broken)
    with pytest.raises(LedgerError, match="planted"):
        check([accepted])


def test_reports_for_machines(accepted, tmp_path):
    def plant(content):
        content["counters"]["all-channels"]["attempts"] += 5
        content["digests"]["all-channels"]["timeline"] = "0" * 64

    edit(accepted, plant)
    bad = tmp_path / "bad.yaml"
    bad.write_text("nothing", encoding="utf-8")
    result = check([accepted, bad])
    assert result.exit_code == 1
    suite = ElementTree.fromstring(junit(result))
    assert suite.get("failures") == "1"
    assert suite.get("errors") == "1"
    # The file itself, two strategies, and the file that could not be judged.
    assert [case.get("name") for case in suite] == [
        "the file itself",
        "all-channels",
        "half-the-channels",
        "judged",
    ]
    (failure,) = suite.findall("testcase/failure")
    assert failure.get("message", "").startswith("2 of ")
    assert "attempts  3," in str(failure.text)
    case = suite[1]
    assert case.get("file") == str(accepted)
    assert accepted.read_text("utf-8").splitlines()[int(case.get("line", 0)) - 1] == (
        "  all-channels: {}"
    )
    page = markdown(result)
    assert "2 different" in page
    assert "| small | all-channels | attempts |" in page
    assert "−" not in page.split("\n")[0]
    assert "not judged" in page


def test_what_nothing_has_changed_is_passed_over(accepted, monkeypatch):
    monkeypatch.setattr(check_module, "measure", None)
    result = check([accepted], changed=True)
    assert (result.exit_code, result.rows, result.files[0].skipped) == (0, [], True)
    assert "1 unchanged and passed over" in result.summary
    monkeypatch.undo()
    for change in (
        lambda content: content["versions"].update(numpy="0.1"),
        lambda content: content.update(code_sha256="0" * 64),
        lambda content: content.update(scenario_sha256="0" * 64),
    ):
        before = baseline_path(accepted).read_bytes()
        edit(accepted, change)
        assert not check([accepted], changed=True).files[0].skipped
        baseline_path(accepted).write_bytes(before)


def test_only_what_is_named_is_checked(accepted):
    for named, files in (("small", 1), ("*/small.yaml", 1), ("large", 0)):
        assert len(check([accepted.parent], named=named).files) == files


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"scenario": "other"}, "is of the scenario 'other', and this one is called"),
        ({"versions": {"ringfence": "7.0.0"}}, "is of Ringfence 7.0.0, and this is 0."),
    ],
)
def test_a_baseline_of_something_else_judges_nothing(accepted, change, told):
    """Exit code 2, with the command that makes it anew; which it does."""
    edit(accepted, lambda content: content.update(change))
    result = check([accepted])
    assert result.exit_code == 2
    (why,) = result.unjudged.values()
    assert told in why
    assert "make it anew: ringfence check --accept " in why
    assert check([accepted], Acceptance("anew")).exit_code == 0
    assert check([accepted]).exit_code == 0
