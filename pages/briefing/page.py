"""Writes a briefing as a page, or as Markdown."""

from __future__ import annotations

from sqlalchemy import Connection

from output.page import shortened
from output.wording import counted
from pages.briefing.footnotes import LEFT_OUT, NoteReference, shortened_title
from pages.briefing.parts import Brief, Picture
from pages.briefing.prose import Code
from pages.rendering import html_templates, markdown_templates, policy, styles_of, template_text
from reports.about import provenance
from reports.references import Reference, references
from schema.date_words import date_in_words

MANY = 8
"""Documents above which a citation has only a short title and its date."""

READING = (
    "A sentence without a tag is stated as a fact by its source; a tag in front says what is not. "
    "The present tense is that of a chronicle."
)


def rendered(connection: Connection, brief: Brief, command: str, format: str) -> str:
    """Return a briefing as HTML or Markdown. Raises ReportError."""
    origin = provenance(connection)
    brief.about = {
        "day": date_in_words(origin["date"], full=True),
        "content": shortened(origin["content"]),
        "command": command,
        "basis": _basis(connection, brief),
        "documents": _documents(connection, brief),
    }
    brief.about["notes"] = _about_notes(connection, brief)
    templates = html_templates() if format == "html" else markdown_templates()
    templates.tests |= {
        "number_of_note": lambda it: isinstance(it, NoteReference),
        "code": lambda it: isinstance(it, Code),
    }
    if format == "markdown":
        return templates.get_template("brief.md").render(brief=brief)
    style = template_text("page.css") + template_text("brief.css")
    pictures = [
        block.svg
        for section in brief.sections
        for block in section.blocks
        if isinstance(block, Picture)
    ]
    styles = [style, *(it for picture in pictures for it in styles_of(picture))]
    template = templates.get_template("brief.html")
    return template.render(brief=brief, style=style, policy=policy(styles))


def _basis(connection: Connection, brief: Brief) -> str:
    """Return whose word it all is, and how to read a sentence."""
    if len(brief.documents) != 1:
        return f"All of this is what {counted(len(brief.documents), 'document')} say. {READING}"
    [source] = references(connection, brief.documents)
    kind = source.kind.replace("-", " ")
    return f"All of this is what one {kind} says: {source.brief()}. {READING}"


def _documents(connection: Connection, brief: Brief) -> list[tuple[str, str]]:
    """Return what notes call each document, with its citation; nothing, if there is just one."""
    if len(brief.documents) < 2:
        return []
    shown = {voiced.document for note in brief.notes for voiced in note.voiced}
    sources = {it.key: it for it in references(connection, [it.id for it in shown])}
    many = len(shown) > MANY
    return sorted((it.called, _cited(sources[it.key], many=many)) for it in shown)


def _cited(source: Reference, *, many: bool) -> str:
    """Return a citation; of many, what notes call a document names its author already."""
    if not many:
        return source.text()
    return f"“{shortened_title(source.title)}”, {date_in_words(source.published) or 'no date'}"


def _about_notes(connection: Connection, brief: Brief) -> str:
    """Return how to read the notes."""
    sentences = [
        "¶ counts the visible lines of a document.",
        "“Stated flatly”: in the document's own voice.",
        "An arrow leads from a voice to whoever relays it.",
    ]
    if len(brief.documents) == 1:
        [source] = references(connection, brief.documents)
        sentences.insert(0, f"All notes are to {source.text()}.")
    elif len(brief.about["documents"]) > MANY:
        sentences.append(
            "Titles are shortened here; the command sourcebook cite prints them in full."
        )
    if brief.kept:
        sentences.append("Words in quotation marks at the end of a note are the text's;")
        sentences.append(f"{LEFT_OUT} marks where more of them are left out.")
    else:
        sentences.append("The text is not kept in this sourcebook: its words can't be shown.")
    return " ".join(sentences)
