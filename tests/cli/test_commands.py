"""What each command says, and with which exit code."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sim import __version__
from sim.cli import COMMANDS
from sim.commands.run import Scale
from sim.scenario.load import load_scenario
from sim.scenario.starter import starter
from sim.store.read import load_run
from tests.cli.conftest import CANADA, FRANCE, ROOT, Command, program

SMALL = ("--scale", "0.1%")


def names(folder: Path) -> set[str]:
    """What is in a folder, hidden files too."""
    return {entry.name for entry in folder.iterdir()}


# ── The group ────────────────────────────────────────────────────────────────────────────────────


def test_help_and_version_of_the_installed_program(here: Path) -> None:
    shown = program("--help", cwd=here)
    assert shown.code == 0
    assert all(re.search(rf"^  {name} ", shown.out, re.M) for name in COMMANDS)
    version = program("--version", cwd=here)
    assert (version.code, version.out) == (0, f"ringfence, version {__version__}\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(ringfence: Command, command: str) -> None:
    answer = ringfence(command, "--help")
    assert answer.code == 0
    assert answer.out.startswith(f"Usage: ringfence {command} ")


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["rum", "trial.yaml"], "No such command 'rum'. Did you mean 'run'?"),
        (["xyzzy"], "No such command 'xyzzy'."),
        (["run", "--sed", "3", "trial.yaml"], "--seed"),
        (["--versoin"], "--version"),
        (["run"], "Missing argument 'FILE'"),
        (["validate"], "Missing argument 'FILE...'"),
    ],
)
def test_a_command_line_that_is_wrong(
    ringfence: Command, here: Path, arguments: list[str], hint: str
) -> None:
    answer = ringfence(*arguments)
    assert answer.code == 2
    assert answer.out == ""
    assert hint in answer.err
    assert names(here) == {"trial.yaml"}


def test_alone_it_shows_help(ringfence: Command) -> None:
    answer = ringfence()
    assert answer.code == 2
    assert "Usage: ringfence [OPTIONS] COMMAND" in answer.err + answer.out


# ── new ──────────────────────────────────────────────────────────────────────────────────────────


def test_new_writes_a_scenario_that_is_fine(ringfence: Command, here: Path) -> None:
    answer = ringfence("new", "2017")
    assert answer.code == 0
    assert "ringfence run 2017.yaml" in answer.out
    assert (here / "2017.yaml").read_text("utf-8") == starter("2017")
    assert ringfence("validate", "2017.yaml").code == 0
    assert ringfence("new", "other", "--out", "elsewhere.yaml").code == 0
    assert names(here) == {"2017.yaml", "elsewhere.yaml", "trial.yaml"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["trial"], "trial.yaml exists already; nothing was written"),
        (["other", "--out", "trial.yaml"], "trial.yaml exists already"),
        (["a b"], "found 'a b'; a scenario's name has up to 40 letters"),
        (["../up"], "found '../up'"),
        ([""], "found ''"),
        (["x" * 41], "up to 40 letters"),
        (["x", "--out", "none/x.yaml"], "cannot write none/x.yaml: No such file or directory"),
        (["x", "--out", "."], "it is a folder"),
        (["x", "--from", "uk-political"], "no preset to start from 'uk-political'"),
        (["x", "--from", "fr-landline-political", "--repo"], "--from goes with a scenario alone"),
    ],
)
def test_new_refuses(ringfence: Command, here: Path, arguments: list[str], message: str) -> None:
    answer = ringfence("new", *arguments)
    assert answer.code == 2
    assert message in answer.err
    assert names(here) == {"trial.yaml"}
    assert (here / "trial.yaml").read_text("utf-8") == starter("trial")


# ── validate, schema, explain ────────────────────────────────────────────────────────────────────

BAD = "format: 1\nname: x\nseed: abc\nwurld: {}\n"


@pytest.fixture
def unreachable(here: Path) -> Path:
    """A scenario whose answering shares its ring times cannot give."""
    text = starter("trial")
    text = text.replace("machine: 32 %", "machine: 31 %")
    text = text.replace("human: {low: 22 %, central: 33 %, high: 45 %}", "human: 62 %")
    file = here / "unreachable.yaml"
    file.write_text(text.replace("p90: 18 s", "p90: 900 s", 1), encoding="utf-8")
    return file


def test_validate_tells_every_fault_of_every_file(
    ringfence: Command, here: Path, unreachable: Path
) -> None:
    (here / "bad.yaml").write_text(BAD, encoding="utf-8")
    (here / "binary.yaml").write_bytes(b"\x00\xff\x00")
    answer = ringfence(
        "validate", "bad.yaml", "trial.yaml", "unreachable.yaml", "none.yaml", ".", "binary.yaml"
    )
    assert answer.code == 2
    assert answer.out == "trial.yaml: fine, 2 strategies\n"
    assert "Traceback" not in answer.err
    lines = answer.err.splitlines()
    assert "bad.yaml:3:7: seed: found 'abc'; a whole number is wanted, such as 6_000_000" in lines
    assert any(
        s.startswith("bad.yaml:4:1: wurld: unknown key; did you mean 'world'?") for s in lines
    )
    answering = (
        starter("trial")
        .splitlines()
        .index(next(s for s in starter("trial").splitlines() if s.strip().startswith("answering:")))
    )
    (reason,) = (s for s in lines if s.startswith("unreachable.yaml"))
    assert reason.startswith(
        f"unreachable.yaml:{answering + 1}:7: world.line_types.landline.answering: found human 62"
    )
    assert "none.yaml:1:1: there is no such file" in lines
    assert any(s.startswith(".:1:1: is a directory") for s in lines)
    assert any(s.startswith("binary.yaml:1:1: ") for s in lines)

    document = json.loads(ringfence("validate", "bad.yaml", "trial.yaml", "--json").out)
    places = {(f["file"], f["line"], f["column"], f["path"]) for f in document["faults"]}
    assert {("bad.yaml", 3, 7, "seed"), ("bad.yaml", 4, 1, "wurld")} <= places


def test_validate_where_all_is_fine(ringfence: Command) -> None:
    answer = ringfence("validate", "trial.yaml", CANADA)
    assert answer.code == 0
    assert answer.err == ""
    assert len(answer.out.splitlines()) == 2
    answer = ringfence("validate", FRANCE)
    assert answer.code == 0
    (warning,) = answer.err.splitlines()  # on a regime that came later, and one strategy's dates
    assert (
        "warning: regimes.2: the regime has no rule in force in the campaign of as-run" in warning
    )
    answer = ringfence("validate", "--json", "trial.yaml", "--set", "attempts.lifetime=1")
    assert answer.code == 0
    assert {f["severity"] for f in json.loads(answer.out)["faults"]} == {"warning"}


def test_a_run_refuses_what_validate_refuses(
    ringfence: Command, here: Path, unreachable: Path
) -> None:
    (here / "bad.yaml").write_text(BAD, encoding="utf-8")
    for file in ("bad.yaml", "unreachable.yaml", "none.yaml", "."):
        told = ringfence("validate", file)
        answer = ringfence("run", file)
        assert answer.code == 2
        assert answer.out == ""
        assert answer.err.startswith(told.err)
        assert re.search(r"\d errors?; nothing was run\n$", answer.err)
    assert names(here) == {"trial.yaml", "bad.yaml", "unreachable.yaml"}


def test_schema_is_the_one_that_scenarios_name(ringfence: Command, here: Path) -> None:
    committed = (ROOT / "scenarios" / "scenario.schema.json").read_text("utf-8")
    assert ringfence("schema").out == committed
    assert ringfence("schema", "--out", "s.json").code == 0
    assert (here / "s.json").read_text("utf-8") == committed
    answer = ringfence("schema", "--out", "none/s.json")
    assert answer.code == 2
    assert "cannot write none/s.json: No such file" in answer.err
    assert FRANCE.read_text("utf-8").startswith(
        "# yaml-language-server: $schema=scenario.schema.json"
    )


def test_explain(ringfence: Command) -> None:
    metric = ringfence("explain", "people_reached")
    assert metric.code == 0
    assert metric.out.startswith("people_reached: ")
    assert "[people]" in metric.out
    assert "formula:" in metric.out
    assert "source:" in metric.out

    assert ringfence("explain", "People  reached").out == metric.out
    assert ringfence("explain", "list done").out.startswith("list_done_hours: ")
    known = ringfence("explain").out
    for name in ("people_reached ", "List done after", "dialing", "us-mobile", "detector-2024"):
        assert name in known
    assert max(map(len, known.splitlines())) <= 100

    key = ringfence("explain", "dialing.channels", "--scenario", "trial.yaml")
    assert key.code == 0
    assert key.out.startswith("dialing.channels: Concurrent calls.")
    assert re.search(r"^value: +60$", key.out, re.M)
    assert re.search(r"^written: +trial.yaml:\d+:\d+$", key.out, re.M)

    ambiguous = ringfence("explain", "share")
    assert ambiguous.code == 2
    assert "several keys are called 'share'" in ambiguous.err
    assert "world.territories.*.share, world.line_types.*.share, " in ambiguous.err

    for wrong, near in (("peple_reached", "people_reached"), ("chanels", "channels")):
        unknown = ringfence("explain", wrong)
        assert unknown.code == 2
        assert f"no metric and no key '{wrong}'; did you mean " in unknown.err
        assert near in unknown.err
    assert ringfence("explain", "channels", "--scenario", "none.yaml").code == 2


# ── run ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_run_shows_its_verdict_and_where_the_files_are(ringfence: Command, here: Path) -> None:
    answer = ringfence("run", FRANCE, *SMALL, "--all")
    assert answer.code == 0
    (path,) = (here / "runs").iterdir()
    assert answer.out.endswith(f"\nrun:    {path}\nreport: {path / 'report.html'}\n")
    strategies = list(load_scenario(FRANCE).scenario.strategies)
    assert strategies[:2] == ["as-run", "as-run-half-capacity"]
    assert all(part in answer.out for part in ("as-run", "half", "three", "office", "cnil"))
    verdict, _, table = answer.out.partition("\n\nfrance-2017\n")
    assert "people reached" in verdict
    assert len(verdict.splitlines()) <= 40 - len("\nrun:\nreport:".splitlines())
    assert max(map(len, verdict.splitlines())) <= 80
    assert "People reached" in table
    assert "strategies.*.dialing.channels 1.8 to 2" in " ".join(answer.out.split())
    warning, *progress = answer.err.splitlines()
    assert "no rule in force in the campaign of as-run" in warning
    told = sorted(s.split(":")[0] for s in progress)  # as they end, of several at a time
    assert told == [f"[{n}/{len(strategies)}] {name}" for n, name in enumerate(strategies, 1)]
    assert all(
        re.search(r": [\d,]+ calls simulated in [\d.]+ s \(.+ a second\)$", s) for s in progress
    )
    run = load_run(path)
    run.verify()
    assert run.strategies == tuple(strategies)
    assert "calls.parquet" not in names(path)


def test_json_is_one_document(ringfence: Command, here: Path) -> None:
    plain = ringfence("run", "trial.yaml", *SMALL, "--out", "one")
    told = ("--json", "--progress", "json", "--jobs", "1")  # of two at a time either may end first
    answer = ringfence("run", "trial.yaml", *SMALL, "--out", "two", *told)
    assert (plain.code, answer.code) == (0, 0)
    far = [json.loads(line) for line in answer.err.splitlines() if line.startswith("{")]
    assert [(one["state"], one["step"]) for one in (far[0], far[-1])] == [
        ("running", "all-channels"),
        ("done", "half-the-channels"),
    ]
    assert "calls simulated in" in plain.err
    assert "calls simulated in" not in answer.err
    assert sorted(path.name for path in here.iterdir()) == ["one", "trial.yaml", "two"]
    document = json.loads(answer.out)
    assert document["seed"] == 1
    assert document["scale"]["lines"] == 100
    assert set(document["metrics"]) == {"all-channels", "half-the-channels"}
    assert document["metrics"]["all-channels"]["lines_on_list"] == 100_000
    assert document["metrics_as_simulated"]["all-channels"]["lines_on_list"] == 100
    verdict = document["verdict"]
    assert verdict["schema"] == 1
    assert set(verdict["strategies"]) == {"all-channels", "half-the-channels"}
    assert verdict["sentences"][0].startswith("all-channels dials")
    assert Path(document["run"]) == here / "two"
    assert Path(document["report"]).is_file()
    failed = ringfence("run", "trial.yaml", "--out", "two", "--json")
    assert (failed.code, failed.out) == (2, "")


def test_options_of_a_run(ringfence: Command, here: Path) -> None:
    answer = ringfence(
        "run", "trial.yaml", "--scale", "0.01", "--seed", "7", "--set", "dialing.channels=100",
        "--set", "strategies.half-the-channels.attempts.lifetime=1",
        "--strategy", "half-the-channels", "--strategy", "all-channels",
        "--calls", "--out", "deep/down/run",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    run = load_run(here / "deep" / "down" / "run")
    assert run.strategies == ("all-channels", "half-the-channels")
    assert run.seed == run.manifest["seed"] == 7
    assert run.manifest["plans"]["all-channels"]["channels"] == 100
    assert run.manifest["scale"]["lines"] == 1000
    assert "seed: 7\n" in (run.path / "scenario.resolved.yaml").read_text("utf-8")
    assert run.metric("half-the-channels", "attempts_per_line") == 1
    assert len(run.calls()) == sum(run.metric(s, "attempts") or 0 for s in run.strategies)
    ringfence("run", "trial.yaml", "--scale", "1%", "--seed", "8", "--strategy", "all-channels",
              "--set", "dialing.channels=100", "--out", "other")  # fmt: skip
    digests = [
        r.manifest["files"]["timeline.parquet"]["values_sha256"]
        for r in (run, load_run(here / "other"))
    ]
    assert digests[0] != digests[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--strategy", "al-channels"], "no strategy 'al-channels'; did you mean 'all-channels'?"),
        (["--strategy", "x"], "no strategy 'x'; allowed: all-channels, half-the-channels"),
        (["--seed", "-1"], "'--seed'"),
        (["--seed", "1.5"], "'--seed'"),
        (["--seed", str(2**64)], "'--seed'"),
        (["--scale", "0"], "found '0'; the scale lies above 0 % and up to 100 %"),
        (["--scale", "101%"], "found '101%'; the scale lies above 0 % and up to 100 %"),
        (["--scale", "-1%"], "found '-1%'; the scale lies above"),
        (["--scale", "1 percent"], "found '1 percent'; a scale is a share such as 1% or 0.01"),
        (["--scale", "1e999999999"], "a scale is a share"),
        (["--scale", "1/0"], "a scale is a share"),
        (["--scale", "nan"], "a scale is a share"),
        (["--scale", "0.0001%"], "the scale 1e-06 leaves none of 100,000 lines"),
        (["--set", "dialing.channels"], "write path=value"),
        (["--set", "dialing.chanels=3"], "unknown key; did you mean 'channels'?"),
        (["--set", "dialing.channels=0"], "found 0; at least 1 is allowed"),
        (["--out", "trial.yaml"], "cannot write trial.yaml: it exists already"),
        (["--out", "trial.yaml/run"], "cannot write trial.yaml/run: Not a directory"),
    ],
)
def test_a_run_refuses(ringfence: Command, here: Path, arguments: list[str], message: str) -> None:
    answer = ringfence("run", "trial.yaml", *arguments)
    assert answer.code == 2
    assert answer.out == ""
    assert message in answer.err
    assert "Traceback" not in answer.err
    assert names(here) == {"trial.yaml"}
    assert (here / "trial.yaml").read_text("utf-8") == starter("trial")


@pytest.mark.parametrize(
    ("text", "share"),
    [("1%", "1/100"), ("1 %", "1/100"), ("0.01", "1/100"), (".5", "1/2"), ("1/3", "1/3"),
     ("1e-2", "1/100"), ("100%", "1"), ("1", "1"), ("0.1%", "1/1000")],
)  # fmt: skip
def test_scales_are_exact(text: str, share: str) -> None:
    assert str(Scale().convert(text, None, None)) == share


def test_an_existing_run_stays(ringfence: Command, here: Path) -> None:
    assert ringfence("run", "trial.yaml", *SMALL, "--out", "run").code == 0
    before = {file.name: file.read_bytes() for file in (here / "run").iterdir()}
    answer = ringfence("run", "trial.yaml", *SMALL, "--out", "run", "--calls")
    assert answer.code == 2
    assert "cannot write run: it exists already; name another, or remove it" in answer.err
    assert {file.name: file.read_bytes() for file in (here / "run").iterdir()} == before
    assert names(here) == {"trial.yaml", "run"}


def test_the_resolved_scenario_alone_reproduces_the_run(ringfence: Command, here: Path) -> None:
    answer = ringfence("run", "trial.yaml", "--seed", "99", "--set", "dialing.ring_timeout=20 s",
                       "--set", "world.lines=20_000", "--out", "one")  # fmt: skip
    assert answer.code == 0
    alone = here / "elsewhere"
    alone.mkdir()
    shutil.copy(here / "one" / "scenario.resolved.yaml", alone / "s.yaml")
    assert ringfence("run", alone / "s.yaml", "--out", "two").code == 0
    metrics = [(here / name / "metrics.json").read_bytes() for name in ("one", "two")]
    assert metrics[0] == metrics[1]


# ── check, report ────────────────────────────────────────────────────────────────────────────────


def test_check(ringfence: Command, here: Path) -> None:
    trial, baseline = here / "trial.yaml", here / "baselines" / "trial.json"
    text = trial.read_text("utf-8").replace("lines: 100_000", "lines: 2_000")
    trial.write_text(text, encoding="utf-8")
    answer = ringfence("check", ".")
    assert answer.code == 2
    assert "trial.yaml: cannot judge: there is no baseline" in answer.err
    for reason in ([], ["--reason", " "]):
        answer = ringfence("check", ".", "--accept", *reason)
        assert answer.code == 2
        assert "to accept differences needs a reason: --accept --reason TEXT" in answer.err
        assert not baseline.exists()
    assert ringfence("check", ".", "--accept", "--reason", "first").code == 0
    Path("runs").mkdir()
    answer = ringfence("check", "trial.yaml", "--progress", "json")
    assert answer.code == 0
    far = [json.loads(line) for line in answer.err.splitlines() if line.startswith("{")]
    assert [(one["state"], one["share"], one["of"]) for one in far] == [
        ("running", 0.0, 1),
        ("done", 1.0, 1),
    ]
    assert list(Path("runs").iterdir()) == []

    content = json.loads(baseline.read_text("utf-8"))
    content["counters"]["all-channels"]["attempts"] -= 1
    baseline.write_text(json.dumps(content), "utf-8")
    answer = ringfence("check", ".", "--junit", "j.xml", "--markdown", "m.md")
    assert answer.code == 1
    line = trial.read_text("utf-8").splitlines().index("  all-channels: {}") + 1
    assert f"trial.yaml:{line}  all-channels  DRIFT (1 of " in answer.out
    assert re.search(r"\n    attempts  [\d,]+ → [\d,]+  \+1 ", answer.out)
    assert "1 different" in answer.out
    suite = ElementTree.parse(here / "j.xml").getroot()
    assert suite.get("failures") == "1"
    assert "| trial | all-channels | attempts |" in (here / "m.md").read_text("utf-8")

    answer = ringfence("check", ".", "--json")
    document = json.loads(answer.out)
    assert answer.code == document["exit_code"] == 1
    assert [row["metric"] for row in document["changed"]] == ["attempts"]
    assert (document["schema"], document["drifted"]) == ("ringfence-check/2", ["trial.yaml"])
    assert answer.code == ringfence("check", ".", "--accept", "--reason", "x", "--dry-run").code + 1
    answer = ringfence("check", ".", "--metric", "attempts")
    assert (answer.code, answer.out) == (2, "")
    assert "--reason, --strategy and --metric say what to --accept" in answer.err
    answer = ringfence("check", ".", "--junit", "none/j.xml")
    assert answer.code == 2
    assert answer.err.endswith("Error: cannot write none/j.xml: No such file or directory\n")
    assert ringfence("check", "none").code == 2


def test_a_report_made_anew_is_the_stored_one(ringfence: Command, here: Path) -> None:
    assert ringfence("run", "trial.yaml", *SMALL, "--out", "run").code == 0
    before = names(here / "run")
    answer = ringfence("report", "run", "--out", "again.html")
    assert (answer.code, answer.out) == (0, "report: again.html\n")
    assert (here / "again.html").read_bytes() == (here / "run" / "report.html").read_bytes()
    assert names(here / "run") == before
    for wrong in ("none", ".", "trial.yaml"):
        answer = ringfence("report", wrong)
        assert answer.code == 2
        assert answer.err.startswith("Error: ")
    assert ringfence("report", "run", "--out", "none/r.html").code == 2
    assert names(here) == {"trial.yaml", "run", "again.html"}

    answer = ringfence("report", "run", "--format", "csv", "--table", "attempts")
    assert (answer.code, answer.out) == (0, "table: attempts.csv\n")
    head = (here / "attempts.csv").read_text("utf-8").splitlines()[0]
    assert head.startswith('"strategy","attempt","attempts"')
    for wrong, says in (
        (("--format", "xlsx"), "--format xlsx needs --table"),
        (("--table", "attempts"), "--table goes with --format xlsx or csv; found --format html"),
        (("--format", "csv", "--table", "attempt"), "there is no table 'attempt'"),
        (("--format", "csv", "--table", "attempts"), "attempts.csv"),
        (("--format", "png", "--figure", "binding.9"), "the figure has panels 1 to 1"),
        (("--format", "png", "--figure", "bindin"), "did you mean 'binding'?"),
    ):
        answer = ringfence("report", "run", *wrong)
        assert (answer.code, answer.out) == (2, "")
        assert says in answer.err
    assert names(here) == {"trial.yaml", "run", "again.html", "attempts.csv"}


# ── run --shock ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("press", "--shock takes a channel and a moment; found"),
        ("press@", "--shock takes a channel and a moment; found"),
        ("press@18 o'clock}]", "--shock takes a channel and a moment; found"),
        ("radio@2017-04-20T18:00", "found 'radio'; allowed: regulator, operator, social or press"),
        ("press@2017-02-30T18:00", "world.complaints.shocks.0.at"),
    ],
)
def test_a_story_that_cannot_break(ringfence: Command, here: Path, told: str, words: str) -> None:
    answer = ringfence("run", FRANCE, "--shock", told)
    assert answer.code == 2
    assert words in " ".join(answer.err.split())
    assert names(here) == {"trial.yaml"}


def test_stories_of_the_option_break(ringfence: Command, here: Path) -> None:
    given = ("run", FRANCE, *SMALL, "--strategy", "as-run", "--jobs", "1")
    shocks = ("--shock", "press@2017-04-20T18:00", "--shock", "social@2017-04-20 19:00")
    answer = ringfence(*given, *shocks, "--out", "told")
    assert answer.code == 0
    said = "with a story in the press on Thu 20 Apr 18:00 and on social media on Thu 20 Apr 19:00"
    assert said in " ".join(answer.out.split())
    text = (here / "told" / "scenario.resolved.yaml").read_text("utf-8")
    assert re.findall(r"channel: (\w+)", text) == ["press", "social"]
    assert re.findall(r"at: \"?(2017-04-20 1[89]:00)", text) == [
        "2017-04-20 18:00",
        "2017-04-20 19:00",
    ]
