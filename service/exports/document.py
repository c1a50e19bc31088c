"""How does a document become a Word file? Styles of a template, headings and contents that Word knows, A4."""

import datetime as dt
import io
from pathlib import Path

from docx import Document
from docx.document import Document as DocumentObject

from data.errors import BadInput
from service.exports import layout
from service.exports.blocks import DocumentContent, HeadingBlock, ParagraphBlock, PointBlock, TableBlock
from service.exports.clean import clean
from service.exports.spoken import FOLDER


def docx_of(paper: DocumentContent, *, today: dt.date, template: Path | None = None) -> bytes:
    """Return the document as DOCX: portrait, matrices in landscape; the run is on every page.

    `template`: a DOCX whose styles, margins, header and logo are used; what it says is left out. Raises BadInput where
    it cannot be read.
    """
    document = _opened(template)
    layout.page(document, paper, today, own=template is not None)
    document.add_paragraph(clean(paper.title), style="Title")
    document.add_paragraph(clean(paper.subtitle), style="Subtitle")
    document.add_paragraph(clean(paper.foot))
    if paper.notice:
        layout.alarm(document.add_paragraph(), paper.notice)
    layout.contents(document, paper)
    wide = False
    for block in paper.blocks:
        turned = isinstance(block, TableBlock | HeadingBlock) and block.wide
        if turned != wide:
            layout.turn(document, wide=turned)
            wide = turned
        _add(document, block)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def template_docx() -> bytes:
    """Return an empty DOCX with every style that a document uses, to be restyled in Word."""
    document = Document()
    layout.styles(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def write_templates(path: Path) -> tuple[Path, Path]:
    """Write the template and, beside it, the English words, to be restyled and translated; return both files.

    Raises BadInput for another ending than .docx, or where one of the files is there already.
    """
    words = path.with_name(f"{path.stem}-words.toml")
    if path.suffix.lower() != ".docx":
        raise BadInput(
            f"a document's template cannot be written as {path.name!r}; needed: a name that ends in .docx"
        )
    for file in (path, words):
        if file.exists():
            raise BadInput(f"{file} exists already; give another name, so that nothing is overwritten")
    path.write_bytes(template_docx())
    words.write_text((FOLDER / "en.toml").read_text(encoding="utf-8"), encoding="utf-8")
    return path, words


def _opened(template: Path | None) -> DocumentObject:
    try:
        document = Document(str(template)) if template else Document()
    except Exception as error:  # python-docx lets through whatever zip and XML readers raise
        raise BadInput(
            f"{template} is no DOCX that can be read ({error}); save it as .docx in Word"
        ) from error
    for part in list(document.element.body):
        if not part.tag.endswith("}sectPr"):
            document.element.body.remove(part)
    layout.styles(document)
    return document


def _add(document: DocumentObject, block: HeadingBlock | ParagraphBlock | PointBlock | TableBlock) -> None:
    match block:
        case HeadingBlock(text, level):
            document.add_heading(clean(text), level=level)
        case ParagraphBlock(text, alarm):
            paragraph = document.add_paragraph()
            if alarm:
                layout.alarm(paragraph, text)
            else:
                paragraph.add_run(clean(text))
        case PointBlock(head, text):
            paragraph = document.add_paragraph(style="List Bullet")
            paragraph.add_run(clean(head)).bold = True
            paragraph.add_run(clean(text))
        case TableBlock():
            layout.table(document, block)
