"""How do pages, tables and words look in a Word file? A4 in portrait, matrices in landscape, no letter below 9 pt."""

import datetime as dt
from typing import Any

from docx.document import Document as DocumentObject
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Length, Pt, RGBColor
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from service.exports.blocks import DocumentContent, HeadingBlock, TableBlock
from service.exports.clean import clean

SHORT_SIDE, LONG_SIDE, MARGIN = Cm(21.0), Cm(29.7), Cm(2.0)
LETTERS = Pt(9)
"""Of tables: nothing is smaller."""
ALARM, INK = RGBColor(0xA3, 0x26, 0x2A), RGBColor(0x12, 0x40, 0x5A)
TABLE_TEXT, TABLE = "Konsort table", "Table Grid"
"""The styles of a template that tables use."""


def styles(document: DocumentObject) -> None:
    """Add the styles that a template lacks; those it has stay as they are."""
    known = document.styles
    fresh = TABLE_TEXT not in known
    if fresh:
        style = known.add_style(TABLE_TEXT, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = known["Normal"]
        style.font.size = LETTERS
        style.paragraph_format.space_after = Pt(0)
        known["Normal"].font.size = Pt(10.5)
        known["Normal"].paragraph_format.space_after = Pt(6)
        for level, size in ((1, 16), (2, 12.5)):
            heading = known[f"Heading {level}"]
            heading.font.size = Pt(size)
            heading.font.color.rgb = INK
            heading.paragraph_format.space_before = Pt(16 if level == 1 else 10)
        known["Title"].font.size = Pt(24)
        known["Caption"].font.size = Pt(9.5)
        known["Caption"].font.color.rgb = INK


def page(document: DocumentObject, paper: DocumentContent, today: dt.date, *, own: bool) -> None:
    """Set paper, foot and what the file says of itself; `own`: margins and header are those of somebody's template."""
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = SHORT_SIDE, LONG_SIDE
    if not own:
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
    paragraph = section.footer.paragraphs[0]
    paragraph.text = clean(f"{paper.foot} · {paper.page} ")
    _field(paragraph, "PAGE")
    if paper.notice:
        header = section.header
        alarm(header.add_paragraph() if own else header.paragraphs[0], paper.notice)
    properties = document.core_properties
    properties.identifier, properties.title, properties.author = paper.run, clean(paper.title), "Konsort"
    properties.language = paper.language
    made = dt.datetime(today.year, today.month, today.day)  # noqa: DTZ001 Word's dates have no zone
    properties.created = properties.modified = made


def turn(document: DocumentObject, *, wide: bool) -> None:
    """Go on upon a new page, in landscape or in portrait again."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    sides = (LONG_SIDE, SHORT_SIDE) if wide else (SHORT_SIDE, LONG_SIDE)
    section.page_width, section.page_height = sides


def alarm(paragraph: Paragraph, text: str) -> None:
    """Say something that must not be overlooked."""
    run = paragraph.add_run(clean(text))
    run.bold = True
    run.font.color.rgb = ALARM


def contents(document: DocumentObject, paper: DocumentContent) -> None:
    """Add a table of contents that Word fills in with its page numbers; until then it names the parts."""
    document.add_paragraph().add_run(clean(paper.contents)).bold = True
    headings = [block for block in paper.blocks if isinstance(block, HeadingBlock)]
    for number, block in enumerate(headings):
        paragraph = document.add_paragraph(clean(block.text))
        paragraph.paragraph_format.left_indent = Cm(0.6 * (block.level - 1))
        paragraph.paragraph_format.space_after = Pt(1)
        if number == 0:
            first = paragraph
    if headings:
        begin, code, split, end = (OxmlElement("w:r") for _ in range(4))
        for run, kind in ((begin, "begin"), (split, "separate"), (end, "end")):
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run.append(mark)
        words = OxmlElement("w:instrText")
        words.text = 'TOC \\o "1-2" \\h \\z \\u'
        code.append(words)
        for place, run in enumerate((begin, code, split)):
            first._p.insert(place + 1 if first._p.pPr is not None else place, run)
        paragraph._p.append(end)
    update = OxmlElement("w:updateFields")  # Word asks once whether to fill it in
    update.set(qn("w:val"), "true")
    document.settings.element.append(update)
    document.add_page_break()  # type: ignore[no-untyped-call]


def table(document: DocumentObject, grid: TableBlock) -> None:
    """Add a table with its caption; its header stands on every page."""
    if grid.caption:
        caption = document.add_paragraph(clean(grid.caption), style="Caption")
        caption.paragraph_format.keep_with_next = True
    made = document.add_table(rows=0, cols=len(grid.header), style=TABLE)
    made.alignment = WD_TABLE_ALIGNMENT.LEFT
    made.autofit = False
    section = document.sections[-1]
    full = (
        (section.page_width or SHORT_SIDE)
        - (section.left_margin or MARGIN)
        - (section.right_margin or MARGIN)
    )
    for column, width in zip(made.columns, grid.widths, strict=True):
        column.width = Length(int(full * width / sum(grid.widths)))  # every row that is added takes it over
    style = str(document.styles[TABLE_TEXT].style_id)
    for number, row in enumerate((grid.header, *grid.rows)):
        line = made.add_row()
        _unsplit(line)
        # `line.cells` looks for merged cells anew in every row; there are none here.
        for place, (part, value) in enumerate(zip(line._tr.tc_lst, row, strict=True)):
            _write(_Cell(part, made), value, style, head=number == 0, number=place >= grid.numbers)
    _heads(made)
    document.add_paragraph()


def _write(cell: _Cell, value: str, style: str, *, head: bool, number: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph._p.style = style
    if number:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if value:
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
