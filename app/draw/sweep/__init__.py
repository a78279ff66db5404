"""The charts of a sweep, drawn the same on the window, in pictures, in SVG and in films."""
