"""What is a document made of, before it is Word or PDF? Headings, words, points and tables."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a level from 1 on."""

    text: str
    level: int = 1
    wide: bool = False
    """It stands above matrices, on their page."""


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph; `alarm`: it must not be overlooked."""

    text: str
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a list: its first words stand out."""

    head: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
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


Block = Heading | Words | Point | Grid


@dataclass(frozen=True, slots=True)
class Paper:
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
