"""Which checks of the code the fuzzers never reached: at most one in ten."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import FUZZ
from tests.fuzz.reached import Watch, all_checks

pytestmark = [pytest.mark.xdist_group("fuzz"), pytest.mark.verify]
CLASSES = {"scenarios", "chains", "law packs", "facts", "dialer files", "read back"}


def test_at_most_one_check_in_ten_was_never_reached(
    watch: Watch, record_property: Callable[[str, object], None]
) -> None:
    """Stands last in its group, after all that the fuzzers try."""
    if watch.tried != CLASSES:
        pytest.skip("says something only after all classes, by make verify")
    checks, unreached = all_checks(), watch.unreached
    record_property(FUZZ, f"checks of the code: reached {len(watch.reached)} of {len(checks)}")
    for check in unreached:
        record_property(FUZZ, f"checks of the code, never reached: {check}")
    assert len(unreached) <= len(checks) / 10, "\n".join(map(str, unreached))
