"""Model files and folders on this disk: what each is, read from itself."""
