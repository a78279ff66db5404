"""One small file for each kind of server: how to ask it, and how to read what it streams."""
