"""The gate: the one way by which a sandboxed program gets data, and what it fetched, kept for the next run."""
