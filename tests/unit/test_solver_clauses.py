"""Which teams does each kind of demand let in, read as rows, matchings and caps? By hand."""

from typing import Any

import numpy as np
import pytest

from data.countries import FACTS_AS_OF
from data.demands import (
    AllMembers,
    AnyOf,
    Basis,
    CoordinatorIs,
    CountRange,
    Demand,
    DistinctRepresentatives,
    Hardness,
    LoadCap,
    MemberBudget,
    MustHave,
    MustNotHave,
    MustNotTogether,
    PerGroupMaximum,
    Selector,
    ShareCap,
    ShareRange,
    SubCount,
    Unit,
)
from data.model import Kind
from matcher.solver.clauses import Cap, ClauseCompiler
from matcher.solver.facts import KINDS, Facts
from matcher.solver.kernel import shortfall
from matcher.solver.packing import as_rules

KIND_OF = {
    "uni": Kind.UNIVERSITY,  # Germany, 400,000 EUR
    "firm": Kind.SME,  # France, owned by the holding, 200,000 EUR
    "plant": Kind.LARGE,  # Italy, owned by the holding, 200,000 EUR
    "city": Kind.MUNICIPAL,  # Germany, an associated partner, 100,000 EUR
    "lab": Kind.RESEARCH,  # United States, owned by a state, an adviser, 100,000 EUR
    "blank": None,  # nothing is known of it
    "holding": Kind.LARGE,  # Netherlands, budget unknown
}
IDS = tuple(KIND_OF)
FACTS = Facts.from_columns(
    ids=IDS,
    country=["DE", "FR", "IT", "DE", "US", None, "NL"],
    kind=[-1 if kind is None else KINDS.index(kind) for kind in KIND_OF.values()],
    sme=[-1] * 7,
    owner=[None, "holding", "holding", None, "a-state", None, None],
).stating(
    budgets={"uni": 4e5, "firm": 2e5, "plant": 2e5, "city": 1e5, "lab": 1e5},
    roles={"city": "associated", "lab": "advisor"},
    loads={"uni": 2, "firm": 3},
)
RULE: dict[str, Any] = {"id": "R1", "text": "made up", "source": "test"}
GERMANS, UNIVERSITIES = Selector(countries=("DE",)), Selector(kinds=(Kind.UNIVERSITY,))
SMES, LARGE = Selector(kinds=(Kind.SME,)), Selector(kinds=(Kind.LARGE,))
HEADS = Basis.HEADS
FRENCH_SMES = CountRange(members=SMES, minimum=1, **RULE)
A_GERMAN = CountRange(members=GERMANS, minimum=1, **RULE)


def allowed(
    demand: Demand, team: str, *, coordinator: str | None = None, one_owner: tuple[str, ...] = ()
) -> bool:
    """Whether the demand's clauses let these candidates in, by the kernel."""
    compiler = ClauseCompiler(FACTS, FACTS_AS_OF, None, coordinator, [one_owner] if one_owner else ())
    members = np.array([IDS.index(name) for name in team.split()], np.int64)
    return bool(shortfall(as_rules(compiler.clauses((demand,)), len(IDS)), members) == 0.0)


@pytest.mark.parametrize(
    ("demand", "let_in", "kept_out"),
    [
        (AllMembers(members=GERMANS, **RULE), "uni blank", "uni firm"),
        (AllMembers(members=GERMANS, among=UNIVERSITIES, **RULE), "uni firm lab", None),
        (AllMembers(members=SMES, among=GERMANS, **RULE), "firm plant", "firm uni"),
        (MemberBudget(minimum_eur=2e5, **RULE), "firm plant uni blank", "firm lab"),
        (MemberBudget(maximum_eur=2e5, **RULE), "firm lab blank", "firm uni"),
        (MemberBudget(minimum_eur=3e5, members=SMES, **RULE), "lab uni", "firm uni"),
        (LoadCap(maximum=3, **RULE), "uni lab", "uni firm"),
        (LoadCap(maximum=4, **RULE), "uni firm", None),
        (MustHave(organisations=("uni", "lab"), **RULE), "uni lab firm", "uni firm"),
        (MustHave(organisations=("uni", "lab", "firm"), at_least=2, **RULE), "uni firm", "uni plant"),
        (MustNotHave(organisations=("uni", "lab"), **RULE), "firm plant", "firm lab"),
        (MustNotTogether(organisations=("uni", "lab", "firm"), **RULE), "uni plant", "uni lab"),
    ],
)
def test_demands_on_single_members(demand: Demand, let_in: str, kept_out: str | None) -> None:
    assert allowed(demand, let_in)
    assert kept_out is None or not allowed(demand, kept_out)


@pytest.mark.parametrize(
    ("demand", "let_in", "kept_out"),
    [
        (CountRange(minimum=2, **RULE), "uni firm", "uni city"),  # an associated partner does not count
        (CountRange(maximum=2, **RULE), "uni firm city", "uni firm lab"),
        (CountRange(members=GERMANS, minimum=2, **RULE), "uni blank", "uni firm"),
        (CountRange(members=GERMANS, maximum=0, **RULE), "firm blank city", "firm uni"),
        (CountRange(of=Unit.COUNTRIES, minimum=3, **RULE), "uni firm blank", "uni firm city"),
        (CountRange(of=Unit.COUNTRIES, maximum=2, **RULE), "uni firm blank", "uni firm plant"),
        (CountRange(of=Unit.COUNTRIES, maximum=0, members=LARGE, **RULE), "uni firm", "uni plant"),
        (CountRange(of=Unit.OWNERS, minimum=2, **RULE), "firm uni", "firm plant holding"),
        (CountRange(of=Unit.OWNERS, maximum=1, **RULE), "firm plant uni", "firm lab"),
        (PerGroupMaximum(of=Unit.OWNERS, maximum=1, **RULE), "firm uni lab", "firm plant"),
        (PerGroupMaximum(of=Unit.OWNERS, maximum=2, **RULE), "firm plant", "firm plant holding"),
        (PerGroupMaximum(of=Unit.COUNTRIES, maximum=1, **RULE), "uni city blank", None),
        (PerGroupMaximum(of=Unit.COUNTRIES, maximum=0, members=SMES, **RULE), "plant blank", "plant firm"),
    ],
)
def test_demands_on_numbers(demand: Demand, let_in: str, kept_out: str | None) -> None:
    assert allowed(demand, let_in)
    assert kept_out is None or not allowed(demand, kept_out)


@pytest.mark.parametrize(
    ("demand", "let_in", "kept_out"),
    [
        (DistinctRepresentatives(count=3, countries=3, **RULE), "uni firm lab", "uni firm plant"),
        (DistinctRepresentatives(count=3, countries=2, **RULE), "uni firm lab", "firm plant uni"),
        (DistinctRepresentatives(count=2, countries=1, **RULE), "uni firm", "uni"),
        (DistinctRepresentatives(count=2, countries=0, **RULE), "uni firm", "firm plant"),
        (
            DistinctRepresentatives(count=3, countries=3, independent=False, **RULE),
            "uni firm plant",
            "uni firm city",
        ),
        (
            DistinctRepresentatives(
                count=2, countries=2, of_which=(SubCount(minimum=2, countries=("MS",)),), **RULE
            ),
            "uni firm",
            "uni lab",
        ),
        (
            DistinctRepresentatives(
                count=2, countries=1, of_which=(SubCount(minimum=2, countries=("MS",)),), **RULE
            ),
            "uni firm lab",
            "firm plant lab",
        ),
    ],
)
def test_demands_on_distinct_representatives(demand: Demand, let_in: str, kept_out: str) -> None:
    assert allowed(demand, let_in)
    assert not allowed(demand, kept_out)


@pytest.mark.parametrize(
    ("demand", "let_in", "kept_out"),
    [
        (ShareCap(of=Unit.MEMBERS, maximum=0.5, **RULE), "uni firm plant", "uni firm lab"),
        (ShareCap(of=Unit.OWNERS, maximum=0.5, **RULE), "uni firm plant", "firm plant lab"),
        (ShareCap(of=Unit.COUNTRIES, maximum=0.5, basis=HEADS, **RULE), "uni firm", "uni"),
        (ShareCap(of=Unit.MEMBERS, maximum=1.0, **RULE), "uni", None),
        (ShareCap(of=Unit.MEMBERS, maximum=0.5, **RULE), "uni blank", "uni lab"),
        (ShareRange(members=UNIVERSITIES, minimum=0.5, **RULE), "uni firm plant", "uni firm plant lab"),
        (ShareRange(members=UNIVERSITIES, maximum=0.5, **RULE), "uni firm plant", "uni firm lab"),
        (ShareRange(members=UNIVERSITIES, minimum=0.5, basis=HEADS, **RULE), "uni firm", "uni firm lab"),
        (ShareRange(members=UNIVERSITIES, maximum=0.5, basis=HEADS, **RULE), "uni firm", "uni"),
        (ShareRange(members=UNIVERSITIES, minimum=0.9, **RULE), "firm blank", "firm holding uni"),
        (ShareRange(members=UNIVERSITIES, maximum=0.1, **RULE), "uni holding", "uni firm"),
    ],
)
def test_demands_on_shares(demand: Demand, let_in: str, kept_out: str | None) -> None:
    assert allowed(demand, let_in)
    assert kept_out is None or not allowed(demand, kept_out)


def test_somebody_must_be_able_to_coordinate_and_to_fit() -> None:
    university_leads = CoordinatorIs(members=UNIVERSITIES, **RULE)
    german_leads = CoordinatorIs(members=GERMANS, **RULE)
    assert allowed(university_leads, "firm uni")
    assert allowed(university_leads, "firm blank")
    assert not allowed(university_leads, "firm plant")
    assert not allowed(german_leads, "firm city")  # an associated partner does not lead


def test_only_who_may_still_be_anything_or_coordinates_already_can_lead() -> None:
    american_leads = CoordinatorIs(members=Selector(countries=("US",)), **RULE)
    assert not allowed(american_leads, "firm lab")
    assert allowed(american_leads, "firm blank")


def test_a_named_coordinator_fits_or_nobody_is_let_in() -> None:
    university_leads = CoordinatorIs(members=UNIVERSITIES, **RULE)
    assert allowed(university_leads, "firm uni", coordinator="uni")
    assert not allowed(university_leads, "firm uni", coordinator="firm")


def test_two_demands_on_the_coordinator_are_met_by_one_member() -> None:
    leads = (
        CoordinatorIs(members=GERMANS, id="A", text="", source=""),
        CoordinatorIs(members=SMES, id="B", text="", source=""),
    )
    clauses = ClauseCompiler(FACTS, FACTS_AS_OF, None, None).clauses(leads)
    assert [clause.demands for clause in clauses] == [("A",), ("B",), ("A", "B")]
    members = np.array([IDS.index("uni"), IDS.index("firm")])
    assert shortfall(as_rules(clauses, len(IDS)), members) == 1.0


def test_options_are_alternatives_and_each_is_met_whole() -> None:
    either = AnyOf(options=((A_GERMAN, FRENCH_SMES), (MustHave(organisations=("lab",), **RULE),)), **RULE)
    assert allowed(either, "uni firm")
    assert allowed(either, "lab plant")
    assert not allowed(either, "uni plant")


def test_an_option_with_options_of_its_own_is_refused() -> None:
    nested = AnyOf(options=((AnyOf(options=((A_GERMAN,),), **RULE),),), **RULE)
    with pytest.raises(ValueError, match="demand R1: an option must be a plain demand"):
        allowed(nested, "uni")


def test_a_demand_applies_only_where_somebody_concerned_takes_part() -> None:
    overlay = CountRange(members=SMES, minimum=1, only_if=GERMANS, **RULE)
    assert allowed(overlay, "plant lab")
    assert allowed(overlay, "uni firm")
    assert not allowed(overlay, "uni plant")


def test_soft_demands_restrict_nobody() -> None:
    soft = CountRange(minimum=9, hardness=Hardness.SOFT, **RULE)
    assert ClauseCompiler(FACTS, FACTS_AS_OF, None, None).clauses((soft,)) == ()


def test_two_whom_a_person_found_to_have_one_owner_count_as_one() -> None:
    alone = PerGroupMaximum(of=Unit.OWNERS, maximum=1, **RULE)
    assert allowed(alone, "uni lab")
    assert not allowed(alone, "uni lab", one_owner=("uni", "lab"))
    assert allowed(alone, "uni firm", one_owner=("uni", "lab"))
    assert not allowed(alone, "uni holding", one_owner=("uni", "plant"))


def test_who_owns_an_owner_owns_its_daughters() -> None:
    facts = Facts.from_columns(
        ids=["shop", "parent", "grandparent", "other"],
        country=["DE", "FR", "IT", "NL"],
        kind=[-1] * 4,
        sme=[-1] * 4,
        owner=["parent", "grandparent", None, None],
    )
    owner = ClauseCompiler(facts, FACTS_AS_OF, None, None).owner
    assert owner[0] == owner[1] == owner[2]
    assert owner[3] != owner[0]


def test_a_caps_rows_bind_groups_of_several_members() -> None:
    cap = Cap(
        label=np.array([0, 0, 1, -1]),
        size=np.array([2.0, np.nan, 4.0, 8.0]),
        loose=np.zeros(4, bool),
        most=0.25,
    )
    (row,) = cap.rows()
    assert row.need == 0.0
    assert row.coef.tolist() == [-1.5, 0.0, 1.0, 0.0]
