"""The Export dialog: what to make of a race, how it will look, and the making of it."""
