"""Whom or what does somebody mean who types a name, an id or "Name (CODE)"? The one place that decides it."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from data.countries import country_name, to_eu
from data.country_names import code_of
from data.errors import Ambiguous, BadInput, Choice, NotFound
from data.model import OrganisationId, OutlineId
from data.readers import Reader
from data.store import Store

CHOICES = 12
"""So many records are offered where several fit."""
_NAMELESS = re.compile(r"^organi[sz]ation\s+(?P<code>\S*\d\S*)$", re.IGNORECASE)
_CODE_BEHIND_NAME = re.compile(r"^(?P<name>.*\S)\s*\((?P<code>[^\s()]+)\)$")

_WITHDRAWN = "{what} {id!r} was withdrawn on {day}; `konsort {what} restore {id}` brings it back"


@dataclass(frozen=True, slots=True)
class Resolver:
    """Finds organisations, outlines and countries by what people type. Hidden outlines are not found."""

    store: Store
    unknown: Callable[[], Collection[str]] = frozenset
    """The organisations that whoever asks at the moment does not know of."""

    def organisation(self, words: str, *, withdrawn: bool = False) -> OrganisationId:
        """Return the organisation with that id, that very name, or a name that only one has.

        `withdrawn`: one that is withdrawn is known too. Raises NotFound, or Ambiguous with the choices, where several
        fit.
        """
        unknown = self.unknown()
        candidates = [ident for ident in _ids_in(words) if ident not in unknown]
        known = self.store.organisations(candidates)
        for ident in candidates:
            if one := known.get(OrganisationId(ident)):
                if one.withdrawn and not withdrawn:
                    raise NotFound(_WITHDRAWN.format(what="organisation", id=ident, day=one.withdrawn))
                return one.id
        fits = [
            one
            for one in self.store.find_organisations(words, limit=CHOICES, without=unknown)
            if withdrawn or one.withdrawn is None
        ]
        named = [one for one in fits if one.label.casefold() == words.strip().casefold()]
        if len(fits) == 1 or len(named) == 1:
            return (named or fits)[0].id
        if not fits:
            raise NotFound(
                f"no organisation has the id or the name {words!r}; try a part of its name, or its participant code"
            )
        choices = tuple(Choice(one.id, one.label, one.country, one.fictional) for one in fits)
        raise Ambiguous(
            f"{words!r} fits several organisations, give an id: {_listed(choices)}",
            choices=choices,
        )

    def organisations(self, words: Iterable[str]) -> tuple[OrganisationId, ...]:
        """Return the organisations that are meant, in the order given."""
        return tuple(self.organisation(word) for word in words)

    def outline(
        self, reader: Reader, words: str, *, call: str | None = None, withdrawn: bool = False
    ) -> OutlineId:
        """Return the outline with that id or that very title, of one call or of any; hidden ones are not known.

        `withdrawn`: one that is withdrawn is known too.
        """
        candidates = _ids_in(words)
        heads = self.store.outline_heads(ids_or_title=(*candidates, words.strip()), call=call)
        visible = [head for head in heads if reader.may_see(head)]
        standing = [head for head in visible if withdrawn or head.withdrawn is None]
        if visible and not standing:
            head = visible[0]
            raise NotFound(_WITHDRAWN.format(what="outline", id=head.id, day=head.withdrawn))
        visible = standing
        for ident in candidates:
            if any(head.id == ident for head in visible):
                return OutlineId(ident)
        if len(visible) == 1:
            return visible[0].id
        if visible:
            choices = tuple(Choice(head.id, head.title, head.country) for head in visible)
            raise Ambiguous(
                f"{words!r} fits several outlines, give an id: {_listed(choices)}", choices=choices
            )
        where = f" --call {call}" if call else ""
        raise NotFound(f"no outline has the id or the title {words!r}; `konsort outlines{where}` lists them")

    def those_of_call(self, reader: Reader, text: str, *, call: str) -> tuple[str, ...]:
        """Return all that a line of a what-if names, with commas or semicolons between, or blanks between ids."""
        named: list[str] = []
        for part in filter(None, (part.strip() for part in re.split(r"[,;\n]", text))):
            try:
                named.append(self.member_of_call(reader, part, call=call))
            except BadInput:
                words = part.split()
                if len(words) == 1:
                    raise
                named += [self.member_of_call(reader, word, call=call) for word in words]
        return tuple(dict.fromkeys(named))

    def member_of_call(self, reader: Reader, words: str, *, call: str) -> str:
        """Return what a what-if names: an outline of the call, an organisation, or a country as its ISO code."""
        tries: Sequence[Callable[[], str]] = (
            lambda: self.outline(reader, words, call=call),
            lambda: country(words),
            lambda: self.organisation(words),
        )
        for attempt in tries:
            try:
                return attempt()
            except (NotFound, BadInput):
                continue
        raise BadInput(
            f"{words!r} is no outline, organisation or country of call {call}; `konsort outlines --call {call}` "
            "lists them"
        )


def country(words: str) -> str:
    """Return the ISO 3166 code of a country: a code of either style (EL, GR), a name, or "Name (CODE)".

    >>> country("EL"), country("France"), country("Deutschland (DE)")
    ('GR', 'FR', 'DE')
    """
    match = _CODE_BEHIND_NAME.match(words.strip())
    for word in (words, *((match["name"], match["code"]) if match else ())):
        if code := code_of(word):
            return code
    raise BadInput(f"unknown country {words!r}; give two letters, as in DE, FR or EL, or its name")


def label_of_country(code: str) -> str:
    """Return a country as people read it: its name with the code in EU style.

    >>> label_of_country("GR")
    'Greece (EL)'
    """
    return f"{country_name(code)} ({to_eu(code)})"


def without_word(text: str) -> str:
    """Return the code alone of one who has no name and is shown as "Organisation CODE"; any other text as it is.

    >>> without_word("Organisation 933457482"), without_word("Organisation Metal")
    ('933457482', 'Organisation Metal')
    """
    match = _NAMELESS.match(text.strip())
    return match["code"] if match else text


def _ids_in(words: str) -> tuple[str, ...]:
    """What may be an id in what was typed: all of it, or what stands in brackets behind a name or after a word."""
    words = without_word(words)
    match = _CODE_BEHIND_NAME.match(words.strip())
    return (words.strip(), match["code"]) if match else (words.strip(),)


def _listed(choices: Iterable[Choice]) -> str:
    return "; ".join(f"{choice.id} {choice.name}" for choice in list(choices)[:5])
