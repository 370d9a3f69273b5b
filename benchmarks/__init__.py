"""Measures how fast Sourcebook is, side by side with what it is compared with."""
