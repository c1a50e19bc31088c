"""How does a document become a PDF? Set by typst, tagged for screen readers (PDF/UA-1)."""

import json
import re
from itertools import groupby

from service.exports.blocks import DocumentContent, HeadingBlock, ParagraphBlock, PointBlock, TableBlock
from service.exports.clean import clean

_HEAD = """
#set document(title: {title}, author: "Konsort")
#set text(lang: {language}, size: 10pt, font: ("Libertinus Serif", "DejaVu Sans"))
#set page(paper: "a4", margin: (x: 2cm, y: 2.2cm), header: text(9pt, fill: rgb("a3262a"), weight: "bold", {notice}),
  footer: context text(9pt)[#{foot} · #{page} #counter(page).display()])
#set par(justify: false, spacing: 0.9em)
#show heading: set text(fill: rgb("12405a"))
#show heading.where(level: 1): set block(above: 1.6em, below: 0.8em)
#set table(stroke: 0.4pt + rgb("9aa5b1"), inset: 4pt)
#show table: set text(9pt)
#text(22pt, weight: "bold", fill: rgb("12405a"), {title})

#text(13pt, {subtitle})

#text({foot})

#outline(title: {contents}, depth: 2)
#pagebreak()
"""


def pdf_of(paper: DocumentContent) -> bytes:
    """Return the document as PDF/UA-1, matrices in landscape."""
    import typst  # slow to import: only who wants a PDF pays

    values = {
        "title": paper.title,
        "subtitle": paper.subtitle,
        "foot": paper.foot,
        "page": paper.page,
        "notice": paper.notice,
        "language": paper.language,
        "contents": paper.contents,
    }
    source = [_HEAD.format(**{name: _text(value) for name, value in values.items()})]
    for wide, blocks in groupby(
        paper.blocks, lambda block: isinstance(block, TableBlock | HeadingBlock) and block.wide
    ):
        part = "\n\n".join(map(_block, blocks))
        source.append(f"#page(flipped: true)[\n{part}\n]" if wide else part)
    made: bytes = typst.compile("\n\n".join(source).encode(), format="pdf", pdf_standards=["ua-1"])
    return made


def _text(value: str) -> str:
    """A string literal of typst, whatever it holds: nothing of it is read as typst's own signs.

    >>> _text('a "b" #c')
    '"a \\\\"b\\\\" #c"'
    """
    escaped = json.dumps(re.sub(r"\s+", " ", clean(value)), ensure_ascii=False)
    return escaped.replace("\u2028", " ").replace("\u2029", " ")


def _block(block: HeadingBlock | ParagraphBlock | PointBlock | TableBlock) -> str:
    match block:
        case HeadingBlock(text, level):
            return f"#heading(level: {level}, {_text(text)})"
        case ParagraphBlock(text, alarm):
            return f"#strong({_text(text)})" if alarm else f"#{_text(text)}"
        case PointBlock(head, text):
            return (
                f"#list.item[#strong({_text(head)})#{_text(text)}]" if head else f"#list.item[#{_text(text)}]"
            )
    return _grid(block)


def _grid(grid: TableBlock) -> str:
    columns = ", ".join(f"{width}fr" for width in grid.widths)
    aligned = ", ".join("right" if place >= grid.numbers else "left" for place in range(len(grid.header)))
    head = ", ".join(f"strong({_text(cell)})" for cell in grid.header)
    rows = ",\n".join(", ".join(f"[#{_text(cell)}]" for cell in row) for row in grid.rows)
    fill = '(_, y) => if y == 0 { rgb("e4ebf0") }'
    style = '9.5pt, fill: rgb("12405a"), style: "italic"'
    caption = f"#text({style}, {_text(grid.caption)})\n\n" if grid.caption else ""
    table = (
        f"#table(columns: ({columns},), align: ({aligned},), fill: {fill},\ntable.header({head}),\n{rows}\n)"
    )
    return f"{caption}{table}"
