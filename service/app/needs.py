"""What does a question say is sought? What is written of a need becomes the matcher's record; words tell the rest."""

from collections.abc import Sequence
from dataclasses import replace

from data.errors import BadInput, KonsortError
from matcher.needs.places import Where
from matcher.needs.read import Need, labels_of, read_need
from matcher.needs.type_names import type_named
from service.app.question import NeedAsked
from service.app.resolve import country


def needs_of(written: Sequence[NeedAsked], *, language: str | None = None) -> tuple[Need, ...]:
    """Return what is sought, in the order given. `language`: of the outline, to read words by.

    Raises BadInput, naming the need, for a type or country that nobody knows, and for a need that says nothing.
    """
    needs = []
    for place, need in enumerate(written, start=1):
        try:
            needs.append(need_of(need, language=language))
        except KonsortError as error:
            words = f" (“{need.text}”)" if need.text else ""
            raise BadInput(f"need {place}{words}: {error}") from error
    return tuple(needs)


def need_of(written: NeedAsked, *, language: str | None = None) -> Need:
    """Return one need: what is said of it, and what is not said as its words tell it."""
    types = None if written.types is None else tuple(dict.fromkeys(map(type_named, written.types)))
    text = " ".join(written.text.split()) or " or ".join(labels_of(types or ()))
    if not text:
        raise BadInput("it has neither words nor a type; write what is sought, or name a type")
    read = read_need(text, language=language)
    places = Where(
        countries=_countries(written.countries, read.where.countries),
        not_from=_countries(written.not_from, read.where.not_from),
        abroad=read.where.abroad if written.abroad is None else written.abroad,
        different=read.where.different if written.different is None else written.different,
    )
    return replace(
        read,
        text=text,
        types=read.types if types is None else types,
        number=read.number if written.number is None else written.number,
        where=places,
        must=read.must if written.must is None else written.must,
        start=0,
        end=len(text),
    )


def _countries(written: Sequence[str] | None, read: tuple[str, ...]) -> tuple[str, ...]:
    return read if written is None else tuple(dict.fromkeys(map(country, written)))
