from tests.scenario.example import write

__all__ = ["write"]
