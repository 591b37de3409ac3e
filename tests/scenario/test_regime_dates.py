"""A regime in `regimes` that no campaign of the file falls under is warned of, by strategy."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.loading.load import load

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("start", "cutoff", "idle"),
    [
        ("2023-02-20 10:00", "2023-02-28 20:00", True),  # the decree came into force on 1 March
        ("2023-02-20 10:00", "2023-03-01 10:00", False),
        ("2023-04-18 10:00", "2023-04-21 20:00", False),
    ],
)
def test_a_regime_out_of_date(start: str, cutoff: str, idle: bool) -> None:
    file = ROOT / "scenarios" / "canada-federal.yaml"
    sets = [
        "regimes=[fr-consumer-2023]",
        f'campaign.start="{start}"',
        f'campaign.cutoff="{cutoff}"',
    ]
    sets += ["strategies.crtc-compliant=null", "world.consent=null", "prices.per_consent=null"]
    sets += ["check.expect=[]"]
    warnings = load(file, sets).warnings
    found = [w for w in warnings if "no rule in force in the campaign of one-clock" in w.message]
    assert bool(found) == idle
    assert all(w.path == "regimes.0" and w.severity == "warning" for w in found)
