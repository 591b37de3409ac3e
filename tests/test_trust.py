"""Folders that nobody else can write to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sim.trust import UntrustedFolderError, make_private, why_not_private


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """A folder of ours that nobody else can enter."""
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True, mode=0o755)
    folder.chmod(0o700)
    return folder


def test_a_new_folder_and_its_new_parents_are_closed_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        make_private(tmp_path / "x" / "y")
    finally:
        os.umask(before)
    for folder in (tmp_path / "x", tmp_path / "x" / "y"):
        assert folder.stat().st_mode & 0o777 == 0o700
    assert why_not_private(tmp_path / "x" / "y") is None


@pytest.mark.parametrize(
    ("which", "mode", "why"),
    [
        (0, 0o711, "is open to others"),
        (0, 0o740, "is open to others"),
        (0, 0o702, "others can write into"),
        (0, 0o1777, "is open to others"),
        (1, 0o775, "others can write into"),
        (1, 0o757, "others can write into"),
        (1, 0o1777, None),
        (1, 0o1775, None),
        (1, 0o755, None),
        (0, 0o700, None),
    ],
)
def test_modes(closed: Path, which: int, mode: int, why: str | None) -> None:
    """Of the folder (0) and of its parent (1); the sticky bit serves the parent alone."""
    place = (closed, closed.parent)[which]
    place.chmod(mode)
    found = why_not_private(closed)
    assert found is None if why is None else why in str(found) and str(place) in str(found)
    if why is not None:
        with pytest.raises(UntrustedFolderError):
            make_private(closed)


def test_a_folder_of_another_user(closed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    us = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: us + 1)
    assert "belongs to another user" in str(why_not_private(closed))


def test_links_are_followed_and_every_folder_on_their_way_counts(closed: Path) -> None:
    link = closed / "link"
    target = closed.parent / "target"
    target.mkdir(mode=0o700)
    link.symlink_to(Path("..") / "target")
    assert why_not_private(link) is None
    link.unlink()
    link.symlink_to(target)
    assert why_not_private(link) is None
    target.chmod(0o777)
    assert f"others can write into {target}" == why_not_private(link)
    target.chmod(0o700)
    closed.chmod(0o777)  # who can write here can turn the link elsewhere
    assert f"others can write into {closed}" == why_not_private(link)


def test_a_link_in_a_circle_and_a_file_on_the_way(closed: Path) -> None:
    (closed / "one").symlink_to(closed / "two")
    (closed / "two").symlink_to(closed / "one")
    with pytest.raises(OSError, match="symbolic links"):
        why_not_private(closed / "one")
    (closed / "file").touch(mode=0o600)
    assert "is no folder" in str(why_not_private(closed / "file"))
