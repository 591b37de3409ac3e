"""Where the project lives, put into a package's metadata when it is built.

A package is read far from the checkout, so links of its description must lead there: they are made
absolute, and the project's addresses are named. The home is RINGFENCE_HOME, else where `origin`
of the git checkout leads; where there is neither, a link is left as its words.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

HOME = "RINGFENCE_HOME"
_LINK = re.compile(r"(?P<image>!?)\[(?P<words>[^\]]*)\]\((?!https?://|#)(?P<target>[^)\s]+)\)")


class CustomMetadataHook(MetadataHookInterface):
    """Adds the description and the addresses."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add them to the metadata of ``pyproject.toml``."""
        root = Path(self.root)
        home = home_of(root)
        text = (root / "README.md").read_text("utf-8")
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": absolute(text, home, metadata["version"]),
        }
        metadata["urls"] = urls(home, metadata["version"])


def home_of(root: Path) -> str:
    """The address of the repository; empty where it is not known."""
    if home := os.environ.get(HOME, "").strip():
        return home.rstrip("/")
    try:
        asked = ["git", "-C", str(root), "config", "--get", "remote.origin.url"]
        found = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""
    ssh = re.fullmatch(r"(?:ssh://)?git@([\w.-]+)[:/](.+)", found)
    address = f"https://{ssh[1]}/{ssh[2]}" if ssh else found
    return address.removesuffix(".git") if address.startswith("https://") else ""


def urls(home: str, version: str) -> dict[str, str]:
    """The project's addresses."""
    if not home:
        return {}
    return {
        "Homepage": home,
        "Documentation": f"{home}/blob/v{version}/docs/site/index.md",
        "Changelog": f"{home}/blob/v{version}/CHANGELOG.md",
        "Issues": f"{home}/issues",
    }


def absolute(text: str, home: str, version: str) -> str:
    """A page whose links lead to a version's files at the project's home."""

    def link(found: re.Match[str]) -> str:
        if not home:
            return found["words"]
        kind = "raw" if found["image"] else "blob"
        target = f"{home}/{kind}/v{version}/{found['target']}"
        return f"{found['image']}[{found['words']}]({target})"

    return _LINK.sub(link, text)
