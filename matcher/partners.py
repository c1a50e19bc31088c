"""What does an organisation look for, and which partner would help it meet a call's rules?"""

import numpy as np

from data.calls import CallProfile
from data.model import Organisation
from graph.rules import Answer, RuleAnswer, check
from matcher.answers import PartnersRequest
from matcher.candidates import Candidates
from matcher.explain import Reason
from matcher.knowledge import Knowledge, member_of
from matcher.reading import Reading, read
from matcher.rules import ownership_among

CURE = 0.1
"""What each rule that a partner helps to meet adds to its score."""
SEEN = 500
"""So many of the best candidates are looked at for one organisation."""
_ORDER = {Answer.BROKEN: 0, Answer.UNKNOWN: 1, Answer.MET: 2}


def own_reading(organisation: Organisation, knowledge: Knowledge, *, call: str | None = None) -> Reading:
    """Read what an organisation wrote itself, its outlines (of the call, if it has one there) before its profile.

    Where it wrote nothing, its past projects speak: a reading without aspects, whose vector is their mean.
    """
    outlines = [o for o in knowledge.outlines.values() if o.organisation == organisation.id]
    chosen = [o for o in outlines if o.call == call] or outlines
    if chosen:
        text = "\n".join(o.full_text for o in chosen)
        return read(text, knowledge.search, seeks="\n".join(o.seeks for o in chosen if o.seeks) or None)
    if organisation.profile:
        return read(organisation.profile, knowledge.search)
    row = knowledge.roster.speaks[[knowledge.roster.places[organisation.id]]]
    mean = (
        row.data @ knowledge.roster.vectors[row.indices]
        if row.nnz
        else np.zeros(knowledge.roster.vectors.shape[1])
    )
    length = float(np.linalg.norm(mean))
    vector = (mean / length if length else mean).astype(np.float32)
    return Reading(
        text="", vector=vector, source=None, aspects=(), aspect_vectors=np.zeros((0, vector.size), np.float32)
    )


def wanted(
    request: PartnersRequest, candidates: Candidates, scores: np.ndarray, knowledge: Knowledge
) -> list[int]:
    """Return the rows of those whom a request lets in, the best first, at most SEEN; ties by id."""
    acquainted = knowledge.network.ties_of(request.organisation) if request.new_only else {}
    rows = []
    for row in np.lexsort((np.array(candidates.ids), -scores)):
        ident = candidates.ids[row]
        away = request.countries and knowledge.organisation(ident).country not in request.countries
        if ident != request.organisation and ident not in acquainted and not away:
            rows.append(int(row))
            if len(rows) == SEEN:
                break
    return rows


def cures(
    profile: CallProfile, asker: Organisation, partner: Organisation, knowledge: Knowledge
) -> tuple[Reason, ...]:
    """Return a reason for each hard rule to which the partner brings the asker nearer; () where it helps with none."""
    alone = {rule.id: rule for rule in check(profile, [member_of(asker)]).rules}
    members = (member_of(asker), member_of(partner))
    both = check(profile, members, ownership=ownership_among(members, knowledge)).rules
    if any(rule.kind == "hard" and _worse(alone[rule.id], rule) for rule in both if rule.id in alone):
        return ()
    return tuple(
        Reason("cures", 1.0, (f"organisation:{partner.id}",), (f"{rule.id} ({rule.text})",))
        for rule in both
        if rule.kind == "hard" and rule.id in alone and _nearer(alone[rule.id], rule)
    )


def _worse(before: RuleAnswer, after: RuleAnswer) -> bool:
    return _ORDER[after.answer] < _ORDER[before.answer]


def _nearer(before: RuleAnswer, after: RuleAnswer) -> bool:
    if _ORDER[after.answer] > _ORDER[before.answer]:
        return True
    numbers = (before.found, after.found)
    counted = all(isinstance(number, int | float) for number in numbers)
    return counted and after.answer is not Answer.MET and after.found > before.found  # type: ignore[operator]
