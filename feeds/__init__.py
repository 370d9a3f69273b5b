"""Copies of a sourcebook in other databases."""
