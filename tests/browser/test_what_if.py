"""*What if* as a browser shows it: sliders that answer, sliders that cannot, and *Run it*."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.store.read import load_run
from tests.browser.dashboard import Tab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

HEARD = "world.voicemail.heard"
HUMAN = "world.line_types.landline.answering.human"
CHANGED = "before => document.querySelector('#whatif-answer tbody tr').innerText !== before"


def move(tab: Tab, path: str, key: str = "End") -> str:
    """Move a slider to an end by the keyboard; what the answer was before."""
    page = tab.page
    before = page.locator("#whatif-answer tbody tr").first.inner_text()
    page.locator(f"input[name='x.{path}']").focus()
    page.keyboard.press(key)
    page.wait_for_url(re.compile(re.escape(f"x.{path}=")))
    page.wait_for_function(CHANGED, arg=before)
    return before


def test_what_no_call_hangs_on_is_read_exactly(tab: Tab) -> None:
    page = tab.open("/whatif?study=study")
    move(tab, HEARD)
    assert "heard:" in page.locator("#run pre").first.inner_text()
    told = page.locator("#whatif-answer .note").inner_text()
    assert "read exactly" in told
    assert "Interpolated" not in told


def test_a_slider_that_was_moved_can_be_moved_on(tab: Tab) -> None:
    """By the keyboard alone: the page is built anew, and its slider has the focus again."""
    page = tab.open("/whatif?study=study")
    move(tab, HEARD)
    before = page.locator("#whatif-answer tbody tr").first.inner_text()
    held = "name => document.activeElement.name === name"
    page.wait_for_function(held, arg=f"x.{HEARD}")
    page.keyboard.press("Home")
    page.wait_for_function(CHANGED, arg=before)
    page.wait_for_function(held, arg=f"x.{HEARD}")


def test_where_there_is_a_surface_it_answers_and_says_so(tab: Tab) -> None:
    page = tab.open("/whatif?study=study&strategy=all-channels")
    dial = page.locator(".dial", has=page.locator(f"input[name='x.{HUMAN}']"))
    assert dial.locator(".kind").inner_text() == "interpolated"
    move(tab, HUMAN)
    told = page.locator("#whatif-answer .note").inner_text()
    assert re.search(r"Interpolated: people reached follow the surface .* is 1\.\d %", told)


def test_where_it_is_refused_only_a_run_answers(tab: Tab) -> None:
    page = tab.open("/whatif?study=study&strategy=channels-2")
    dial = page.locator(".dial", has=page.locator(f"input[name='x.{HUMAN}']"))
    assert dial.locator(".kind").inner_text() == "only a run answers"
    assert dial.locator("input").is_disabled()
    # An address that moves it all the same moves nothing.
    before = page.locator("#whatif-answer tbody tr").first.inner_text()
    page = tab.open(f"/whatif?study=study&strategy=channels-2&x.{HUMAN}=99")
    assert page.locator("#whatif-answer tbody tr").first.inner_text() == before
    assert page.locator("#run pre").first.inner_text() == "# nothing is moved"


@pytest.mark.verify
def test_the_engine_confirms_the_newest_request_wins_and_any_can_be_cancelled(
    tab: Tab, store: Path
) -> None:
    def made() -> set[str]:
        return {entry.name for entry in store.iterdir() if "whatif-" in entry.name}

    page = tab.open("/whatif?study=study")
    run, cancel = (
        page.get_by_role("button", name="Run it"),
        page.get_by_role("button", name="Cancel"),
    )
    run.click()
    page.locator("#whatif-running progress").wait_for(timeout=20_000)
    move(tab, HEARD)  # another request: this one's is not running yet
    page.locator("#whatif-running progress").wait_for(state="detached", timeout=20_000)
    run.click()
    page.locator("#whatif-running progress").wait_for(timeout=20_000)
    cancel.click()
    page.locator("#whatif-running progress").wait_for(state="detached", timeout=20_000)
    assert made() == set()
    run.click()
    link = page.locator("#whatif-running a")
    link.wait_for(timeout=60_000)
    (name,) = made()
    assert link.inner_text() == name
    try:
        assert load_run(store / name).strategies == ("all-channels",)
        link.click()
        page.wait_for_url(re.compile(re.escape(f"/run/{name}")))
        page.locator("text=The strategies side by side").wait_for()
    finally:
        import shutil

        shutil.rmtree(store / name)
    assert tab.complaints == []
