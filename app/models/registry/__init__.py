"""Pairs and servers by name: models.toml and the user's own."""
