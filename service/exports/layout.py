"""How do tables and words look in a text document? Landscape A4, headers on every page, widths that fit the texts."""

import datetime as dt
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from docx.document import Document as DocumentObject
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Length, Pt, RGBColor
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from service.exports.clean import clean
from service.exports.workbook import Sheet

WIDTH, HEIGHT, MARGIN = Cm(29.7), Cm(21.0), Cm(1.8)
LARGE, SMALL, SMALLEST = Pt(8.5), Pt(7.5), Pt(6.5)
"""Letters of tables with up to 8, up to 16, and more columns."""
LETTERS: Mapping[Length, int] = MappingProxyType({LARGE: 132, SMALL: 155, SMALLEST: 180})
"""So many letters of this size stand side by side on a page."""
SHORT = 16
"""Characters up to which a column is short: it gets what it needs."""
ALARM = RGBColor(0xA3, 0x26, 0x2A)
LONGEST = 44
"""Characters beyond which a text does not make its column any wider."""


def page(document: DocumentObject, foot: str, today: dt.date) -> None:
    """Set paper, margins, the footer with page numbers, and what the file says of itself."""
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = WIDTH, HEIGHT
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
    paragraph = section.footer.paragraphs[0]
    paragraph.text = clean(f"{foot} · page ")
    _field(paragraph, "PAGE")
    document.styles["Normal"].font.size = Pt(10)
    document.core_properties.author = "Konsort"
    made = dt.datetime(today.year, today.month, today.day)  # noqa: DTZ001 Word's dates have no zone
    document.core_properties.created = document.core_properties.modified = made


def warning(document: DocumentObject, text: str) -> None:
    """Say something that must not be overlooked, here and on top of every page."""
    for paragraph in (document.add_paragraph(), document.sections[0].header.paragraphs[0]):
        run = paragraph.add_run(clean(text))
        run.bold = True
        run.font.color.rgb = ALARM


def bullet(document: DocumentObject, head: str, words: str) -> None:
    """Add a point: its first words bold, the others not."""
    paragraph = document.add_paragraph(style="List Bullet")
    paragraph.add_run(clean(head)).bold = True
    paragraph.add_run(clean(words))


def table(
    document: DocumentObject, sheet: Sheet, *, keep: Sequence[int] = (), drop: Sequence[int] = ()
) -> None:
    """Add a table with its caption; `keep` names the columns shown (else all), `drop` those that are not."""
    columns = [k for k in keep or range(len(sheet.header)) if k not in drop]
    if not sheet.rows:
        document.add_paragraph(clean(f"{sheet.about} There is nothing to show."))
        return
    caption = document.add_paragraph(clean(sheet.about), style="Caption")
    caption.paragraph_format.keep_with_next = True
    made = document.add_table(rows=0, cols=len(columns), style="Table Grid")
    made.alignment = WD_TABLE_ALIGNMENT.LEFT
    made.autofit = False
    for column, width in zip(made.columns, _widths(sheet, columns), strict=True):
        column.width = width  # every row that is added takes it over
    style = _style(document, _size(columns))
    for number, row in enumerate((sheet.header, *sheet.rows)):
        line = made.add_row()
        _unsplit(line)
        # `line.cells` looks for merged cells anew in every row; there are none here.
        for part, column in zip(line._tr.tc_lst, columns, strict=True):
            _write(_Cell(part, made), row[column], style, head=number == 0)
    _heads(made)
    document.add_paragraph()


def _style(document: DocumentObject, size: Length) -> str:
    """The style of a table's texts, added at its first use: dressing each cell by itself would take seconds."""
    name = f"Table text {size.pt:g}"
    if name not in document.styles:
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
        style.font.size = size
        style.paragraph_format.space_after = Pt(0)
    return str(document.styles[name].style_id)


def _widths(sheet: Sheet, columns: Sequence[int]) -> list[Length]:
    """Short columns get what they need, as long as that is half of the page; long ones share what is left."""
    needs = [min(LONGEST, sheet.width(column)) for column in columns]
    full = WIDTH - 2 * MARGIN
    letter = full / LETTERS[_size(columns)]
    short = [need * letter if need <= SHORT else 0.0 for need in needs]
    long = sum(need for need in needs if need > SHORT)
    if not long or sum(short) > full / 2:
        return [Length(int(full * need / sum(needs))) for need in needs]
    left = full - sum(short)
    return [Length(int(own or left * need / long)) for own, need in zip(short, needs, strict=True)]


def _size(columns: Sequence[int]) -> Length:
    return LARGE if len(columns) <= 8 else SMALL if len(columns) <= 16 else SMALLEST


def _write(cell: _Cell, value: object, style: str, *, head: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph._p.style = style
    if value not in (None, ""):
        run = paragraph.add_run(clean(value))
        if head:
            run.bold = True
    if head:
        shade = OxmlElement("w:shd")
        shade.set(qn("w:val"), "clear")
        shade.set(qn("w:fill"), "E4EBF0")
        cell._tc.get_or_add_tcPr().append(shade)


def _heads(made: Table) -> None:
    """Repeat the first row on every page."""
    made.rows[0]._tr.get_or_add_trPr().append(_flag("w:tblHeader"))


def _unsplit(row: _Row) -> None:
    """Keep a row on one page."""
    row._tr.get_or_add_trPr().append(_flag("w:cantSplit"))


def _flag(name: str) -> Any:
    flag = OxmlElement(name)
    flag.set(qn("w:val"), "true")
    return flag


def _field(paragraph: Paragraph, instruction: str) -> None:
    """Add a field that the word processor fills in, such as PAGE."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    paragraph._p.append(field)
