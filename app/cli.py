"""Entry points of the command line; no logic."""
