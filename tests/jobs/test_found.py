"""Which files a check takes for scenarios."""

from __future__ import annotations

from pathlib import Path

from sim.jobs.found import baseline_path, found

SCENARIO = "format: 1\nname: trial\n"


def make(file: Path, text: str = SCENARIO) -> Path:
    """A file, and the folders that it needs."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_scenarios_are_found_at_any_depth_by_their_key(tmp_path: Path) -> None:
    """Hidden folders, those of runs, packs and other tools' files are none."""
    top = make(tmp_path / "trial.yaml")
    deep = make(tmp_path / "north" / "é x" / "trial.yml")
    make(tmp_path / ".pre-commit-config.yaml", "repos: []\n")
    make(tmp_path / "pack.yaml", "id: own\nmarks: {format: 1}\nwords:\n  format: 1\n")
    make(tmp_path / ".cache" / "trial.yaml")
    run = make(tmp_path / "runs" / "one" / "scenario.resolved.yaml")
    make(run.with_name("manifest.json"), "{}")
    assert found([tmp_path]).files == (top, deep)


def test_a_file_with_a_baseline_is_a_scenario_whatever_it_has_lost(tmp_path: Path) -> None:
    """Else a key that is mistyped would end its check without a word."""
    file = make(tmp_path / "trial.yaml", "fromat: 1\n")
    assert found([tmp_path]).files == ()
    make(baseline_path(file), "{}")
    there = found([tmp_path])
    assert (there.files, there.orphans) == ((file,), ())


def test_a_link_in_a_circle_ends(tmp_path: Path) -> None:
    file = make(tmp_path / "trial.yaml")
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    assert found([tmp_path]).files == (file,)
