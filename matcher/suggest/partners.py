"""What does an organisation look for, which partner would help it meet a call's rules, and why is it ranked?"""

from collections.abc import Sequence

import numpy as np

from data.calls import CallProfile
from data.errors import BadInput
from data.model import Organisation, OrganisationId
from graph.rules.members import member_of
from graph.rules.rules import Answer, RuleAnswer, check
from matcher.needs.read import Statements
from matcher.ranking.query import Contribution, Query
from matcher.suggest.answers import PartnersRequest
from matcher.suggest.candidates import Candidates
from matcher.suggest.knowledge import Knowledge
from matcher.suggest.reading import Reading, read, understand
from matcher.suggest.reasons import Reason, reasons_for, shortened, title_of
from matcher.suggest.verdict import ownership_among

CURE = 0.1
"""What each rule that a partner helps to meet adds to its score."""
SEEN = 500
"""So many of the best candidates are looked at for one organisation."""
QUOTED = 2
"""So many past projects are told with the sentence of the question that they are nearest to."""
NEAR = 0.2
"""From this value on (cosine of centred vectors) a past project is told as a ground."""
_ORDER = {Answer.BROKEN: 0, Answer.UNKNOWN: 1, Answer.MET: 2}


def own_reading(
    asker: Organisation | None, text: str | None, knowledge: Knowledge, *, call: str | None = None
) -> tuple[Statements, Reading]:
    """Read what somebody says of itself: a text, else its outlines (of the call, if any is), else its profile.

    Raises BadInput where it says nothing: whom it needs cannot be told from the titles of calls it took part in.
    """
    if text is not None:
        return _read(text, None, asker, knowledge)
    if asker is None:
        raise BadInput("say whose partners are sought: an organisation, a text, or both")
    outlines = [outline for outline in knowledge.outlines.values() if outline.organisation == asker.id]
    chosen = [outline for outline in outlines if outline.call == call] or outlines
    if chosen:
        seeks = "\n".join(outline.seeks for outline in chosen if outline.seeks) or None
        return _read("\n".join(outline.full_text for outline in chosen), seeks, asker, knowledge)
    if asker.profile:
        return _read(asker.profile, None, asker, knowledge)
    raise BadInput(
        f"the store holds no text by {asker.label}: neither a profile nor an outline says what it does and whom it "
        "seeks, and the calls it took part in do not tell. Paste some sentences (`konsort partners ORG --text FILE`, "
        "`--text -` for input), or import a profile (`konsort import organisations FILE`)"
    )


def _read(
    text: str, seeks: str | None, asker: Organisation | None, knowledge: Knowledge
) -> tuple[Statements, Reading]:
    statements = understand(text, seeks=seeks, author=asker)
    return statements, read(text, knowledge.search, statements=statements)


def wanted(
    request: PartnersRequest, candidates: Candidates, scores: np.ndarray, knowledge: Knowledge
) -> list[int]:
    """Return the rows of those whom a request lets in, the best first, at most SEEN; ties by id."""
    asker = request.organisation
    acquainted = knowledge.network.ties_of(asker) if request.new_only and asker is not None else {}
    rows = []
    for row in np.lexsort((np.array(candidates.ids), -scores)):
        ident = candidates.ids[row]
        away = request.countries and knowledge.organisation(ident).country not in request.countries
        if ident != request.organisation and ident not in acquainted and not away:
            rows.append(int(row))
            if len(rows) == SEEN:
                break
    return rows


def grounds(
    query: Query,
    partners: Sequence[OrganisationId],
    reading: Reading,
    candidates: Candidates,
    knowledge: Knowledge,
) -> list[tuple[Reason, ...]]:
    """Return each partner's reasons: what it covers, its texts, ties and record, and what the ranking saw in it.

    Of the latter, past projects are told with the sentence of the question that each is nearest to; a project that is
    told that way is not told a second time without.
    """
    answers = []
    team = query.on_board
    for partner, contributions in zip(partners, knowledge.ranker.explain(query, partners), strict=True):
        quoted = _quoted(contributions, knowledge)
        named = {entry for reason in quoted for entry in reason.evidence}
        others = [
            reason
            for reason in reasons_for(partner, team, reading, candidates, knowledge)
            if reason.name != "worked-on" or not named.intersection(reason.evidence)
        ]
        answers.append((*others, *quoted))
    return answers


def _quoted(contributions: Sequence[Contribution], knowledge: Knowledge) -> tuple[Reason, ...]:
    """The strongest contributions that quote a sentence, each project once."""
    kinds = {"topic": "took-part", "text": "took-part", "beside": "stands-beside"}
    best: dict[str, Contribution] = {}
    for one in sorted(contributions, key=lambda one: (-one.value, one.project or "")):
        if one.kind in kinds and one.project and one.sentence and one.value >= NEAR:
            best.setdefault(f"project:{one.project}", one)
    return tuple(
        Reason(
            kinds[one.kind],
            one.value,
            (entry,),
            (title_of(entry, knowledge), shortened(one.sentence or "")),
        )
        for entry, one in list(best.items())[:QUOTED]
    )


def cures(
    profile: CallProfile, asker: Organisation | None, partner: Organisation, knowledge: Knowledge
) -> tuple[Reason, ...]:
    """Return a reason for each hard rule to which the partner brings the asker nearer; () where it helps with none."""
    present = () if asker is None else (member_of(asker),)
    alone = {rule.id: rule for rule in check(profile, present).rules}
    members = (*present, member_of(partner))
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
