"""Timelines and networks as SVG, for files and for pages."""
