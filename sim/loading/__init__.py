"""A file held against the format, the law and the model."""
