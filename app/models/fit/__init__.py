"""What a race needs in memory, and what this machine has."""
