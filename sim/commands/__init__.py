"""Commands of the console, one file each."""
