"""A team's own repository, from an installed wheel, far from the checkout."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim import __version__
from sim.cli import cli
from sim.commands.configured import configured
from sim.commands.repository import contents, make_repository
from sim.errors import OutputError
from sim.jobs.promised import hold_expectations
from sim.loading.load import load
from sim.store.study import code_digest

ROOT = Path(__file__).parents[2]


HOME = "https://example.org/ringfence"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which a wheel of this checkout was unpacked, as an installer does."""
    folder = tmp_path_factory.mktemp("wheel")
    build = "from hatchling.build import build_wheel; import sys; build_wheel(sys.argv[1])"
    command = [sys.executable, "-c", build, str(folder)]
    home = {**os.environ, "RINGFENCE_HOME": HOME}
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env=home)
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
    first = ringfence(installed, "check", folder=here)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "2 expectations kept" in first.stdout
    run = ringfence(installed, "run", "scenarios/spring.yaml", "--scale", "10%", folder=here)
    assert run.returncode == 0, run.stderr
    (manifest,) = (here / "runs").glob("*/manifest.json")
    scenario = here / "scenarios" / "spring.yaml"
    text = scenario.read_text("utf-8")
    scenario.write_text(text.replace("lines: 100_000", "lines: 90_000"), encoding="utf-8")
    assert ringfence(installed, "check", folder=here).returncode == 1
    scenario.write_text(text, encoding="utf-8")
    again = ringfence(installed, "check", "--json", "--changed", folder=here)
    assert again.returncode == 0
    assert json.loads(again.stdout)["skipped"] == ["scenarios/spring.yaml".replace("/", os.sep)]
    told = ringfence(installed, "--version", "--json", folder=here)
    document = json.loads(told.stdout)
    baseline = json.loads((here / "scenarios" / "baselines" / "spring.json").read_text("utf-8"))
    assert document["code_sha256"] == baseline["code_sha256"]
    assert document["code_sha256"] == json.loads(manifest.read_text("utf-8"))["code_sha256"]
    assert document["git"] is None
    assert document["versions"]["numpy"] == baseline["versions"]["numpy"]


def test_the_wheel_has_what_a_repository_begins_with(installed: Path) -> None:
    packed = {file.name for file in (installed / "sim" / "template").rglob("*")}
    assert packed >= {"README.md", "gitignore", "house-rules.yaml", "github.yml", "gitlab.yml"}
    assert (installed / "ringfence_pytest.py").is_file()


def test_the_wheels_links_lead_to_the_projects_home(installed: Path) -> None:
    (told,) = installed.glob("*.dist-info/METADATA")
    text = told.read_text("utf-8")
    assert f"Project-URL: Homepage, {HOME}\n" in text
    assert f"({HOME}/blob/v{__version__}/docs/ci.md)" in text
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    assert targets
    assert {target for target in targets if not target.startswith(("https://", "#"))} == set()


def test_without_a_home_links_are_words() -> None:
    absolute = runpy.run_path(str(ROOT / "hatch_build.py"))["absolute"]
    page = "See [a](docs/a.md), ![p](p.png) and [b](https://example.org/b)."
    assert absolute(page, "", "1") == "See a, p and [b](https://example.org/b)."
    there = absolute(page, "https://h", "1")
    assert there.startswith("See [a](https://h/blob/v1/docs/a.md), ![p](https://h/raw/v1/p.png)")


def test_the_sdist_has_what_a_wheel_is_made_of(tmp_path: Path) -> None:
    build = "from hatchling.build import build_sdist; import sys; build_sdist(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(tmp_path)], cwd=ROOT, check=True)
    (sdist,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(sdist) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    wanted = [*(ROOT / "sim").rglob("*.yaml"), *(ROOT / "scenarios").glob("*.*")]
    assert {path.relative_to(ROOT).as_posix() for path in wanted} <= names
    assert {"hatch_build.py", "docs/template/README.md", "docs/workflows/gitlab.yml"} <= names


def test_the_wheel_has_packs_and_presets(installed: Path) -> None:
    for file in (ROOT / "sim").rglob("*.yaml"):
        assert (installed / file.relative_to(ROOT)).is_file(), file


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
