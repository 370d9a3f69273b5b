"""The questions an analyst asks, one .sql file each, and how their answers are shown."""
