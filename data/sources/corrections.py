"""Which outline of the same sender does a row without an id correct?"""

import difflib
import hashlib
import re
from collections.abc import Iterable

from data.model import OrganisationId, Outline, OutlineId
from data.sources.spelling import plain

MADE_ID = "out-"
"""How the ids begin that the importer makes."""
_SAME_TEXT, _SAME_TITLE = 0.9, 0.6
"""How like each other texts and titles are at least (Ratcliff and Obershelp), where the words were corrected."""


class Earlier:
    """The outlines of a call that came in without an id of their own."""

    def __init__(self, outlines: Iterable[Outline]) -> None:
        self._by_sender: dict[OrganisationId, dict[OutlineId, Outline]] = {}
        for outline in outlines:
            if outline.id.startswith(MADE_ID):
                self._by_sender.setdefault(outline.organisation, {})[outline.id] = outline

    def of(self, made: str, sender: OrganisationId, title: str, text: str) -> OutlineId:
        """Return the id of the outline that is this one: the id made from it, or of the one nearly like it.

        Each earlier outline is found once. Where two are alike, none is meant.
        """
        known = self._by_sender.get(sender, {})
        if made in known:
            del known[OutlineId(made)]
            return OutlineId(made)
        alike = [outline for outline in known.values() if _is_corrected(outline, title, text)]
        if len(alike) != 1:
            return OutlineId(made)
        del known[alike[0].id]
        return alike[0].id


def _is_corrected(outline: Outline, title: str, text: str) -> bool:
    if re.findall(r"\d+", outline.title) != re.findall(r"\d+", title):
        return False  # part 1 is not part 2
    return _ratio(outline.text, text) >= _SAME_TEXT and _ratio(outline.title, title) >= _SAME_TITLE


def _ratio(one: str, other: str) -> float:
    one, other = plain(one), plain(other)
    return 1.0 if one == other else difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def made_id(call: str, organisation: str, title: str) -> str:
    """Return the id of an outline that has none: the same for the same call, sender and title."""
    digest = hashlib.sha256(f"{call}|{organisation}|{title}".encode()).hexdigest()
    return f"{MADE_ID}{digest[:12]}"
