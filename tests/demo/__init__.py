"""The published demo, whole and without a network: see ``__main__.py``."""
