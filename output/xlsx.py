"""A workbook: text as text, numbers as numbers."""

from typing import BinaryIO

from xlsxwriter import Workbook

from output.answer import Answer, shown


def write_xlsx(answer: Answer, file: BinaryIO) -> None:
    """Write a workbook with one sheet of rows."""
    book = Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    line = 0
    for section in answer.sections:
        for n, column in enumerate(section.columns):
            sheet.write_string(line, n, column.heading)
        line += 1
        for row in section.rows:
            for n, (column, value) in enumerate(zip(section.columns, row, strict=True)):
                if column.number and isinstance(value, int | float):
                    sheet.write_number(line, n, value)
                elif value is not None:
                    sheet.write_string(line, n, shown(column, value))
            line += 1
    book.close()
