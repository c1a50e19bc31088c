"""Among whom is sought: among real organisations, fictional ones, or fictional ones with one's own records among them?

Real and fictional organisations never meet in one consortium, but for one case: somebody who brings an own record into
the demonstration call rehearses there. The own record is then the only real one, and the answer says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from data.calls import CallProfile
from data.errors import BadInput, NotReady
from data.model import OrganisationId
from matcher.suggest.eligible import Eligible
from matcher.suggest.knowledge import Knowledge

FEW = 2
"""Fewer real organisations than this make no consortium: who is alone rehearses among the fictional ones."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Which sort of organisations is sought, and whose own records stand among fictional ones."""

    fictional: bool
    own: tuple[OrganisationId, ...] = ()

    def among(self, others: Iterable[OrganisationId], knowledge: Knowledge) -> "Surroundings":
        """The same, with these real organisations among fictional ones, where fictional ones are sought."""
        real = [ident for ident in others if not knowledge.organisation(ident).fictional]
        return replace(self, own=tuple(dict.fromkeys((*self.own, *real)))) if self.fictional else self

    def field(self, knowledge: Knowledge) -> Eligible:
        """Return who is eligible."""
        return knowledge.field(fictional=self.fictional, beside=self.own)

    def notes(self, knowledge: Knowledge) -> tuple[str, ...]:
        """Say that it is a rehearsal, where it is one."""
        if not self.own:
            return ()
        names = ", ".join(knowledge.organisation(ident).label for ident in self.own)
        many = len(self.own) > 1
        return (
            f"Your record{'s' if many else ''} ({names}) {'are' if many else 'is'} real, the surroundings are "
            "fictional: all others here are invented, so this is a rehearsal and no proposal.",
        )


def surroundings(
    named: Iterable[OrganisationId | None], knowledge: Knowledge, *, profile: CallProfile | None = None
) -> Surroundings:
    """Return among whom a question about these organisations is answered. `profile`: the call, where there is one.

    A fictional call has fictional organisations, and with them those real ones that are named; so has a question
    without a call by somebody whose outline is for a fictional call, or in a store with hardly any real ones.
    Raises BadInput where a real call's question names both sorts, NotReady for an empty store.
    """
    population = knowledge.population
    if not population.ids:
        raise NotReady(
            "the store has no organisations yet; run `konsort import cordis FILE` or `konsort demo`"
        )
    known = dict.fromkeys(ident for ident in named if ident is not None)
    real = tuple(ident for ident in known if not knowledge.organisation(ident).fictional)
    invented = len(real) < len(known)
    if profile is not None and profile.fictional:
        return Surroundings(True, real)
    if real and profile is None and any(_in_fictional_call(ident, knowledge) for ident in real):
        return Surroundings(True, real)
    if _hardly_any_real(knowledge):
        return Surroundings(True, real)
    if real and invented:
        raise BadInput("the request names real and fictional organisations; a consortium has one sort only")
    return Surroundings(invented)


def _hardly_any_real(knowledge: Knowledge) -> bool:
    fictional = knowledge.population.fictional
    return bool(fictional.any() and (~fictional).sum() < FEW)


def _in_fictional_call(ident: OrganisationId, knowledge: Knowledge) -> bool:
    calls = {outline.call for outline in knowledge.outlines.values() if outline.organisation == ident}
    return any(call in knowledge.profiles and knowledge.profiles[call].fictional for call in calls)
