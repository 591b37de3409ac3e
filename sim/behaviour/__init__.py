"""How calls turn out: pure functions, arrays in, arrays out."""
