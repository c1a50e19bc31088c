"""What did an outline say that it seeks, brings and does, one thing at a time? Its own words, to be quoted."""

from dataclasses import dataclass

from data.model import Outline
from matcher.needs.read import read_statements


@dataclass(frozen=True, slots=True)
class OwnWords:
    """One outline's own words. `seeks`, `offers`: things one by one; `does`: its title and the sentences about its
    work. What it seeks stands in none of the other two."""

    seeks: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    does: tuple[str, ...] = ()


NOTHING = OwnWords()


def said_by(outline: Outline) -> OwnWords:
    """Read one outline: its fields for what is sought and offered where they are filled, else its text."""
    read = read_statements(
        outline.text, seeks=outline.seeks, offers=outline.offers, language=outline.language
    )
    return OwnWords(
        tuple(dict.fromkeys(need.text for need in read.stated)),
        tuple(dict.fromkeys(offer.text for offer in read.offers)),
        tuple(dict.fromkeys((outline.title, *read.topic))),
    )
