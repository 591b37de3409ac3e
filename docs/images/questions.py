"""Makes question-N.png, the pictures of docs/questions.md: what each question's command draws.

    .venv/bin/python docs/images/questions.py docs/images

Commands are those of the page, at a hundredth of the lines. It needs Chromium; set
RINGFENCE_CHROMIUM to its path where it is not called ``chromium``.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
WIDTH = 720
SCALE = "1%"
DRAWN = {
    3: ("#exceedance figure", 0),
    4: ("figure", -1),
    5: ("#compliance table:has-text('Nominal exposure of late-stop under fr-electoral')", 0),
    6: ("#violations-hours figure", 0),
    10: ("figure", -1),
    12: ("figure", -1),
    13: ("figure", -1),
    14: ("figure", 3),
    15: ("header.top", 0),
}
"""Part of a page that is shown for a question, and which of several; else its first figure."""
OPEN = "document.querySelectorAll('details').forEach(each => each.open = true)"
LATE = "runs/late"
"""What the page calls the run of question 5."""
FULL = 15
"""Question whose words are of a run at full size."""


@dataclass(frozen=True)
class Command:
    """A command of the page."""

    number: int
    """Of its question."""
    arguments: tuple[str, ...]
    excerpt: tuple[str, ...]
    """Lines that the page shows of what it prints; they begin as they are printed."""


def commands() -> list[Command]:
    """The commands of the page, in its order."""
    page = (ROOT / "docs" / "questions.md").read_text("utf-8")
    parts = re.split(r"^## (\d+)\. .*$", page, flags=re.MULTILINE)[1:]
    return [
        Command(int(number), tuple(shlex.split(line)), _shown(after))
        for number, text in zip(parts[::2], parts[1::2], strict=True)
        for line, after in re.findall(
            r"^    ringfence (.*)$((?:\n(?!    ringfence )(?:    .*)?$)*)", text, re.MULTILINE
        )
    ]


def _shown(text: str) -> tuple[str, ...]:
    return tuple(line.removeprefix("    ") for line in text.split("\n") if line.strip())


def given(command: Command, folder: Path) -> tuple[str, Path]:
    """Give a command at a hundredth of the lines; what it printed, and the page that it made."""
    name, *arguments = command.arguments
    run = folder / f"run-{command.number}"
    late = folder / "run-5"
    if name == "run":
        arguments = arguments[: arguments.index("--out")] if "--out" in arguments else arguments
        arguments += ["--scale", SCALE, "--out", str(run)]
        page = run / "report.html"
    elif name == "audit":
        arguments = [str(late) if word == LATE else word for word in arguments]
        page = late / "report.html"
    else:
        page = folder / f"{command.number}.html"
        arguments += ["--scale", SCALE, "--html", str(page), "--force"]
        arguments += ["--screen", SCALE] if name == "plan" else []
    done = subprocess.run(
        [sys.executable, "-m", "sim", name, *arguments],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), (command, done.stderr)
    return done.stdout, page


def photograph(browser: Any, page: Path, part: tuple[str, int], picture: Path) -> None:
    """Photograph a part of a page."""
    tab = browser.new_page(
        viewport={"width": WIDTH, "height": 900}, color_scheme="light", reduced_motion="reduce"
    )
    tab.goto(page.as_uri())
    tab.wait_for_selector("html[data-charts=drawn]", timeout=60_000)
    name, number = part
    if name != "header.top":
        tab.evaluate(OPEN)
    shown = tab.locator(name).nth(number)
    shown.scroll_into_view_if_needed()
    tab.wait_for_timeout(1_500)  # charts are drawn as they come into sight
    shown.screenshot(path=picture)
    tab.close()


def main(into: str, only: tuple[str, ...] = ()) -> None:
    """Give the first command of every question, or of some, and photograph what it drew."""
    chromium = os.environ.get("RINGFENCE_CHROMIUM") or shutil.which("chromium")
    done: set[int] = set()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for command in commands():
            number = command.number
            if number in done or (only and str(number) not in only):
                continue
            done.add(number)
            _, page = given(command, Path(folder))
            picture = Path(into) / f"question-{number}.png"
            photograph(browser, page, DRAWN.get(number, ("figure", 0)), picture)
            sys.stdout.write(f"{picture}: {picture.stat().st_size // 1024} KB\n")
            sys.stdout.flush()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], tuple(sys.argv[2:]))
