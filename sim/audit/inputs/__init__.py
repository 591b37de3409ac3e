"""What an audit is given, from a run and from files."""
