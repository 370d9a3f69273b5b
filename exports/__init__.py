"""Files for other programs: data packages, graphs, SQL dumps."""
