"""Which ties are shown as facts by formats that know no modality. Touches nothing."""

from __future__ import annotations

ACTUAL = "evidence.modality = 'actual' and evidence.stance is distinct from 'rejects'"
"""The condition that a piece of evidence has what it tells of as actual.

A relation has no modality of its own: it is a tie if somebody has it as actual, unless that is only
told to be rejected.
"""
