"""The model hub: asking, downloading, resuming, checking."""
