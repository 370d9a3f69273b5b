"""The reports that ship, read once."""

from __future__ import annotations

from reports.catalogue import Catalogue

REPORTS = {report.name: report for report in Catalogue().reports()}
