"""Films, pictures and reports made from a trace, frame by frame on a virtual clock, the same every time."""
