"""Drawn here once for the window, pictures and films: colours, fonts, canvas, axes and charts."""
