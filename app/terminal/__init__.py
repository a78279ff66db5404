"""What is seen in a terminal: the commands, the live view, and plain words about this machine."""
