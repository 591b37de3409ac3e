"""Law as data: one YAML file a regime, its typed model, and the loader."""

from sim.regimes.load import load_regime, regime_ids, regimes_at
from sim.regimes.model import Regime

__all__ = ["Regime", "load_regime", "regime_ids", "regimes_at"]
