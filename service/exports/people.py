"""How are outlines named in a file? By title, organisation and state, those who left included."""

from collections.abc import Iterable

from data.countries import eu_or_unknown
from matcher.overall.project import Ground, Link, OverallProject, Person

FICTIONAL = "Fictional demo call: its outlines and organisations are invented."


NEAR_TEXTS = "Where no reason is given, the whole texts of both outlines are near to each other."
"""Said once, where reasons are shown."""


class OutlineLabels:
    """What each outline of one proposal is called: title, organisation, state."""

    def __init__(self, project: OverallProject) -> None:
        gone = project.changes.gone if project.changes else ()
        self._owners = {person.outline: person for person in gone}
        self._owners |= {
            p.outline: Person(p.outline, p.title, p.name, p.country) for p in project.participants
        }
        self._organisations = {p.organisation: p.name for p in project.participants}

    def named(self, outline: str) -> str:
        """Title (organisation, state)."""
        person = self._owners.get(outline)  # type: ignore[call-overload]
        return f"{person.title} ({self.owner(outline)})" if person else outline

    def owner(self, outline: str) -> str:
        """Organisation, state."""
        person = self._owners.get(outline)  # type: ignore[call-overload]
        return f"{person.name}, {eu_or_unknown(person.country)}" if person else outline

    def organisation(self, ident: str) -> str:
        """An organisation's name by its id."""
        return self._organisations.get(ident, ident)

    def all(self, outlines: Iterable[str]) -> str:
        """Several outlines, a semicolon between them."""
        return "; ".join(map(self.named, outlines))

    def pair(self, pair: Iterable[str]) -> str:
        """Two outlines that are, were or could be linked."""
        return " – ".join(map(self.named, pair))

    def grounds(self, link: Link) -> str:
        """Why the two of a link should work together, the strongest ground first; "" where only the whole texts are
        near, which is said once for all links."""
        return "; ".join(self._ground(ground) for ground in link.why if ground.name != "topic")

    def _ground(self, ground: Ground) -> str:
        evidence = ground.evidence
        if evidence.seeker is None or evidence.supplier is None:
            return ground.text
        seeker, supplier = (
            self.owner(end).rsplit(", ", 1)[0] for end in (evidence.seeker, evidence.supplier)
        )
        return f"{seeker} seeks “{evidence.seeks}”; {supplier} brings “{evidence.offers}”"
