"""Rules answer met, broken or unknown, with the witness and the shortfall in words."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, TypedDict

import pytest

from data.calls import CallProfile
from data.countries import EU27
from data.demands import (
    AllMembers,
    AnyOf,
    Attestation,
    Basis,
    CoordinatorIs,
    CountRange,
    Demand,
    DistinctRepresentatives,
    Fact,
    Hardness,
    LoadCap,
    MemberBudget,
    MustHave,
    MustNotHave,
    MustNotTogether,
    PerGroupMaximum,
    ProjectRange,
    Selector,
    ShareCap,
    ShareRange,
    SubCount,
    Unit,
)
from data.errors import BadInput
from data.model import CallId, Kind
from data.published import as_json
from graph.rules.rules import Answer, Member, Ownership, ProjectFacts, RuleAnswer, check, pair

MS_AC = Selector(countries=("MS", "AC"))


class About(TypedDict):
    """What every demand must state."""

    id: str
    text: str
    source: str


ABOUT: About = {"id": "R1", "text": "a rule of the test", "source": "the test"}
THREE = DistinctRepresentatives(
    **ABOUT, count=3, countries=3, members=MS_AC, of_which=(SubCount(minimum=1, countries=("MS",)),)
)


def member(
    name: str,
    country: str | None,
    owner: str | None = "own",
    budget: float | None = None,
    **known: Any,
) -> Member:
    stated = name if owner == "own" else owner
    return Member(name, name, country, owner=stated, budget_eur=budget, **known)


def ask(demand: Demand, members: Sequence[Member], **given: Any) -> RuleAnswer:
    profile = CallProfile(id=CallId("test"), title="Test", programme="test", source="test", demands=(demand,))
    return check(profile, members, **given).rules[0]


def test_three_independent_members_from_three_countries_are_enough_and_are_named() -> None:
    answer = ask(THREE, [member("A", "DE"), member("B", "FR"), member("C", "NO"), member("D", "DE")])
    assert (answer.answer, answer.found, answer.needed) == ("met", 3, 3)
    assert answer.witness == ("A", "B", "C")


def test_two_subsidiaries_of_one_owner_count_as_one_entity() -> None:
    answer = ask(THREE, [member("Acme DE", "DE", "ACME"), member("Acme FR", "FR", "ACME"), member("B", "IT")])
    assert (answer.answer, answer.found, answer.needed) == ("broken", 2, 3)
    assert answer.why == "two of three: Acme DE and Acme FR are one owner"


def test_an_owner_who_takes_part_is_one_entity_with_its_subsidiary() -> None:
    answer = ask(THREE, [member("P", "DE", None), member("S", "FR", "P"), member("B", "IT")])
    assert answer.answer == "broken"


def test_three_associated_countries_lack_a_member_state() -> None:
    answer = ask(THREE, [member("A", "NO"), member("B", "IS"), member("C", "UA")])
    assert answer.answer == "broken"
    assert answer.why == "three of three: none in MS, 1 needed"


def test_the_member_state_is_honoured_inside_the_matching() -> None:
    # B is the only one in a Member State, and one owner with A: A must stand back.
    group = [member("A", "NO", "X"), member("B", "DE", "X"), member("C", "IS"), member("D", "UA")]
    answer = ask(THREE, group)
    assert answer.answer == "met"
    assert set(answer.witness) == {"B", "C", "D"}


def test_affiliated_entities_and_associated_partners_do_not_count() -> None:
    members = [member("A", "DE"), member("B", "FR"), member("C", "IT", role="affiliated entity")]
    answer = ask(THREE, members)
    assert answer.answer == "broken"
    assert "C (IT) does not count" in answer.why
    assert ask(THREE, [*members, member("D", "ES", role="associatedPartner")]).answer == "broken"


def test_unknown_owners_cannot_be_told_and_the_fewest_are_asked() -> None:
    members = [member("A", "DE"), member("B", "FR"), member("C", "IT", None), member("D", "ES", None)]
    answer = ask(THREE, members)
    assert (answer.answer, answer.found) == ("unknown", "2 to 4")
    assert [(question.members, question.fact) for question in answer.ask] == [(("C",), "owner")]


def test_an_unknown_owner_cannot_be_two_independent_owners_at_once() -> None:
    # C may belong to A's owner or to B's, not to both: either way two of different countries remain.
    two = DistinctRepresentatives(**ABOUT, count=2, countries=2)
    answer = ask(two, [member("A", "DE"), member("B", "DE"), member("C", "FR", None)])
    assert answer.answer == "met"


def test_a_persons_decision_stands_in_for_missing_owners() -> None:
    members = [member("A", "DE", None), member("B", "FR", None), member("C", "IT", None)]
    apart = frozenset({pair("A", "B"), pair("A", "C"), pair("B", "C")})
    assert ask(THREE, members).answer == "unknown"
    assert ask(THREE, members, ownership=Ownership(different=apart)).answer == "met"
    assert ask(THREE, members, ownership=Ownership(same=frozenset({pair("A", "B")}))).answer == "broken"


def test_a_suspicion_makes_the_answer_unknown_and_names_the_pair() -> None:
    members = [member("Acme AG", "DE"), member("Acme SAS", "FR"), member("C", "IT")]
    suspicion = Ownership(suspected=frozenset({pair("Acme AG", "Acme SAS")}))
    answer = ask(THREE, members, ownership=suspicion)
    assert answer.answer == "unknown"
    assert [question.text for question in answer.ask] == ["Are Acme AG and Acme SAS under the same control?"]


def test_a_suspected_pair_is_named_where_owners_are_missing_and_avoided_where_others_would_do() -> None:
    members = [member(name, country, None) for name, country in (("A", "DE"), ("B", "FR"), ("C", "IT"))]
    suspicion = Ownership(suspected=frozenset({pair("A", "B")}))
    answer = ask(THREE, members, ownership=suspicion)
    assert "A and B look like one owner" in answer.why
    assert answer.ask[0].members == ("A", "B")
    more = ask(THREE, [*members, member("D", "ES", None)], ownership=suspicion)
    assert more.witness[:2] == ("C", "D")


def test_a_missing_country_cannot_be_told() -> None:
    answer = ask(THREE, [member("A", "DE"), member("B", "FR"), member("C", None)])
    assert answer.answer == "unknown"
    assert [question.fact for question in answer.ask] == ["country"]


def test_three_in_two_countries_is_another_demand_than_three_in_three() -> None:
    defence = DistinctRepresentatives(**ABOUT, count=3, countries=2)
    assert ask(defence, [member("A", "DE"), member("B", "DE"), member("C", "FR")]).answer == "met"
    assert ask(defence, [member("A", "DE"), member("B", "DE"), member("C", "DE")]).answer == "broken"
    assert (
        ask(defence, [member("A", "DE", "X"), member("B", "DE", "X"), member("C", "FR")]).answer == "broken"
    )


def test_two_sub_counts_are_both_kept() -> None:
    subs = (SubCount(minimum=1, countries=("WIDENING",)), SubCount(minimum=2, countries=("DE", "FR", "NO")))
    demand = DistinctRepresentatives(**ABOUT, count=3, countries=3, of_which=subs)
    members = [member("A", "DE"), member("B", "ES"), member("C", "PL"), member("D", "NO")]
    assert set(ask(demand, members).witness) == {"A", "C", "D"}
    assert ask(demand, members[:3]).answer == "broken"


def test_counting_countries_members_and_owners() -> None:
    members = [member("A", "DE", "X"), member("B", "DE", "X"), member("C", "FR", None)]
    by = {unit: ask(CountRange(**ABOUT, of=unit, minimum=2), members) for unit in Unit}
    assert [by[unit].found for unit in Unit] == [3, 2, "1 to 2"]
    assert [by[unit].answer for unit in Unit] == ["met", "met", "unknown"]


def test_no_existing_partner_is_a_maximum_of_nought_over_the_old_ones() -> None:
    demand = CountRange(
        **ABOUT, members=Selector(countries=("WIDENING",), not_roles=("newcomer",)), maximum=0
    )
    newcomer = member("N", "PL", role="newcomer")
    assert ask(demand, [newcomer, member("A", "DE")]).answer == "met"
    assert ask(demand, [newcomer, member("A", "CZ")]).answer == "broken"


def test_the_sme_flag_must_be_known_before_a_company_counts_as_one() -> None:
    demand = CountRange(**ABOUT, members=Selector(kinds=(Kind.SME,)), minimum=1)
    assert ask(demand, [member("A", "DE", kind=Kind.COMPANY)]).answer == "unknown"
    assert ask(demand, [member("A", "DE", kind=Kind.COMPANY, sme=True)]).answer == "met"
    assert ask(demand, [member("A", "DE", kind=Kind.COMPANY, sme=False)]).answer == "broken"
    assert ask(demand, [member("A", "DE", kind=Kind.LARGE)]).answer == "broken"
    assert ask(demand, [member("A", "DE")]).answer == "unknown"


def test_no_country_above_seventy_percent_of_the_budget() -> None:
    cap = ShareCap(**ABOUT, of=Unit.COUNTRIES, maximum=0.7)
    assert ask(cap, [member("A", "DE", budget=70), member("B", "FR", budget=30)]).answer == "met"
    over = ask(
        cap, [member("A", "DE", budget=40), member("B", "DE", budget=31), member("C", "FR", budget=29)]
    )
    assert (over.answer, over.found, over.witness) == ("broken", "71 %", ("A", "B"))


def test_a_missing_budget_leaves_a_cap_open_unless_nothing_could_keep_it() -> None:
    cap = ShareCap(**ABOUT, of=Unit.MEMBERS, maximum=0.3)
    three = [member("A", "DE", budget=10), member("B", "FR", budget=10), member("C", "IT")]
    # Three parts of at most 30 % each never make a whole.
    assert ask(cap, three).answer == "broken"
    assert ask(cap, [*three, member("D", "ES")]).answer == "unknown"


def test_heads_are_always_known() -> None:
    cap = ShareCap(**ABOUT, of=Unit.COUNTRIES, maximum=0.5, basis=Basis.HEADS)
    assert ask(cap, [member("A", "DE"), member("B", "FR")]).answer == "met"
    assert ask(cap, [member("A", "DE"), member("B", "DE"), member("C", "FR")]).answer == "broken"


def test_smes_carry_at_least_half() -> None:
    half = ShareRange(**ABOUT, members=Selector(sme=True), minimum=0.5)
    small, big = member("S", "DE", budget=50, sme=True), member("L", "FR", budget=50, sme=False)
    assert ask(half, [small, big]).answer == "met"
    assert ask(half, [small, big, member("U", "IT", budget=1)]).answer == "unknown"
    assert ask(half, [small, big, member("U", "IT", budget=1, sme=False)]).answer == "broken"
    assert ask(half, [member("S", "DE", sme=True), big]).answer == "unknown"


def test_each_budget_lies_in_its_range() -> None:
    demand = MemberBudget(**ABOUT, members=Selector(countries=("ES",)), minimum_eur=175_000)
    assert ask(demand, [member("A", "DE", budget=1)]).answer == "met"
    assert ask(demand, [member("A", "ES", budget=174_999)]).answer == "broken"
    assert ask(demand, [member("A", "ES")]).answer == "unknown"


def test_everybody_must_fit() -> None:
    demand = AllMembers(**ABOUT, members=Selector(countries=("EUREKA",)))
    assert ask(demand, [member("A", "DE")]).answer == "met"
    assert ask(demand, [member("A", "DE"), member("B", "ZA")]).answer == "unknown"
    assert ask(demand, [member("A", "DE"), member("B", "BR")]).witness == ("B",)


def test_at_most_two_per_country_or_owner() -> None:
    members = [member("A", "DE", "X"), member("B", "DE", "X"), member("C", "FR", None)]
    assert ask(PerGroupMaximum(**ABOUT, of=Unit.COUNTRIES, maximum=2), members).answer == "met"
    assert ask(PerGroupMaximum(**ABOUT, of=Unit.COUNTRIES, maximum=1), members).answer == "broken"
    assert ask(PerGroupMaximum(**ABOUT, of=Unit.OWNERS, maximum=2), members).found == "2 to 3"


def test_the_coordinator_must_fit_and_be_named() -> None:
    demand = CoordinatorIs(**ABOUT, members=Selector(sme=True))
    lead = member("A", "DE", role="coordinator", sme=True)
    assert ask(demand, [lead, member("B", "FR")]).answer == "met"
    assert ask(demand, [member("A", "DE", sme=True)]).answer == "unknown"
    assert ask(demand, [member("A", "DE", role="coordinator", sme=False)]).answer == "broken"
    assert ask(demand, [lead, member("B", "FR", role="coordinator", sme=False)]).answer == "unknown"


def test_facts_of_the_project_have_ranges() -> None:
    demand = ProjectRange(**ABOUT, fact=Fact.DURATION_MONTHS, maximum=36)
    assert ask(demand, []).answer == "unknown"
    assert ask(demand, [], facts=ProjectFacts(duration_months=36)).answer == "met"
    assert ask(demand, [], facts=ProjectFacts(duration_months=37)).answer == "broken"


def test_nobody_carries_more_than_two_consortia() -> None:
    demand = LoadCap(**ABOUT, maximum=2)
    assert ask(demand, [member("A", "DE")]).answer == "unknown"
    assert ask(demand, [member("A", "DE")], facts=ProjectFacts(loads={"A": 1})).answer == "met"
    assert ask(demand, [member("A", "DE")], facts=ProjectFacts(loads={"A": 2})).answer == "broken"


def test_must_must_not_and_not_together() -> None:
    members = [member("A", "DE"), member("B", "FR")]
    assert ask(MustHave(**ABOUT, organisations=("A", "C")), members).why == "missing: C"
    assert ask(MustHave(**ABOUT, organisations=("A", "C"), at_least=1), members).answer == "met"
    assert ask(MustNotHave(**ABOUT, organisations=("C",)), members).answer == "met"
    assert ask(MustNotHave(**ABOUT, organisations=("B", "C")), members).witness == ("B",)
    assert ask(MustNotTogether(**ABOUT, organisations=("A", "B")), members).answer == "broken"
    assert ask(MustNotTogether(**ABOUT, organisations=("A", "C")), members).answer == "met"


def test_any_option_will_do() -> None:
    alone = CountRange(**ABOUT, minimum=1, maximum=1)
    two = DistinctRepresentatives(**ABOUT, count=2, countries=2)
    demand = AnyOf(**ABOUT, options=((alone,), (two,)))
    assert ask(demand, [member("A", "DE")]).answer == "met"
    assert ask(demand, [member("A", "DE"), member("B", "FR")]).answer == "met"
    assert ask(demand, [member("A", "DE"), member("B", "DE")]).answer == "broken"
    assert ask(demand, [member("A", "DE", None), member("B", "FR", None)]).answer == "unknown"


def test_an_unverified_number_is_never_plainly_met() -> None:
    recalled = CountRange(**ABOUT, minimum=1, verified=False)
    assert ask(recalled, [member("A", "DE")]).answer == "unknown"
    assert "figure not verified" in ask(recalled, [member("A", "DE")]).why
    assert ask(recalled, []).answer == "broken"


def test_a_national_demand_applies_only_where_that_country_takes_part() -> None:
    company = Selector(countries=("PT",), kinds=(Kind.COMPANY,))
    demand = CountRange(**ABOUT, members=company, minimum=1, only_if=Selector(countries=("PT",)))
    assert ask(demand, [member("A", "DE")]).found == "does not apply"
    assert ask(demand, [member("A", "PT", kind=Kind.UNIVERSITY)]).answer == "broken"
    assert ask(demand, [member("A", "PT", kind=Kind.SME)]).answer == "met"
    assert ask(demand, [member("A", None, kind=Kind.UNIVERSITY)]).answer == "unknown"


def test_soft_rules_and_attestations_do_not_decide() -> None:
    soft = CountRange(
        **ABOUT, of=Unit.COUNTRIES, minimum=4, hardness=Hardness.SOFT, justification="the project's nature"
    )
    attested = Attestation(id="R2", text="civil purpose", source="the test")
    profile = CallProfile(
        id=CallId("test"), title="Test", programme="test", source="test", demands=(soft, attested)
    )
    verdict = check(profile, [member("A", "DE")])
    assert verdict.answer is Answer.MET
    assert [(rule.kind, rule.answer) for rule in verdict.rules] == [
        ("soft", "broken"),
        ("attestation", "unknown"),
    ]
    assert "to be justified: the project's nature" in verdict.rules[0].why


def test_a_country_in_eu_style_is_refused_rather_than_miscounted() -> None:
    with pytest.raises(ValueError, match="country must be ISO 3166: GR, not EL"):
        Member("A", "A", "EL")


def test_one_member_listed_twice_is_refused() -> None:
    with pytest.raises(BadInput, match="member A is listed twice"):
        ask(THREE, [member("A", "DE"), member("A", "DE")])


def test_the_answer_has_the_published_shape() -> None:
    answer = as_json(ask(THREE, [member("A", "DE")]))
    assert list(answer)[:8] == ["id", "kind", "answer", "text", "found", "needed", "witness", "source"]
    assert (answer["kind"], answer["answer"], answer["witness"]) == ("hard", "broken", ["A"])


def test_large_minimums_stay_fast() -> None:
    codes = sorted(EU27)[:24]
    many = DistinctRepresentatives(**ABOUT, count=12, countries=12)
    known = [member(code, code) for code in codes]
    assert ask(many, known).answer == "met"
    assert ask(many, [member(code, code, None) for code in codes]).answer == "unknown"


def profile_of(*demands: Demand, **stated: Any) -> CallProfile:
    return CallProfile(
        id=CallId("test"), title="Test", programme="test", source="the test", demands=demands, **stated
    )


@pytest.mark.parametrize(
    ("day", "rules"),
    [
        (dt.date(2020, 12, 31), ["V"]),
        (dt.date(2021, 1, 1), []),
        (dt.date(2021, 12, 31), []),
        (dt.date(2022, 1, 1), ["V"]),
    ],
)
def test_a_profile_is_in_force_from_its_first_day_to_its_last(day: dt.date, rules: list[str]) -> None:
    profile = profile_of(valid_from=dt.date(2021, 1, 1), valid_until=dt.date(2021, 12, 31))
    verdict = check(profile, [member("A", "DE")], on=day)
    assert [rule.id for rule in verdict.rules] == rules
    assert verdict.answer == ("broken" if rules else "met")


def test_a_profile_out_of_force_says_when_it_was() -> None:
    late, early = dt.date(2022, 1, 1), dt.date(2020, 1, 1)
    ended = check(profile_of(valid_until=dt.date(2021, 12, 31)), [], on=late).rule("V")
    assert (ended.kind, ended.found, ended.needed) == ("hard", "2022-01-01", "the beginning to 2021-12-31")
    assert ended.text == "Test is in force on the day of the check"
    assert ended.why == "another version of the rules applies on 2022-01-01"
    coming = check(profile_of(valid_from=dt.date(2021, 1, 1)), [], on=early).rule("V")
    assert (coming.found, coming.needed) == ("2020-01-01", "2021-01-01 to today")
    # Nobody named a day: the profile's own is meant.
    assert check(profile_of(valid_until=dt.date(2021, 12, 31)), []).rules == ()


def test_the_day_of_the_check_decides_who_counts() -> None:
    ms = CountRange(**ABOUT, members=Selector(countries=("MS",)), minimum=1)
    assert check(profile_of(ms), [member("A", "GB")], on=dt.date(2020, 1, 31)).answer == "met"
    assert check(profile_of(ms), [member("A", "GB")], on=dt.date(2020, 2, 1)).answer == "broken"


def test_the_part_of_the_programme_decides_who_counts() -> None:
    associated = CountRange(**ABOUT, members=Selector(countries=("AC",)), minimum=1)
    assert check(profile_of(associated, pillar="II"), [member("A", "CA")]).answer == "met"
    assert check(profile_of(associated, pillar="III"), [member("A", "CA")]).answer == "broken"


def test_questions_are_those_of_open_hard_rules_each_once() -> None:
    sme = Selector(sme=True)
    hard = CountRange(id="R1", text="one small", source="x", members=sme, minimum=1)
    again = CountRange(id="R2", text="one small again", source="x", members=sme, minimum=1)
    soft = CountRange(
        id="R3", text="one abroad", source="x", of=Unit.COUNTRIES, minimum=2, hardness=Hardness.SOFT
    )
    broken = CountRange(id="R4", text="nine", source="x", minimum=9)
    attested = Attestation(id="R5", text="civil", source="x")
    verdict = check(profile_of(hard, again, soft, broken, attested), [member("A", "DE"), member("B", None)])
    assert [rule.answer.value for rule in verdict.rules] == [
        "unknown",
        "unknown",
        "unknown",
        "broken",
        "unknown",
    ]
    assert [(question.fact, question.members) for question in verdict.questions()] == [
        ("sme", ("A",)),
        ("sme", ("B",)),
    ]
    assert [rule.id for rule in verdict.broken()] == ["R4"]
    assert verdict.answer == "broken"


def test_an_open_soft_rule_leaves_the_whole_met_and_an_open_hard_one_leaves_it_open() -> None:
    soft = CountRange(id="R1", text="x", source="x", of=Unit.COUNTRIES, minimum=2, hardness=Hardness.SOFT)
    hard = CountRange(id="R2", text="x", source="x", of=Unit.COUNTRIES, minimum=2)
    members = [member("A", "DE"), member("B", None)]
    assert check(profile_of(soft), members).answer == "met"
    assert check(profile_of(soft, hard), members).answer == "unknown"
    assert check(profile_of(soft), [member("A", "DE")]).broken() == ()


def test_the_askers_own_demands_are_answered_after_the_calls() -> None:
    verdict = check(profile_of(THREE), [], extra=[CountRange(id="U1", text="x", source="x", minimum=1)])
    assert [rule.id for rule in verdict.rules] == ["R1", "U1"]
    with pytest.raises(KeyError, match="R9"):
        verdict.rule("R9")


def test_a_member_is_refused_for_what_cannot_be() -> None:
    with pytest.raises(ValueError, match="a member's id must not be empty"):
        Member("")
    with pytest.raises(ValueError, match="country must be two upper-case letters"):
        Member("A", country="de")
    for amount in (-0.01, float("inf"), float("nan")):
        with pytest.raises(ValueError, match="budget_eur must be 0 or more"):
            Member("A", budget_eur=amount)
    assert Member("A", budget_eur=0.0).budget_eur == 0


def test_a_member_without_a_name_is_shown_by_its_id() -> None:
    assert (Member("A").label, Member("A", "Acme").label) == ("A", "Acme")


def test_a_pair_is_two_and_is_decided_once() -> None:
    with pytest.raises(ValueError, match="a pair needs two different ids, not 'A' twice"):
        pair("A", "A")
    both = frozenset({pair("A", "B")})
    with pytest.raises(ValueError, match="decided both same and different"):
        Ownership(same=both, different=both)


def test_a_large_minimum_with_a_sub_count_stays_fast() -> None:
    # Sixty members in eleven countries: to try every twelve of them would take for ever.
    codes = sorted(EU27)[:11]
    twelve = DistinctRepresentatives(
        **ABOUT, count=12, countries=12, of_which=(SubCount(minimum=1, countries=("MS",)),)
    )
    answer = ask(twelve, [member(f"{code}{k}", code) for code in codes for k in range(6)])
    assert (answer.answer, answer.found) == ("broken", 11)
