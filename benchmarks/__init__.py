"""Side-by-side speed: our engine, its reference, other simulators. Measures; asserts nothing."""
