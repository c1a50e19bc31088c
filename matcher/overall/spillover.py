"""Whose results could others use? Outlines that say so themselves, with the sentence that says it: candidates only.

That there will be spill-overs beyond the participants and their states, only a person can confirm.
"""

import re
from collections.abc import Iterable

from data.model import Outline
from matcher.overall.project import Spillover
from matcher.overall.said import OwnWords

_OPEN = re.compile(
    r"""
    open[ -]sourc\w* | open[ -]hardware | quelloffen\w*
    | \boffene[mnrs]?\b\s\w*(?:schnittstelle|daten|referenz|bibliothek)\w*
    | code\ ouvert | logiciels?\ libres?\b | \blibre\s\w+\s | c[oó]digo\s(?:abierto|aberto) | codice\ aperto
    | architettura\ aperta | a\ codice\ aperto | otwart\w+\s\w*(?:kod|źród|interfejs)\w* | \bopen[ -]?broncode
    | otevřen\w+\s\w+ | nyílt\s(?:forrás\w*|\w+) | surs[ăa]\ deschis[ăa] | avoi\w+\s(?:lähde\w*|rajapin\w*)
    | öppen\s(?:källkod|programvara) | ανοι[κχ]τ\w+\s\w+ | odprt\w+\s(?:kod\w*|vir\w*)
    | reusable\ by | can\ be\ (?:re)?used\ by\ others | nachnutz\w* | réutilisable\w* | riutilizzabil\w*
    | pueden\ reutilizar | hergebruik\w* | využijí\ i\ ostatní | open\ data ?sets? | offene\ datensätze
    """,
    re.VERBOSE | re.IGNORECASE,
)


def spillovers(outlines: Iterable[tuple[Outline, OwnWords]]) -> tuple[Spillover, ...]:
    """Return who says that others can use a result, each with the first sentence that says so.

    >>> from data.model import CallId, OrganisationId, OutlineId
    >>> made = Outline(OutlineId("o1"), CallId("c"), "Radios", "x", OrganisationId("g"), "IE")
    >>> spillovers([(made, OwnWords(does=("Radios", "The firmware will be open source.")))])
    (Spillover(outline='o1', quote='The firmware will be open source.'),)
    """
    candidates = []
    for outline, said in outlines:
        quote = next((words for words in (*said.does, *said.offers) if _OPEN.search(words)), None)
        if quote is not None:
            candidates.append(Spillover(outline.id, quote))
    return tuple(candidates)
