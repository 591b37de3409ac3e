"""A team's own repository, from an installed wheel, far from the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim import __version__
from sim.cli import cli
from sim.commands.configured import configured
from sim.commands.repository import contents, make_repository
from sim.errors import OutputError
from sim.jobs.promises import hold_expectations
from sim.loading.load import load
from sim.store.study import code_digest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which a wheel of this checkout was unpacked, as an installer does."""
    folder = tmp_path_factory.mktemp("wheel")
    build = "from hatchling.build import build_wheel; import sys; build_wheel(sys.argv[1])"
    command = [sys.executable, "-c", build, str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    site = folder / "site"
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(site)
    return site


def ringfence(site: Path, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command from the wheel: what is below it comes from this environment."""
    start = f"import sys; sys.path.insert(0, {str(site)!r}); "
    start += "import ringfence_command; ringfence_command.main()"
    command = [sys.executable, "-I", "-c", start, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.verify
def test_a_repository_of_ones_own(installed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "équipe de campagne"
    folder.mkdir()
    made = ringfence(installed, "new", "spring", "--repo", folder=folder)
    assert made.returncode == 0, made.stderr
    here = folder / "spring"
    scenario = here / "scenarios" / "spring.yaml"
    text = scenario.read_text("utf-8").replace("lines: 100_000", "lines: 5_000")
    scenario.write_text(text, encoding="utf-8")
    first = ringfence(installed, "check", folder=here)
    assert first.returncode == 2
    assert "make one: ringfence check --accept" in first.stderr
    accepted = ringfence(installed, "check", "--accept", "--reason", "first", folder=here)
    assert accepted.returncode == 0, accepted.stdout + accepted.stderr
    again = ringfence(installed, "check", "--json", "--changed", folder=here)
    assert again.returncode == 0
    assert json.loads(again.stdout)["skipped"] == ["scenarios/spring.yaml".replace("/", os.sep)]
    told = ringfence(installed, "--version", "--json", folder=here)
    document = json.loads(told.stdout)
    baseline = json.loads((here / "scenarios" / "baselines" / "spring.json").read_text("utf-8"))
    assert document["code_sha256"] == baseline["code_sha256"]
    assert document["git"] is None
    assert document["versions"]["numpy"] == baseline["versions"]["numpy"]


def test_the_wheel_has_what_a_repository_begins_with(installed: Path) -> None:
    packed = {file.name for file in (installed / "sim" / "template").rglob("*")}
    assert packed >= {"README.md", "gitignore", "house-rules.yaml", "github.yml"}
    assert (installed / "ringfence_pytest.py").is_file()


def test_what_is_made_can_be_run(tmp_path: Path) -> None:
    """In a path with spaces and é: the scenario is sound, its law is its own, it holds promises."""
    folder = tmp_path / "équipe de campagne" / "spring"
    folder.parent.mkdir()
    make_repository(folder, "spring")
    loaded = load(folder / "scenarios" / "spring.yaml")
    hold_expectations(loaded)
    assert len(loaded.scenario.check.expect) == 2
    (regime,) = loaded.laws.regimes(loaded.scenario.regimes)
    assert regime.id == "house-rules"
    assert configured(folder / "scenarios").paths == (".",)


def test_the_version_names_the_code() -> None:
    shown = CliRunner().invoke(cli, ["--version"])
    assert shown.output == f"ringfence, version {__version__}\n"
    document = json.loads(CliRunner().invoke(cli, ["--version", "--json"]).output)
    assert document["schema"] == "ringfence-version/1"
    assert document["code_sha256"] == code_digest()
    assert CliRunner().invoke(cli, ["--json"]).exit_code == 2


def test_a_shell_is_told_what_completes() -> None:
    start = "import ringfence_command; ringfence_command.main()"
    asked = {
        "_RINGFENCE_COMPLETE": "bash_complete",
        "COMP_WORDS": "ringfence che",
        "COMP_CWORD": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", start],
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["plain,check"]


def test_nothing_that_is_there_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "spring").mkdir()
    with pytest.raises(OutputError, match="it is there already"):
        make_repository(tmp_path / "spring", "spring")
    assert list((tmp_path / "spring").iterdir()) == []


def test_no_placeholder_is_left() -> None:
    for path, text in contents("spring"):
        assert "NAME" not in path
        assert path.endswith(".yml") or "NAME" not in text.replace("ringfence new NAME", "")
