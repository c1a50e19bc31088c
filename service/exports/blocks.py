"""What is a document made of, before it is Word or PDF? Headings, words, points and tables."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeadingBlock:
    """A heading of a level from 1 on."""

    text: str
    level: int = 1
    wide: bool = False
    """It stands above matrices, on their page."""


@dataclass(frozen=True, slots=True)
class ParagraphBlock:
    """A paragraph; `alarm`: it must not be overlooked."""

    text: str
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class PointBlock:
    """A point of a list: its first words stand out."""

    head: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table with its caption, if it needs one.

    `widths`: of the columns, in relation to each other; `wide`: a matrix, which stands on a page in landscape;
    `numbers`: columns from this one on are numbers.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    wide: bool = False
    numbers: int = 99


Block = HeadingBlock | ParagraphBlock | PointBlock | TableBlock


@dataclass(frozen=True, slots=True)
class DocumentContent:
    """A whole document."""

    title: str
    subtitle: str
    foot: str
    page: str
    """The word for page."""
    contents: str
    """The heading of the table of contents."""
    language: str
    run: str
    notice: str
    """Stands on every page; "" for none."""
    blocks: tuple[Block, ...]
