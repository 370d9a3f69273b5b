"""What is shown as a fact by formats that know no modality. Touches nothing."""

from __future__ import annotations

ACTUAL = "evidence.modality = 'actual' and evidence.stance is distinct from 'rejects'"
"""The condition that a piece of evidence has what it tells of as actual.

Only such evidence counts for whether a tie or an event is no more than alleged or rumoured. A
relation has no modality of its own: it is a tie if somebody has it as actual, unless that is only
told to be rejected.
"""
