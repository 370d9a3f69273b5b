"""To other databases and to files: exact copies of what a sourcebook holds."""
