"""How does a solution become the project that is read? Terms, streams, links with their grounds, changes: by hand."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.planted import bare_project
from data.model import CallId, Organisation, OrganisationId, Outline, OutlineId
from graph.rules.rules import Answer, Verdict
from matcher.overall.decisions import Decisions, ordered
from matcher.overall.joint import Solution
from matcher.overall.links import Strengths
from matcher.overall.prepare import Prepared, Previous
from matcher.overall.project import Budget, OverallProject, Person
from matcher.overall.report import NEAR, QUOTED, changes, comparison_terms, report
from matcher.overall.said import OwnWords

O0, O1, O2, O3 = (OutlineId(f"o{k}") for k in range(4))
STATES = ["DE", "FR", "IT", "ES"]
PAIRS = np.array([[0, 1], [2, 3]])
TWO_STREAMS = np.array([0, 0, 0, 1])


def square(*pairs: tuple[int, int, float]) -> np.ndarray:
    values = np.zeros((4, 4))
    for a, b, value in pairs:
        values[a, b] = values[b, a] = value
    return values


def project(fit: Sequence[Sequence[float]] | None = None, **strengths: np.ndarray) -> Prepared:
    """Four outlines of four states in two streams; strengths as given, else none."""
    bare = bare_project(STATES, streams=2)
    fits = np.array(fit or [[0.9, 0.1], [0.8, 0.1], [0.7, 0.1], [0.1, 0.6]])
    zero = np.zeros((4, 4))
    matrices = {"complement": zero, "topic": zero, "tie": zero, "seek": zero, **strengths}
    return replace(
        bare,
        problem=replace(bare.problem, fit=fits),
        strengths=Strengths(**matrices, allowed=bare.strengths.allowed),
    )


def solved(
    *, value: float = 3.0, bound: float = 3.0, staged: float = 3.0, pairs: np.ndarray = PAIRS
) -> Solution:
    return Solution(TWO_STREAMS, pairs, value, bound, staged)


def made(prepared: Prepared, pairs: np.ndarray = PAIRS) -> OverallProject:
    return report(prepared, solved(pairs=pairs))


# Terms


def test_the_terms_of_a_project_are_means_and_parts() -> None:
    prepared = project(
        complement=square((0, 1, 0.4), (2, 3, 0.8)),
        topic=square((0, 1, 0.2), (2, 3, 0.4)),
        tie=square((0, 1, 0.5)),
    )
    terms = comparison_terms(prepared, TWO_STREAMS, PAIRS)
    assert terms == {
        "fit": pytest.approx((0.9 + 0.8 + 0.7 + 0.6) / 4),
        "complement": pytest.approx(0.6),
        "topic": pytest.approx(0.3),
        "known": 0.5,
        "inside": 0.5,
        "evenness": pytest.approx(1 / 3),
        "borders": pytest.approx(2 / 6),
        "links": 2.0,
        "streams": 2.0,
    }


def test_a_fit_that_a_choice_raised_counts_as_one_at_most() -> None:
    prepared = project([[1.6, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    assert comparison_terms(prepared, TWO_STREAMS, PAIRS)["fit"] == 1.0


def test_two_links_of_the_same_two_states_are_one_border() -> None:
    prepared = bare_project(["DE", "DE", "FR", "FR"])
    terms = comparison_terms(prepared, np.zeros(4, dtype=int), np.array([[0, 2], [1, 3]]))
    assert terms["borders"] == 1.0


def test_without_links_and_borders_the_terms_are_nothing() -> None:
    terms = comparison_terms(bare_project(["DE"]), np.zeros(1, dtype=int), np.empty((0, 2), dtype=int))
    assert (terms["complement"], terms["inside"], terms["borders"], terms["links"]) == (0.0, 0.0, 0.0, 0.0)


# The project


def test_isolated_outlines_and_those_with_too_few_links_are_listed() -> None:
    prepared = project()
    prepared = replace(prepared, demands=replace(prepared.demands, min_links=2))
    shown = made(prepared, np.array([[0, 1], [0, 2]]))
    assert shown.isolated == (O3,)
    assert shown.short == (O1, O2, O3)


def test_a_proof_and_a_bound_are_claimed_as_what_they_are() -> None:
    holds = "for these 2 streams, over all pairs of outlines across a border"
    assert made(project()).claim == f"streams and links together are proved best {holds}"
    within = report(project(), solved(value=3.96, bound=4.0))
    assert within.claim == f"streams and links together are within 1 % of the best {holds}"


def test_what_solving_in_stages_loses_is_a_part_of_the_value() -> None:
    assert report(project(), solved(value=4.0, bound=4.0, staged=3.0)).stage_loss == pytest.approx(0.25)
    assert report(project(), solved(value=0.5, bound=0.5, staged=0.4)).stage_loss == pytest.approx(0.1)


def test_invited_states_without_an_outline_are_missing() -> None:
    prepared = project()
    demands = replace(prepared.demands, countries=("PL", "DE", "AT"))
    assert made(replace(prepared, demands=demands)).missing == ("AT", "PL")


def test_a_project_with_an_invented_organisation_is_fictional() -> None:
    prepared = project()
    assert not made(prepared).fictional
    owner = OrganisationId("c2")
    case = replace(prepared.case, organisations={owner: Organisation(owner, fictional=True)})
    assert made(replace(prepared, case=case)).fictional


def test_rules_are_asked_of_all_outlines_and_of_each_stream() -> None:
    def count(outlines: Sequence[Outline]) -> Verdict:
        return Verdict(CallId(str(len(outlines))), Answer.MET, ())

    checked = report(project(), solved(), check=count)
    assert checked.rules is not None
    assert checked.rules.call == "4"
    assert [stream.rules.call for stream in checked.streams if stream.rules] == ["3", "1"]
    assert made(project()).rules is None


def test_an_outline_also_belongs_to_a_stream_that_it_fits_nearly_as_well() -> None:
    """Its own fits are 1.0, 0.8, 0.5, and 0.4: the bar is seven tenths of them, and 0.35 at least."""
    prepared = project([[1.0, 0.7], [0.8, 0.55], [0.4, 0.34], [0.35, 0.4]])
    shown = made(prepared)
    assert [participant.second for participant in shown.participants] == [("s2",), (), (), ("s1",)]
    assert [stream.second for stream in shown.streams] == [(O3,), (O0,)]


def test_a_participant_has_its_fit_its_links_and_its_limits() -> None:
    prepared = project([[1.6, 0.0], [0.8, 0.1], [0.7, 0.1], [0.1, 0.6]])
    problem = replace(prepared.problem, lowest=np.array([2, 1, 1, 1]), capacity=np.array([5, 4, 4, 4]))
    first, *_ = made(replace(prepared, problem=problem), np.array([[0, 1], [0, 2]])).participants
    assert (first.outline, first.organisation, first.name, first.country, first.stream) == (
        O0,
        "c0",
        "Organisation c0",
        "DE",
        "s1",
    )
    assert (first.fit, first.links, first.needed, first.capacity) == (1.0, 2, 2, 5)


def test_a_streams_name_is_the_one_decided_then_the_one_before_then_a_number() -> None:
    before = Previous({}, {"s1": "Before", "s2": "Before too"})
    decided = replace(project(), decisions=Decisions(names={"s1": "Decided"}))
    assert [stream.name for stream in report(decided, solved(), previous=before).streams] == [
        "Decided",
        "Before too",
    ]
    assert [stream.name for stream in made(project()).streams] == ["Stream 1", "Stream 2"]


# Links


def test_a_link_has_its_grounds_the_strongest_first() -> None:
    prepared = project(seek=square((0, 1, 0.3)), topic=square((0, 1, 0.5)))
    prepared.strengths.seek[1, 0] = 0.0
    prepared = replace(prepared, total=square((0, 1, 0.7)))
    link, other = made(prepared).links
    assert (link.a, link.b, link.countries, link.strength, link.stream, link.new) == (
        O0,
        O1,
        ("DE", "FR"),
        0.7,
        "s1",
        True,
    )
    assert [(reason.name, reason.value, reason.text) for reason in link.why] == [
        ("topic", 0.5, "the whole texts are near"),
    ]
    assert other.stream is None, "o2 and o3 are in two streams"
    assert other.why == (), "what is worth nothing is no ground"


@pytest.mark.parametrize(
    ("projects", "number"),
    [((), "earlier projects"), (("P1",), "one project"), (("P1", "P2", "P3"), "3 projects")],
)
def test_owners_that_worked_together_are_no_new_link(projects: tuple[str, ...], number: str) -> None:
    prepared = project(tie=square((0, 1, 0.6)))
    case = replace(prepared.case, shared_projects=lambda a, b: projects if (a, b) == ("c0", "c1") else ())
    link, other = made(replace(prepared, case=case)).links
    assert (link.new, other.new) == (False, True)
    assert [(reason.name, reason.value, reason.text) for reason in link.why] == [
        ("tie", 0.6, f"their organisations have worked together in {number}")
    ]


def test_a_link_that_was_decided_says_so_before_all_else() -> None:
    prepared = project(topic=square((0, 1, 0.5)))
    prepared = replace(prepared, decisions=Decisions(together=frozenset({ordered("o0", "o1")})))
    link, other = made(prepared).links
    assert [reason.name for reason in link.why] == ["decision", "topic"]
    assert other.why == ()


def quoting(seek: float, cosine: float) -> Prepared:
    """o0 seeks two things; o1 brings two, one of which lies at `cosine` to the second thing sought."""
    said = {
        O0: OwnWords(seeks=("a port", "a radio maker")),
        O1: OwnWords(offers=("ten cranes", "robust radios")),
        O2: OwnWords(offers=("a radio maker's twin",)),
    }
    meanings = {
        "a port": np.array([0.0, 0.0, 1.0]),
        "a radio maker": np.array([1.0, 0.0, 0.0]),
        "ten cranes": np.array([0.0, -1.0, 0.0]),
        "robust radios": np.array([cosine, (1 - cosine**2) ** 0.5, 0.0]),
        "a radio maker's twin": np.array([1.0, 0.0, 0.0]),
    }
    prepared = project(seek=square((0, 1, seek)), topic=square((0, 1, 0.5)))
    return replace(prepared, case=replace(prepared.case, said=said, meanings=meanings))


def test_what_one_seeks_and_another_brings_is_quoted_in_their_own_words() -> None:
    ground, near = made(quoting(0.9, 0.8)).links[0].why
    assert (ground.name, ground.value, near.name) == ("seeks-offers", 0.9, "topic")
    evidence = ground.evidence
    assert (evidence.seeker, evidence.seeks) == ("o0", "a radio maker")
    assert (evidence.supplier, evidence.offers) == ("o1", "robust radios")


@pytest.mark.parametrize(("seek", "cosine"), [(QUOTED - 0.01, 0.8), (0.9, NEAR - 0.01)])
def test_below_either_bar_nothing_is_quoted(seek: float, cosine: float) -> None:
    assert [ground.name for ground in made(quoting(seek, cosine)).links[0].why] == ["topic"]
    assert [ground.name for ground in made(quoting(QUOTED, NEAR + 0.001)).links[0].why] == [
        "seeks-offers",
        "topic",
    ]


def test_a_title_is_never_quoted_as_a_wish() -> None:
    """Nobody said what o0 seeks: the texts are near, and no more is told."""
    prepared = quoting(0.9, 0.8)
    prepared = replace(prepared, case=replace(prepared.case, said={O1: prepared.case.said[O1]}))
    assert [ground.name for ground in made(prepared).links[0].why] == ["topic"]


# Where outlines stand, and what they cost


def asking(
    streams: Sequence[str | None], fit: Sequence[Sequence[float]], **sizes: tuple[int, int]
) -> Prepared:
    """The four outlines with the streams that their senders asked for."""
    prepared = project(fit)
    outlines = tuple(
        replace(outline, work_stream=stream)
        for outline, stream in zip(prepared.case.outlines, streams, strict=True)
    )
    return replace(
        prepared,
        case=replace(prepared.case, outlines=outlines),
        problem=replace(prepared.problem, size=sizes.get("size", (0, 9))),
    )


def test_an_outline_says_where_it_was_asked_to_stand_and_why_it_stands_elsewhere() -> None:
    """o0 asked for s2 but fits s1 better by more than its wish counts; o1 stands where it asked; o3 did not ask."""
    fit = [[0.9, 0.8], [0.8, 0.9], [0.7, 0.9], [0.1, 0.6]]
    overall = made(asking(["s2", "s1", "s2", None], fit))
    assert [(p.asked, p.stream, p.elsewhere) for p in overall.participants] == [
        ("s2", "s1", "its text fits here better, by more than the choice counts"),
        ("s1", "s1", ""),
        ("s2", "s1", "for its collaborations: 0 of 1 are inside this stream"),
        (None, "s2", ""),
    ]
    assert [p.outline for p in overall.elsewhere] == [O0, O2]


def test_a_field_in_the_senders_own_words_is_no_stream_that_could_be_compared() -> None:
    overall = made(asking(["Networks", "s1", None, None], [[0.9, 0.1], [0.8, 0.1], [0.7, 0.1], [0.1, 0.6]]))
    assert [p.outline for p in overall.wishes] == [O1]
    assert overall.participants[0].asked == "Networks"
    assert overall.elsewhere == ()


def test_balance_and_decisions_are_reasons_to_stand_elsewhere() -> None:
    fit = [[0.9, 0.1], [0.8, 0.1], [0.7, 0.9], [0.1, 0.6]]
    full = asking([None, None, "s2", None], fit, size=(1, 1))
    assert (
        made(full).participants[2].elsewhere
        == "for balance: 1 outlines stand in the stream asked for, 3 here"
    )
    decided = replace(full, decisions=Decisions(streams={O2: "s1"}))
    assert made(decided).participants[2].elsewhere == "the coordinator decided so"


def test_budgets_are_added_up_and_unknown_ones_are_counted_as_unknown() -> None:
    """o0 3 million, o1 unknown, o2 1 million in s1; o3 unknown in s2."""
    prepared = project()
    known = (3e6, None, 1e6, None)
    outlines = tuple(
        replace(outline, budget_eur=budget)
        for outline, budget in zip(prepared.case.outlines, known, strict=True)
    )
    overall = made(replace(prepared, case=replace(prepared.case, outlines=outlines)))
    rows = {(row.by, row.id): row for row in overall.budgets}
    assert rows["stream", "s1"] == Budget("stream", "s1", 3, 1, 4e6, 1.0)
    assert rows["stream", "s2"] == Budget("stream", "s2", 1, 1, 0.0, 0.0)
    assert rows["country", "DE"] == Budget("country", "DE", 1, 0, 3e6, 0.75)
    assert rows["country", "FR"] == Budget("country", "FR", 1, 1, 0.0, 0.0)
    assert rows["kind", "unknown"] == Budget("kind", "unknown", 4, 2, 4e6, 1.0)
    nobody = {row.share for row in made(project()).budgets}
    assert nobody == {None}, "no budget is known: there is nothing to have a share of"


def test_a_stream_says_how_many_of_its_outlines_fit_no_other_nearly_as_well() -> None:
    """Of s1: o0 and o1 clearly; o2 fits s2 three quarters as well."""
    streams = made(project([[0.9, 0.1], [0.8, 0.5], [0.8, 0.6], [0.1, 0.6]])).streams
    assert [(stream.clear, len(stream.outlines)) for stream in streams] == [(2, 3), (1, 1)]


# Changes


def test_changes_are_what_differs_from_the_proposal_before() -> None:
    """Before: o9 in s1, linked with o0; o1 in s2; o0 with o2. Now: o1 in s1, o3 new; o0 with o1, o2 with o3."""
    gone = Person(OutlineId("o9"), "Harbour", "Weser", "DE")
    before = Previous(
        {O0: "s1", O1: "s2", O2: "s1", OutlineId("o9"): "s1"},
        {"s1": "Stream 1", "s2": "Ships"},
        frozenset({ordered("o0", "o9"), ordered("o0", "o2"), ordered("o2", "o3")}),
        {OutlineId("o9"): gone},
    )
    changed = changes(before, made(project()))
    assert changed.added == (O3,)
    assert changed.removed == (OutlineId("o9"),)
    assert changed.moved == ((O1, "s2", "s1"),)
    assert changed.links_added == ((O0, O1),)
    assert changed.links_removed == ((O0, O2),)
    assert changed.links_gone == ((O0, OutlineId("o9")),)
    assert changed.renamed == (("s2", "Ships", "Stream 2"),)
    assert changed.gone == (gone,)
