"""The pairs of this machine: state, form and what can be done with each."""
