"""The derived tables: computing them, keeping them up to date, and finding differences."""
