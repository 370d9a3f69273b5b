"""What a sourcebook holds: models by area, closed vocabularies, dates, opening a database."""
