"""Which type of organisations does somebody mean who writes its id, its label or a word for it in any EU language?"""

import difflib
from functools import cache

from data.errors import BadInput
from data.organisation_types import organisation_types
from matcher.needs.name_types import mentions
from matcher.needs.phrases import tokens_of

NEAR = 4
"""So many types are offered where none is called so."""


def type_named(words: str) -> str:
    """Return the id of the type that is meant. Raises BadInput where none is, or several are.

    >>> type_named("grid_operator"), type_named("Grid operator"), type_named("Schiffswerft"), type_named("λιμάνι")
    ('grid_operator', 'grid_operator', 'shipyard', 'port')
    """
    written = _plain(words)
    if ident := _by_name().get(written):
        return ident
    spoken = mentions(words)
    whole = max((mention.end - mention.start for mention in spoken), default=0)
    meant = sorted({mention.type for mention in spoken if mention.end - mention.start == whole})
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise BadInput(f"{words!r} may be {_listed(meant)}; write one of them")
    near = [_by_name()[name] for name in difflib.get_close_matches(written, _by_name(), 2 * NEAR, 0.65)]
    offered = f"near are {_listed(list(dict.fromkeys(near))[:NEAR])}; " if near else ""
    raise BadInput(
        f"no type of organisations is called {words!r}; {offered}the list of types (`konsort types`) has them all"
    )


def _listed(types: list[str]) -> str:
    return ", ".join(f"“{organisation_types()[ident].label}”" for ident in types)


def _plain(words: str) -> str:
    return " ".join(token.text for token in tokens_of(words.replace("_", " ")))


@cache
def _by_name() -> dict[str, str]:
    """Ids and labels, folded; an id before a label."""
    types = organisation_types().values()
    return {_plain(one.label): one.id for one in types} | {_plain(one.id): one.id for one in types}
