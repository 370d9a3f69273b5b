"""What a sourcebook holds: models by area, closed vocabularies, dates, views, the dictionary."""
