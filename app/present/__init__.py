"""From a trace to what is shown: every number and sentence of a result is decided here, once; faces lay it out."""
