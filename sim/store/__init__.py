"""The run directory: written whole or not at all, read back, digested, compared."""
