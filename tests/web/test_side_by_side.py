"""Do suggestions stand side by side with people first, and is what they cover and what sets them apart told right?"""

import re
from dataclasses import replace

from flask.testing import FlaskClient

from data.model import CallId, Collaborations, Kind, Organisation, OrganisationId, ProjectId
from graph.network.network import Network
from matcher.needs.read import read_statements
from matcher.suggest.answers import Partner, Suggestion, Suggestions
from matcher.suggest.coverage import coverage, told_apart
from matcher.suggest.gaps import NearestOutside
from matcher.suggest.reasons import Reason
from service.app.changed import Changed, changed
from service.web.pages.europe import member_map, tie_ring

ANSWERS = Reason("named", 0.9, ("need:1", "organisation:A"), ("a shipyard", "Werft", "a shipyard"))
PORT = Reason("named", 0.6, ("need:2.1", "organisation:B"), ("two ports", "Port", "a port"))
NEWCOMER = Reason("newcomer", 1.0)


def member(ident: str, country: str | None, *reasons: Reason) -> Partner:
    organisation = Organisation(OrganisationId(ident), f"Firm {ident}", country, Kind.COMPANY)
    return Partner.of(organisation, "participant", 0.5, reasons)


def suggestion(*members: Partner, **more: object) -> Suggestion:
    return Suggestion(1.0, 0.0, members, (), (), **more)  # type: ignore[arg-type]


def answer(*suggestions: Suggestion) -> Suggestions:
    understood = read_statements("We seek a shipyard, two ports and a museum.")
    assert [need.id for need in understood.needs] == ["need:1", "need:2", "need:3"]
    return Suggestions("run", CallId("c"), "optimal", "", suggestions, understood=understood)


def test_what_is_covered_by_one_alone_is_told_from_what_several_cover_and_what_is_open() -> None:
    near = NearestOutside("a museum", OrganisationId("M"), "Museum", "FR", 0.3, 0.1, ())
    a, b, c = member("A", "DE", ANSWERS), member("B", "FR", PORT), member("C", "PL", PORT)
    only = suggestion(a, b, c, gaps=("a museum",), nearest=(near,))
    shipyard, ports, museum = coverage(only, answer(only))
    assert [claim.member for claim in shipyard.claims] == ["A"]
    assert (shipyard.sole, ports.sole, museum.open) == (True, False, True)
    assert [(claim.member, claim.strength) for claim in ports.claims] == [("B", "fair"), ("C", "fair")]
    assert (ports.wanted, museum.nearest) == (2, near)
    assert shipyard.by("B") is None


def test_only_what_no_other_set_has_is_told_of_a_set() -> None:
    a, b = member("A", "DE", ANSWERS), member("B", "FR", NEWCOMER)
    c, d = member("C", "FR", NEWCOMER), member("D", "PT", NEWCOMER)
    first, second = told_apart(answer(suggestion(a, b), suggestion(b, c, d)))
    assert first == ("Covers most: 1 of what is sought", "Smallest: 2 members", "Only here: Firm A")
    assert second == ("Most newcomers: 3", "Only here: Firm C, Firm D", "Only one with Portugal")
    assert told_apart(answer(suggestion(a))) == [()]
    assert told_apart(answer(suggestion(a, b), suggestion(a, b))) == [(), ()]


def test_the_map_counts_members_and_says_who_is_not_on_it() -> None:
    picture, outside = member_map(
        [member("A", "GR"), member("B", "GR"), member("C", "DE"), member("D", "US"), member("E", None)]
    )
    assert 'aria-label="Members by country: Germany (DE) 1, Greece (EL) 2, United States (US) 1"' in picture
    assert ">EL 2</text>" in picture
    assert picture.count('class="seat"') == 2
    assert "<title>Greece (EL): Firm A, Firm B</title>" in picture
    assert outside == "Not on the map: United States (US) (1), country unknown (1)."


def test_ties_are_drawn_between_those_who_shared_a_project_and_only_there() -> None:
    organisations = tuple((OrganisationId(ident), ident, "DE", None, False) for ident in "ABC")
    known = Collaborations(
        organisations,
        ((ProjectId("P"), None, None, None),),
        ((ProjectId("P"), OrganisationId("A")), (ProjectId("P"), OrganisationId("C"))),
    )
    members = [member("A", "DE"), member("B", "DE"), member("C", "DE"), member("X", "DE")]
    picture, words = tie_ring(members, Network(known))
    assert picture.count('class="tie"') == 1
    assert 'aria-label="1 of 6 pairs have worked together. 1 with 3"' in picture
    assert words == "1 of 6 pairs have worked together."
    assert tie_ring(members[:2], Network(known)).picture == ""


def test_columns_show_people_before_proofs_and_lead_on_to_one_suggestion(client: FlaskClient) -> None:
    page = client.get("/suggest?call=demo-call&outline=L1").text
    column = page[page.index('<article class="set"') : page.index("</article>")]
    assert column.index("Meltemi Edge &lt;Lab&gt;") < column.index(">Needs<")
    assert "1 met" in column
    assert 'aria-label="Coverage 0.75"' not in page, "scores wait for whoever opens a suggestion"
    assert len(re.findall(r'href="/suggest\?[^"]*show=1#results"', column)) == 2
    whole = client.get("/suggest?call=demo-call&outline=L1&show=1").text
    order = [whole.index(f'id="{part}"') for part in ("people", "places", "matrix", "gaps", "rules", "score")]
    assert order == sorted(order)
    assert client.get("/suggest?call=demo-call&outline=L1&show=9").text.count('<article class="set"') == 1


def test_what_outlines_ask_for_without_needs_is_listed_by_its_sentences() -> None:
    bare = replace(
        answer(), aspects=("Leaks are measured.",), understood=replace(read_statements("x"), needs=())
    )
    claimed = member("A", "DE", Reason("covers", 0.5, ("aspect:1", "project:P"), ("Leaks", "project P")))
    (row,) = coverage(suggestion(claimed), bare)
    assert (row.text, row.sole) == ("Leaks are measured.", True)


def test_what_changed_names_who_came_and_went_and_what_is_covered_now() -> None:
    a, b, c = member("A", "DE", ANSWERS), member("B", "FR"), member("C", "PL")
    first, second = answer(suggestion(b, c)), answer(suggestion(a, b))
    assert changed(first, second) == Changed(
        came=("Firm A",),
        went=("Firm C",),
        covered=("a shipyard",),
        uncovered=(),
        value=0.0,
        possible_before=True,
        possible_now=True,
    )
    assert changed(second, answer()).possible_now is False
    assert changed(first, first).nothing
