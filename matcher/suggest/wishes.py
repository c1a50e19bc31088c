"""Who would fulfil a wish such as "2:municipal"? By record, by what a name tells, or perhaps: nobody recorded it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from data.countries import FACTS_AS_OF, country_name, to_eu, to_iso
from data.demands import Layer, MustHave, Selector
from data.errors import BadInput
from data.model import Kind, Organisation, OrganisationId
from data.organisation_types import answering, organisation_types, type_called
from data.published import derived
from matcher.needs.name_types import LIKELY
from matcher.solver.facts import KINDS, Facts
from matcher.solver.select import MAYBE, YES, pick
from matcher.suggest.eligible import Eligible
from matcher.suggest.knowledge import Knowledge
from matcher.suggest.reasons import Reason
from matcher.suggest.type_table import types_of

TYPES_OF: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        Kind.MUNICIPAL: ("municipality", "region"),
        Kind.PUBLIC: ("ministry", "public_agency", "municipality", "region", "police", "fire_service"),
        Kind.UNIVERSITY: ("university",),
        Kind.RESEARCH: ("research_institute",),
    }
)
"""The types that make a kind likely where another is recorded, or none: CORDIS files a town under public bodies."""
WORDS: Mapping[Kind, tuple[str, str, str]] = MappingProxyType(
    {
        Kind.LARGE: ("large company", "large companies", "size"),
        Kind.SME: ("SME", "SMEs", "size"),
        Kind.COMPANY: ("company", "companies", "kind"),
        Kind.UNIVERSITY: ("university", "universities", "kind"),
        Kind.RESEARCH: ("research body", "research bodies", "kind"),
        Kind.PUBLIC: ("public body", "public bodies", "kind"),
        Kind.MUNICIPAL: ("municipal body", "municipal bodies", "level of government"),
        Kind.OTHER: ("other body", "other bodies", "kind"),
    }
)
"""One, several, and the fact that is asked for where it is not recorded."""


COUNTRY = "country"
"""The fact of a wish for a country."""


@dataclass(frozen=True, slots=True)
class WishAnswer:
    """How a wish for a country, a kind or a type was understood. Numbers are of the candidates."""

    wish: str
    """As it was asked, such as 2:sme."""
    recorded: int
    """Who is recorded to be so."""
    inferred: int
    """Who is told to be so by name or profile alone."""
    open: int
    """Who may be so: the fact is not recorded."""
    counts_open: bool
    """Whether these count for the wish too, because without them it could not be kept."""
    complete: bool
    """Whether records tell who fulfils it. Else names and profiles do, and others may of whom nothing tells it."""
    words: str
    fact: str

    @derived
    def text(self) -> str:
        """What the store knows of it and what was done, in words."""
        known = [f"recorded of {self.recorded or 'nobody'}"]
        if self.inferred:
            known.append(
                f"told of {self.inferred}{' more' * (self.recorded > 0)} by name or profile (inferred)"
            )
        text = f"{self.words[:1].upper()}{self.words[1:]}: {', '.join(known)}."
        if self.counts_open:
            text += f" So {self.open} whose {self.fact} is not recorded may count, too: ask those who are in."
        return text


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """At least so many of a country, a kind or a type, and who of n candidates fulfils it.

    `recorded`, `inferred`, `open`: (n,) bool, nobody in two of them; `types`: those by which it is inferred; `fact`:
    what is asked of an open one. `complete`: False where names alone tell it, so that nobody knows who else fulfils it.
    """

    least: int
    of: str
    words: str
    fact: str
    types: tuple[str, ...]
    recorded: np.ndarray
    inferred: np.ndarray
    open: np.ndarray
    complete: bool

    @property
    def id(self) -> str:
        """The id of its demand, which a conflict names."""
        return f"want:{self.least}:{self.of}"

    @property
    def known(self) -> np.ndarray:
        """(n,) bool: who fulfils it by record or by inference."""
        known: np.ndarray = self.recorded | self.inferred
        return known

    def short(self, rows: Sequence[int] | None = None) -> bool:
        """Whether too few candidates, or of those at `rows`, are known to fulfil it while others may."""
        known = self.known if rows is None else self.known[list(rows)]
        return bool(known.sum() < self.least and self.open.any())

    def counted(self, *, open_too: bool) -> np.ndarray:
        """Return (n,) bool: who counts for it."""
        return self.known | self.open if open_too else self.known

    def demand(self, ids: Sequence[OrganisationId], *, open_too: bool) -> MustHave:
        """Return it as a demand on these candidates, so that a conflict can name it."""
        chosen = np.flatnonzero(self.counted(open_too=open_too)).tolist()
        return MustHave(
            id=self.id,
            text=self.words,
            source="your request",
            layer=Layer.USER,
            organisations=tuple(ids[row] for row in chosen),
            at_least=self.least,
        )

    def answer(self, *, open_too: bool) -> WishAnswer:
        """Tell how it was understood."""
        return WishAnswer(
            wish=f"{self.least}:{self.of}",
            recorded=int(self.recorded.sum()),
            inferred=int(self.inferred.sum()),
            open=int(self.open.sum()),
            counts_open=open_too,
            complete=self.complete,
            words=self.words,
            fact=self.fact,
        )

    def reason(self, organisation: Organisation, row: int, *, open_too: bool) -> Reason | None:
        """Return why a member counts for it where that is no recorded fact; None where it is, or where it does not."""
        evidence = (f"organisation:{organisation.id}",)
        if self.inferred[row]:
            ground = next(ground for ground in types_of(organisation) if ground.type in answering(self.types))
            label = organisation_types()[ground.type].label
            return Reason(
                "counts",
                ground.share,
                evidence,
                (self.words, f"its {ground.source}, “{ground.words}”", label),
            )
        if open_too and self.open[row]:
            return Reason("may-count", 0.0, evidence, (self.words, self.fact))
        return None


def wish_of(least: int, of: str, chosen: Eligible, knowledge: Knowledge) -> Wish:
    """Read a wish for a kind, a country (two letters) or a type of organisations. Raises BadInput where it is none."""
    word = of.strip().casefold()
    if word in set(Kind):
        return _of_kind(least, Kind(word), chosen, knowledge)
    code = to_iso(of)
    if country_name(code) != to_eu(code):
        return _of_country(least, of, code, chosen.facts)
    if (ident := type_called(word)) is not None:
        label = organisation_types()[ident].label
        nobody = np.zeros(len(chosen.ids), bool)
        inferred = _inferred((ident,), chosen, knowledge)
        words = f"at least {least} of the type {label}"
        return Wish(least, of, words, "type", (ident,), nobody, inferred, nobody, complete=False)
    raise BadInput(
        f"{of!r} is neither a country nor a kind nor a type of organisations; kinds are {', '.join(Kind)}"
    )


def _of_kind(least: int, kind: Kind, chosen: Eligible, knowledge: Knowledge) -> Wish:
    facts = chosen.facts
    recorded, open_ = _by_record(kind, facts)
    types = TYPES_OF.get(kind, ())
    inferred = _inferred(types, chosen, knowledge) & ~recorded
    if kind is Kind.MUNICIPAL and not recorded.any():
        # Such a store does not tell towns from other public bodies: any of these may be one.
        open_ = open_ | (facts.kind == KINDS.index(Kind.PUBLIC))
    one, several, fact = WORDS[kind]
    words = f"at least {least} {one if least == 1 else several}"
    return Wish(least, kind.value, words, fact, types, recorded, inferred, open_ & ~inferred, not types)


def _by_record(kind: Kind, facts: Facts) -> tuple[np.ndarray, np.ndarray]:
    """(n,) who is recorded to be of a kind, (n,) who may be. An SME is a company by kind, or by its flag any body."""
    if kind is not Kind.SME:
        answer = _pick(Selector(kinds=(kind,)), facts)
        return answer == YES, answer == MAYBE
    flagged = _pick(Selector(sme=True), facts)
    may = np.isin(facts.kind, [-1, KINDS.index(Kind.COMPANY)])
    return flagged == YES, (flagged == MAYBE) & may


def _pick(selector: Selector, facts: Facts) -> np.ndarray:
    return pick(selector, facts, FACTS_AS_OF, None)


def _of_country(least: int, of: str, code: str, facts: Facts) -> Wish:
    known = [place for place, country in enumerate(facts.countries) if country == code]
    recorded = np.isin(facts.country, known)
    return Wish(
        least,
        of,
        f"at least {least} from {of}",
        COUNTRY,
        (),
        recorded,
        np.zeros(len(recorded), bool),
        facts.country < 0,
        complete=True,
    )


def _inferred(types: Sequence[str], chosen: Eligible, knowledge: Knowledge) -> np.ndarray:
    """(n,) bool: whose name or profile tells one of these types, and no recorded kind speaks against it."""
    share: np.ndarray = knowledge.types.share(types)[chosen.places]
    return share >= LIKELY
