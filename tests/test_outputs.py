"""Files that commands write replace nothing but their own, and are whole or not there."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import sim.partial
from sim.errors import OutputError
from sim.outputs import BASELINE, JUNIT, Kind, claim

OURS = '<testsuite name="ringfence check" tests="1">'


def made(folder: Path, what: str) -> Path:
    """Something that stands where an output is wanted."""
    place = folder / "there"
    run = folder / "run"
    if what.startswith("in a"):
        run.mkdir()
        (run / "manifest.json").write_text("no JSON at all")
        (run / "metrics.json").touch()
        place = run / "deep" / "new.xml" if what == "in a folder of a run" else run / "metrics.json"
        place.parent.mkdir(exist_ok=True)
    elif what == "link":
        (folder / "target").write_text(OURS)
        place.symlink_to("target")
    elif what == "pipe":
        os.mkfifo(place)
    elif what == "folder":
        place.mkdir()
    elif what == "missing folder":
        place = place / "new.xml"
    elif what == "another kind":
        place.write_text('{"format": "ringfence-baseline"}')
    elif what == "empty":
        place.touch()
    elif what == "part":
        place = folder / f".run.partial-00000000-{os.getpid()}-1" / "new.xml"
        place.parent.mkdir()
    elif what == "long":
        place = folder / ("x" * 256)
    return place


REFUSED = {
    "in a run": "run is a run directory, which stays as its run left it",
    "in a folder of a run": "is a run directory, which stays",
    "part": "is a run directory",
    "link": "is a link to",
    "pipe": "it is a device or a pipe",
    "folder": "it is a folder",
    "missing folder": "No such file or directory",
    "another kind": "exists already and is not a JUnit file",
    "empty": "exists already and is not a JUnit file",
    "long": "File name too long",
}


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("what", REFUSED)
def test_what_no_output_replaces_even_by_force(tmp_path: Path, what: str, force: bool) -> None:
    place = made(tmp_path, what)
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    with pytest.raises(OutputError) as refused:
        claim(place, JUNIT, force=force)
    assert REFUSED[what] in str(refused.value)
    assert "\n" not in str(refused.value)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", "it is a folder"),
        ("", "empty"),
        ("a\0b", "NUL"),
        (os.fsdecode(b"new-\xff.xml"), r"new-\xff.xml: the path is no text in UTF-8"),
        ("/dev/null", "a device or a pipe"),
        ("/proc/self/mem/x", "cannot write"),
    ],
)
def test_paths_that_cannot_be_written(path: str, words: str) -> None:
    with pytest.raises(OutputError) as refused:
        claim(path, JUNIT, force=True)
    assert words in str(refused.value)
    str(refused.value).encode()


@pytest.mark.parametrize("how", ["itself", "link to it", "hard link", "another way"])
def test_an_input_is_never_replaced(tmp_path: Path, how: str) -> None:
    given = tmp_path / "calls.xml"
    given.write_text(OURS)
    out = given
    if how == "hard link":
        out = tmp_path / "other.xml"
        out.hardlink_to(given)
    elif how == "link to it":
        given = tmp_path / "link"
        given.symlink_to(out)
    elif how == "another way":
        out = tmp_path / ".." / tmp_path.name / "calls.xml"
    with pytest.raises(OutputError, match="is an input of this command"):
        claim(out, JUNIT, inputs=(None, "regime-id", given), force=True)


def test_an_earlier_output_of_the_same_kind_is_replaced_by_force_alone(tmp_path: Path) -> None:
    place = tmp_path / "there.xml"
    claim(place, JUNIT).write(OURS)
    with pytest.raises(OutputError, match="exists already; --force replaces it"):
        claim(place, JUNIT)
    claim(place, JUNIT, force=True).write(OURS + "!")
    assert place.read_text() == OURS + "!"
    assert list(tmp_path.iterdir()) == [place]


def test_a_link_to_nothing_is_followed_once_and_said(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("target.xml")
    output = claim(link, JUNIT)
    assert output.note == f"{link} is a link; written is {tmp_path / 'target.xml'}"
    output.write(OURS)
    assert link.is_symlink()
    assert (tmp_path / "target.xml").read_text() == OURS


def test_a_private_file_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        claim(tmp_path / "open", JUNIT).write(OURS)
        claim(tmp_path / "closed", JUNIT, private=True).write(OURS)
        assert (tmp_path / "open").stat().st_mode & 0o777 == 0o644
        claim(tmp_path / "open", JUNIT, private=True, force=True).write(OURS)
    finally:
        os.umask(before)
    for name in ("open", "closed"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


def appears(place: Path, text: str) -> Callable[[], None]:
    """Claim a place, let something appear there, then write."""

    def write() -> None:
        with claim(place, JUNIT, force=text == "").open() as file:
            file.write(b"half")
            place.write_text(text)

    return write


@pytest.mark.parametrize("text", [OURS, "somebody's", ""])
def test_what_appears_meanwhile_is_left_alone(tmp_path: Path, text: str) -> None:
    place = tmp_path / "there.xml"
    with pytest.raises(OutputError, match="cannot write"):
        appears(place, text)()
    assert place.read_text() == text
    assert list(tmp_path.iterdir()) == [place]


def test_whatever_goes_wrong_the_old_file_stays(tmp_path: Path) -> None:
    place = tmp_path / "there.xml"
    claim(place, JUNIT).write(OURS)

    def fail(error: BaseException) -> None:
        with claim(place, JUNIT, force=True).open() as file:
            file.write(b"half")
            raise error

    for error in (KeyboardInterrupt(), OSError(28, "no space left")):
        with pytest.raises(type(error)):
            fail(error)
        assert place.read_text() == OURS
        assert list(tmp_path.iterdir()) == [place]


def test_a_full_disk_is_told_in_words(tmp_path: Path) -> None:
    place = tmp_path / "there.xml"
    claim(place, JUNIT).write(OURS)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OutputError, match=r"cannot write .*there\.xml: File too large"):
            claim(place, JUNIT, force=True).write("x" * 1001)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert place.read_text() == OURS
    assert list(tmp_path.iterdir()) == [place]


def test_a_file_is_synced_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "there.xml"
    seen: list[tuple[bool, int]] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        seen.append((place.exists(), os.fstat(handle).st_size))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    claim(place, JUNIT).write(OURS)
    assert seen[0] == (False, len(OURS))
    assert seen[1][0]  # then the folder, which has the name


def test_litter_of_dead_processes_is_removed_by_who_writes_beside_it(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    host = sim.partial.host()
    (tmp_path / f".a.xml.partial-{host}-{dead.pid}-0").write_text("half")
    folder = tmp_path / f".run.partial-{host}-{dead.pid}-1"
    folder.mkdir()
    (folder / "calls.parquet").write_text("half")
    alive = tmp_path / f".b.partial-{host}-{os.getpid()}-ffff"
    alive.write_text("being written")
    claim(tmp_path / "new.json", BASELINE).write("{}")
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([alive.name, "new.json"])


def test_a_kind_that_a_file_itself_tells(tmp_path: Path) -> None:
    place = tmp_path / "there"
    place.write_text("x")
    with pytest.raises(OutputError, match="is not a thing"):
        claim(place, Kind("a thing", b"x", lambda _: False), force=True)
