"""The Sweep tab: which K is best, on this machine and for this kind of text."""
