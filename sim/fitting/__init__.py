"""A world's rates from a log of calls: the model that the engine runs, fitted to what was seen."""
