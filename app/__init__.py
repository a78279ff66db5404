"""MTP Race: see, measure and explain what a multi-token-prediction drafter does to a local LLM."""

__version__ = "0.1.0"
