"""Which candidates does a selector pick: surely, perhaps, or not? The columns' twin of `graph.rules.members.fits`."""

import datetime as dt

import numpy as np

from data.countries import countries_of
from data.demands import COORDINATOR, UNCOUNTED_ROLES, Selector, plain_role
from data.model import Kind
from matcher.solver.facts import KINDS, Facts

YES, MAYBE, NO = np.int8(1), np.int8(0), np.int8(-1)

_COMPANIES = (Kind.LARGE, Kind.SME, Kind.COMPANY)
_NEVER_SME = (Kind.LARGE, Kind.PUBLIC, Kind.MUNICIPAL)
_GENERAL_ROLES = (None, "participant", COORDINATOR)
_FUNCTIONS = frozenset({"labour-market-actor", "education-provider", "vocational-provider"})


def pick(selector: Selector, facts: Facts, on: dt.date, pillar: str | None) -> np.ndarray:
    """Return (n,) int8: YES, MAYBE (a fact is missing) or NO for each candidate."""
    answer = np.full(len(facts), YES)
    _limit(answer, _by_role(selector, facts))
    if selector.countries:
        _limit(answer, _inside(selector.countries, facts, on, pillar))
    if selector.not_countries:
        _limit(answer, -_inside(selector.not_countries, facts, on, pillar))
    if selector.kinds:
        _limit(answer, _of_kind(selector.kinds, facts))
    if selector.sme is not None:
        flag = sme_flag(facts)
        _limit(answer, flag if selector.sme else -flag)
    return answer


def sme_flag(facts: Facts) -> np.ndarray:
    """Return (n,) int8: the SME flag, or what the kind says of it."""
    answer = np.full(len(facts), MAYBE)
    answer[_is(facts, (Kind.SME,))] = YES
    answer[_is(facts, _NEVER_SME)] = NO
    answer[facts.sme == 1] = YES
    answer[facts.sme == 0] = NO
    return answer


def _limit(answer: np.ndarray, more: np.ndarray) -> None:
    np.minimum(answer, more, out=answer)


def _is(facts: Facts, kinds: tuple[Kind, ...]) -> np.ndarray:
    return np.isin(facts.kind, [KINDS.index(kind) for kind in kinds])


def _by_code(table: list[np.int8], unknown: np.int8, codes: np.ndarray) -> np.ndarray:
    answers: np.ndarray = np.array([*table, unknown], np.int8)[codes]  # code -1 reads the last entry
    return answers


def _by_role(selector: Selector, facts: Facts) -> np.ndarray:
    def answer(word: str | None) -> np.int8:
        role = plain_role(word)
        if role in selector.not_roles:
            return NO
        if not selector.roles:
            return NO if role in UNCOUNTED_ROLES else YES
        if role in selector.roles:
            return YES
        open_role = role in _GENERAL_ROLES and not _FUNCTIONS.isdisjoint(selector.roles)
        return MAYBE if open_role else NO

    return _by_code([answer(role) for role in facts.roles], answer(None), facts.role)


def _inside(names: tuple[str, ...], facts: Facts, on: dt.date, pillar: str | None) -> np.ndarray:
    certain, possible = countries_of(names, on, pillar)
    table = [YES if c in certain else MAYBE if c in possible else NO for c in facts.countries]
    return _by_code(table, MAYBE, facts.country)


def _of_kind(kinds: tuple[Kind, ...], facts: Facts) -> np.ndarray:
    wanted = set(kinds) | (set(_COMPANIES) if Kind.COMPANY in kinds else set())
    answer = _by_code([YES if kind in wanted else NO for kind in KINDS], MAYBE, facts.kind)
    sme, large = Kind.SME in kinds, Kind.LARGE in kinds
    if Kind.COMPANY not in kinds and (sme or large):
        plain = _is(facts, (Kind.COMPANY,))
        answer[plain] = YES if sme and large else _as_wanted(facts.sme[plain], sme)
    return answer


def _as_wanted(flags: np.ndarray, wanted: bool) -> np.ndarray:
    answer = np.full(flags.shape, MAYBE)
    answer[flags == int(wanted)] = YES
    answer[flags == int(not wanted)] = NO
    return answer
