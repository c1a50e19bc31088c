"""What a coordinator is told to look at: budgets, islands, hanging states, narrow streams, duplicates, competitors."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from data.calls import CallProfile
from data.demands import CountRange
from data.model import CallId, Kind, Organisation, OrganisationId, Outline, OutlineId
from matcher.overall.case import Case, Demands, LinkWeights, Topic
from matcher.overall.checks import COMPETING, DUPLICATE, coverage, findings, islands, members, rule_check
from matcher.overall.decisions import Decisions
from matcher.overall.prepare import Prepared, prepare
from matcher.overall.project import Finding

COUNTRIES = ("DE", "FR", "GR", "DE", "FR", "GR")
RING = ((0, 1), (0, 2), (1, 2), (1, 3), (2, 4), (3, 5), (4, 5), (3, 4))


def outline(number: int, country: str, organisation: str, budget_eur: float | None = None) -> Outline:
    ident = OutlineId(f"O{number}")
    title = f"Title {number}"
    owner = OrganisationId(organisation)
    return Outline(ident, CallId("call"), title, "text", owner, country, budget_eur=budget_eur)


@cache
def six(organisations: tuple[Organisation, ...] = ()) -> Prepared:
    """Six outlines of three states, each by an organisation of its own, all texts and offers at right angles."""
    outlines = [outline(k, country, f"A{k}") for k, country in enumerate(COUNTRIES)]
    rows = {name: np.eye(6) for name in ("texts", "offers", "seeks")}
    case = Case.of(outlines, rows, organisations={row.id: row for row in organisations})
    demands = Demands("call", stream_count=(2, 2))
    prepared = prepare(case, demands, decisions=Decisions(), weights=LinkWeights())
    problem = replace(prepared.problem, size=(2, 4), min_countries=2)
    return replace(prepared, problem=problem, offers=np.eye(6), texts=np.eye(6), rows=np.eye(6))


def findings_of(
    pairs: Sequence[tuple[int, int]] = RING,
    assigned: Sequence[int] = (0, 0, 0, 1, 1, 1),
    prepared: Prepared | None = None,
) -> tuple[Finding, ...]:
    return findings(prepared or six(), np.array(assigned), np.array(sorted(pairs)).reshape(-1, 2))


def summary(rows: Sequence[Finding]) -> list[tuple[str, tuple[str, ...], float | None]]:
    return [(row.kind, tuple(row.about), row.value) for row in rows]


def near(cosine: float, at: tuple[int, int]) -> np.ndarray:
    """Six unit rows at right angles, but two with this cosine."""
    rows = np.eye(6)
    first, second = at
    rows[second] = 0.0
    rows[second, first], rows[second, second] = cosine, np.sqrt(1 - cosine**2)
    return rows


def test_where_all_is_well_nothing_is_told() -> None:
    assert findings_of() == ()


def test_a_budget_counts_where_every_outline_of_the_organisation_states_one() -> None:
    outlines = [outline(1, "DE", "A", 3.0), outline(2, "DE", "A", 4.0), outline(3, "FR", "B", 5.0)]
    unknown = [*outlines, outline(4, "FR", "B")]
    assert [member.budget_eur for member in members(outlines, {})] == [7.0, 5.0]
    assert [member.budget_eur for member in members(unknown, {})] == [7.0, None]


def test_a_member_is_what_is_known_of_the_organisation_else_what_its_outline_says() -> None:
    known = Organisation(OrganisationId("A"), "Acme", "AT", Kind.COMPANY, sme=True, owner=OrganisationId("X"))
    placeless = Organisation(OrganisationId("B"), "Nowhere")
    outlines = [outline(1, "FR", "B"), outline(2, "DE", "A"), outline(3, "GR", "C")]
    first, second, third = members(outlines, {known.id: known, placeless.id: placeless})
    assert (first.id, first.name, first.country, first.kind) == ("A", "Acme", "AT", Kind.COMPANY)
    assert (first.owner, first.sme, first.role) == ("X", True, None)
    assert (second.id, second.name, second.country) == ("B", "Nowhere", "FR")
    assert (third.id, third.name, third.country, third.owner) == ("C", None, "GR", None)


def test_the_calls_rules_read_the_owners_of_the_outlines() -> None:
    two = CountRange(id="R1", text="two members", source="x", minimum=2)
    profile = CallProfile(id=CallId("call"), title="C", programme="P", source="s", demands=(two,))
    verdict = rule_check(profile, {})
    assert verdict([outline(1, "DE", "A"), outline(2, "DE", "A")]).answer == "broken"
    assert verdict([outline(1, "DE", "A"), outline(2, "DE", "B")]).answer == "met"


def test_parts_of_the_link_graph() -> None:
    assert islands(5, np.array([[0, 1], [1, 2]])).tolist() == [0, 0, 0, 1, 2]


def test_those_linked_among_themselves_only_are_an_island_and_single_ones_are_none() -> None:
    two_parts = [(0, 1), (1, 2), (0, 2), (3, 4)]
    rows = [row for row in findings_of(two_parts) if row.kind == "island"]
    assert summary(rows) == [("island", ("O3", "O4"), 2)]
    assert rows[0].text == "2 outlines are linked among themselves but not with the rest"


def test_of_two_parts_alike_the_first_is_the_main_one() -> None:
    halves = [(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5)]
    rows = [row for row in findings_of(halves) if row.kind == "island"]
    assert summary(rows) == [("island", ("O3", "O4", "O5"), 3)]


def test_a_state_hangs_on_one_link_or_on_none() -> None:
    rows = findings_of([(0, 1), (0, 4), (2, 3), (1, 3)])
    assert summary([row for row in rows if row.kind == "hanging-country"]) == [
        ("hanging-country", ("EL",), 1)
    ]
    assert [row.text for row in rows if row.kind == "hanging-country"] == [
        "Greece (EL) has one link to other states"
    ]
    rows = findings_of([(0, 1), (3, 4)])
    assert [row.text for row in rows if row.kind == "hanging-country"] == [
        "Greece (EL) has no link to other states"
    ]


def test_a_stream_is_narrow_below_the_least_number_of_states() -> None:
    rows = findings_of(assigned=(0, 1, 1, 0, 1, 1))
    assert summary(rows) == [("narrow-stream", (six().stream_ids[0],), 1)]
    assert rows[0].text == f"the stream “{six().stream_ids[0]}” has one state; 2 are needed"


@pytest.mark.parametrize(
    ("assigned", "sizes"),
    [((0, 0, 1, 1, 1, 1), []), ((0, 1, 1, 1, 1, 1), [1, 5]), ((0, 0, 0, 0, 0, 1), [5, 1])],
)
def test_a_stream_is_balanced_from_its_least_to_its_most(assigned: tuple[int, ...], sizes: list[int]) -> None:
    rows = [row for row in findings_of(assigned=assigned) if row.kind == "unbalanced-stream"]
    assert [row.value for row in rows] == sizes
    if sizes:
        first = six().stream_ids[0]
        has = "one outline" if sizes[0] == 1 else f"{sizes[0]} outlines"
        assert rows[0].text == f"the stream “{first}” has {has}; 2 to 4 would be balanced"


@pytest.mark.parametrize(("cosine", "kinds"), [(COMPETING - 0.001, []), (COMPETING, ["competitors"])])
def test_outlines_that_offer_nearly_the_same_are_competitors(cosine: float, kinds: list[str]) -> None:
    prepared = replace(six(), offers=near(cosine, (1, 3)))
    rows = findings_of(prepared=prepared)
    assert [row.kind for row in rows] == kinds
    if kinds:
        assert summary(rows) == [("competitors", ("O1", "O3"), round(cosine, 3))]
        assert rows[0].text == "O1 and O3 offer nearly the same: direct competitors"


@pytest.mark.parametrize(
    ("cosine", "kinds"), [(DUPLICATE - 0.001, ["competitors"]), (DUPLICATE, ["duplicate"])]
)
def test_a_text_handed_in_twice_is_a_duplicate_and_no_competitor(cosine: float, kinds: list[str]) -> None:
    rows = near(cosine, (1, 3))
    prepared = replace(six(), case=replace(six().case, texts=rows), offers=rows)
    answer = findings_of(prepared=prepared)
    assert [row.kind for row in answer] == kinds
    assert (tuple(answer[0].about), answer[0].value) == (("O1", "O3"), round(cosine, 3))


def test_outlines_of_one_owner_do_not_compete() -> None:
    owned: Mapping[OrganisationId, Organisation] = {
        OrganisationId(ident): Organisation(OrganisationId(ident), owner=OrganisationId("X"))
        for ident in ("A1", "A3")
    }
    prepared = six(tuple(owned.values()))
    assert findings_of(prepared=replace(prepared, offers=near(0.9, (1, 3)))) == ()


def test_a_topic_is_covered_from_half_the_usual_nearness_on() -> None:
    # Each stream's profile is the direction of its three outlines: each is within 1/√3 of its own, half of which is
    # 0.289. The topic lies at 0.9 of O0, 0.3 of O1 and O4, 0.28 of O2 and O5, and less of O3.
    topic = np.array([0.9, 0.3, 0.28, 0.0, 0.3, 0.28])
    topics = (Topic("t", "Retail"),)
    prepared = six()
    prepared = replace(prepared, demands=replace(prepared.demands, topics=topics), topics=topic[None, :])
    (row,) = coverage(prepared, np.array([0, 0, 0, 1, 1, 1]))
    assert (row.name, row.covered) == ("Retail", True)
    assert tuple(row.outlines) == ("O0", "O1", "O4")
    assert tuple(row.countries) == ("DE", "FR")


def test_of_those_who_cover_a_topic_all_are_named_the_nearest_first_and_every_state() -> None:
    topics = (Topic("t", "Retail"),)
    prepared = replace(six(), demands=replace(six().demands, topics=topics), topics=np.array([[0.5] * 6]))
    (row,) = coverage(prepared, np.array([0, 0, 0, 1, 1, 1]))
    assert tuple(row.outlines) == ("O0", "O1", "O2", "O3", "O4", "O5")
    assert tuple(row.countries) == ("DE", "FR", "GR")


def test_a_topic_that_nobody_is_near_is_not_covered() -> None:
    topics = (Topic("t", "Retail"),)
    prepared = replace(six(), demands=replace(six().demands, topics=topics), topics=np.array([[0.2] * 6]))
    (row,) = coverage(prepared, np.array([0, 0, 0, 1, 1, 1]))
    assert (row.covered, tuple(row.outlines), tuple(row.countries)) == (False, (), ())
