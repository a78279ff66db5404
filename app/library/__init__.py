"""What the user keeps: traces, sweeps, records, prompts."""
