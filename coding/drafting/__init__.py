"""Drafting: a coding to be reviewed, made from a text by rules.

A text passes through `marks` (stretches in quotation marks), `coding.date_finder`, `parse` (spaCy,
where it is installed), `speech` (who said what) and `mentions` (names); `compose` makes a coding of
them and `layout` writes it. What the rules know about a language is in `coding/languages/`.
"""
