"""On the real H2020 sample, no suggestion breaks a hard rule of any profile, by the rules engine's own answer."""

import pytest

from benchmarks.assemble_cases import SAMPLE, SampleStore, case, load
from data.calls import load_profiles
from data.model import CallId
from graph.rules.rules import Answer, Member, check
from matcher.solver.assemble import assemble, warm
from matcher.solver.facts import KINDS

pytestmark = pytest.mark.sample


@pytest.fixture(scope="module")
def store() -> SampleStore:
    if not SAMPLE.exists():
        pytest.skip(f"{SAMPLE} not found")
    warm()
    return load()


@pytest.mark.parametrize("profile_id", sorted(load_profiles()))
def test_no_suggestion_from_the_real_store_breaks_a_hard_rule(store: SampleStore, profile_id: str) -> None:
    profile = load_profiles()[CallId(profile_id)]
    low, high = profile.size_range
    size = (low or 3, high or max(low or 3, 8))
    problem = case(store, 3, profile=profile_id, size=size)
    answer = assemble(problem, limit=3, budget_s=0.2)
    if answer.status == "infeasible":
        assert answer.conflict
        return
    assert answer.consortia[0].gap is not None
    facts = problem.facts
    for consortium in answer.consortia:
        members = []
        for seat in consortium.members:
            k = facts.ids.index(seat.id)
            members.append(
                Member(
                    id=seat.id,
                    country=facts.countries[facts.country[k]] if facts.country[k] >= 0 else None,
                    kind=KINDS[facts.kind[k]] if facts.kind[k] >= 0 else None,
                    role=seat.role,
                )
            )
        verdict = check(profile, members, on=problem.on)
        assert verdict.answer is not Answer.BROKEN, [(rule.id, rule.why) for rule in verdict.broken()]
