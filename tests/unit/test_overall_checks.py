"""What should a coordinator look at? Each check with the smallest project that sets it off, and one that does not."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.planted import bare_outlines, bare_project
from data.calls import load_profiles
from data.model import CallId, Kind, Organisation, OrganisationId, Outline, OutlineId
from graph.rules.rules import Answer
from matcher.overall.case import Demands, Topic
from matcher.overall.checks import COMPETING, DUPLICATE, coverage, findings, islands, members, rule_check
from matcher.overall.prepare import Prepared
from matcher.overall.project import Coverage, Finding
from matcher.overall.said import OwnWords

NONE = np.empty((0, 2), dtype=int)


def of_kind(
    kind: str, project: Prepared, pairs: np.ndarray, assigned: Sequence[int] | None = None
) -> list[Finding]:
    """What is found of one kind; all outlines are in the first stream unless `assigned` says otherwise."""
    places = np.zeros(len(project.case.outlines), dtype=int) if assigned is None else np.array(assigned)
    return [finding for finding in findings(project, places, pairs) if finding.kind == kind]


def two_with_cosine(cosine: float) -> np.ndarray:
    """Two rows of length 1 with this cosine, to the last bit."""
    return np.array([[1.0, 0.0], [cosine, np.sqrt(1 - cosine**2)]])


# Members


def with_budget(ident: str, owner: str, budget_eur: float | None, *, country: str = "DE") -> Outline:
    return Outline(
        OutlineId(ident), CallId("call"), "x", "", OrganisationId(owner), country, budget_eur=budget_eur
    )


def test_the_budgets_of_one_owners_outlines_are_added() -> None:
    one, two = members(
        [with_budget("o1", "b", 2.0), with_budget("o2", "a", 5.0), with_budget("o3", "b", 3.0)], {}
    )
    assert (one.id, one.budget_eur) == ("a", 5.0)
    assert (two.id, two.budget_eur) == ("b", 5.0)


def test_a_sum_with_an_unknown_budget_is_unknown() -> None:
    (member,) = members([with_budget("o1", "a", 2.0), with_budget("o2", "a", None)], {})
    assert member.budget_eur is None


def test_a_budget_of_nothing_is_known() -> None:
    (member,) = members([with_budget("o1", "a", 0.0)], {})
    assert member.budget_eur == 0.0


def test_a_member_has_the_facts_of_its_organisation() -> None:
    ident = OrganisationId("a")
    facts = Organisation(
        ident, name="Nordlicht", country="FR", kind=Kind.SME, owner=OrganisationId("group"), sme=True
    )
    (member,) = members([with_budget("o1", "a", None, country="DE")], {ident: facts})
    assert (member.name, member.country, member.kind, member.owner, member.sme, member.role) == (
        "Nordlicht",
        "FR",
        Kind.SME,
        "group",
        True,
        None,
    )


@pytest.mark.parametrize("organisations", [{}, {OrganisationId("a"): Organisation(OrganisationId("a"))}])
def test_where_the_organisation_has_no_country_the_outlines_counts(
    organisations: dict[OrganisationId, Organisation],
) -> None:
    (member,) = members([with_budget("o1", "a", None, country="DE")], organisations)
    assert (member.name, member.country, member.kind, member.owner, member.sme) == (
        None,
        "DE",
        None,
        None,
        None,
    )


def test_the_calls_rules_are_asked_of_the_outlines_owners() -> None:
    check = rule_check(load_profiles()[CallId("he-ria-ia-2021")], {})
    assert check(bare_outlines(["DE", "FR"])).answer is Answer.BROKEN
    assert check(bare_outlines(["DE", "FR", "IT"])).answer is not Answer.BROKEN
    assert check(bare_outlines(["DE", "FR", "IT"], owners=["c", "c", "d"])).answer is Answer.BROKEN


# Islands


def test_linked_outlines_without_a_link_to_the_rest_are_an_island() -> None:
    project = bare_project(["DE"] * 6)
    pairs = np.array([[0, 1], [1, 2], [3, 4]])
    assert of_kind("island", project, pairs) == [
        Finding("island", ("o3", "o4"), "2 outlines are linked among themselves but not with the rest", 2)
    ]


def test_an_outline_without_any_link_is_no_island() -> None:
    assert of_kind("island", bare_project(["DE"] * 3), np.array([[0, 1]])) == []


def test_links_that_hold_everybody_together_leave_no_island() -> None:
    assert of_kind("island", bare_project(["DE"] * 4), np.array([[0, 1], [1, 2], [2, 3]])) == []


def test_the_largest_part_is_the_main_one_and_of_equals_the_first() -> None:
    project = bare_project(["DE"] * 5)
    assert [f.about for f in of_kind("island", project, np.array([[0, 1], [2, 3], [3, 4]]))] == [("o0", "o1")]
    assert [f.about for f in of_kind("island", bare_project(["DE"] * 4), np.array([[0, 1], [2, 3]]))] == [
        ("o2", "o3")
    ]


def test_parts_are_those_of_the_links_in_either_direction() -> None:
    parts = islands(6, np.array([[0, 2], [1, 2], [3, 5]]))
    assert parts[0] == parts[1] == parts[2]
    assert parts[3] == parts[5]
    assert len(set(parts.tolist())) == 3


# Hanging countries


def test_a_country_that_hangs_on_one_link_or_none_is_shown_and_one_with_two_is_not() -> None:
    project = bare_project(["DE", "FR", "GR", "IT"])
    hanging = of_kind("hanging-country", project, np.array([[0, 1], [0, 2], [1, 2]]))
    assert hanging == [Finding("hanging-country", ("IT",), "Italy (IT) has no link to other states", 0)]
    hanging = of_kind("hanging-country", project, np.array([[0, 1], [0, 2], [1, 3], [0, 3]]))
    assert hanging == [Finding("hanging-country", ("EL",), "Greece (EL) has one link to other states", 1)]


def test_links_of_all_outlines_of_a_country_count_together() -> None:
    project = bare_project(["DE", "DE", "FR", "FR"])
    assert of_kind("hanging-country", project, np.array([[0, 2], [1, 3]])) == []


# Narrow and unbalanced streams


def test_a_stream_with_too_few_states_is_narrow() -> None:
    project = bare_project(["DE", "DE", "FR", "IT"], streams=2, min_countries=2)
    assert of_kind("narrow-stream", project, NONE, [0, 0, 1, 1]) == [
        Finding("narrow-stream", ("s1",), "the stream “s1” has one state; 2 are needed", 1)
    ]


def test_a_stream_within_its_sizes_is_balanced_and_one_beyond_is_not() -> None:
    project = bare_project(["DE"] * 6, streams=2, size=(2, 4))
    assert of_kind("unbalanced-stream", project, NONE, [0, 0, 1, 1, 1, 1]) == []
    assert of_kind("unbalanced-stream", project, NONE, [0, 1, 1, 1, 1, 1]) == [
        Finding("unbalanced-stream", ("s1",), "the stream “s1” has one outline; 2 to 4 would be balanced", 1),
        Finding("unbalanced-stream", ("s2",), "the stream “s2” has 5 outlines; 2 to 4 would be balanced", 5),
    ]


# Duplicates and competitors


def test_two_offers_that_are_alike_are_competitors() -> None:
    project = bare_project(["DE", "FR"], offers=two_with_cosine(0.6))
    assert of_kind("competitors", project, NONE) == [
        Finding("competitors", ("o0", "o1"), "o0 and o1 offer nearly the same: direct competitors", 0.6)
    ]


def test_offers_count_as_competing_from_the_bar_on() -> None:
    assert (
        len(of_kind("competitors", bare_project(["DE", "FR"], offers=two_with_cosine(COMPETING)), NONE)) == 1
    )
    below = two_with_cosine(COMPETING - 0.001)
    assert of_kind("competitors", bare_project(["DE", "FR"], offers=below), NONE) == []


def test_two_outlines_of_one_owner_do_not_compete() -> None:
    project = bare_project(["DE", "FR"], owners=["c", "c"], offers=two_with_cosine(0.9))
    assert of_kind("competitors", project, NONE) == []


def test_the_same_text_twice_is_a_duplicate_and_no_competitor() -> None:
    project = bare_project(["DE", "FR"], texts=two_with_cosine(0.98), offers=two_with_cosine(0.98))
    assert of_kind("duplicate", project, NONE) == [
        Finding("duplicate", ("o0", "o1"), "o0 and o1 say nearly the same; one may be handed in twice", 0.98)
    ]
    assert of_kind("competitors", project, NONE) == []


def test_texts_count_as_the_same_from_the_bar_on() -> None:
    alike, unlike = two_with_cosine(DUPLICATE), two_with_cosine(DUPLICATE - 0.001)
    assert len(of_kind("duplicate", bare_project(["DE", "FR"], texts=alike), NONE)) == 1
    assert of_kind("duplicate", bare_project(["DE", "FR"], texts=unlike), NONE) == []
    both = bare_project(["DE", "FR"], texts=alike, offers=alike)
    assert of_kind("competitors", both, NONE) == [], "at the bar too"


def test_findings_come_the_most_serious_kind_first() -> None:
    project = bare_project(
        ["DE", "DE", "FR", "FR"],
        streams=2,
        size=(2, 2),
        min_countries=2,
        texts=np.eye(4)[[0, 0, 1, 2]],
        offers=np.eye(4)[[0, 1, 2, 2]],
    )
    shown = findings(project, np.array([0, 0, 0, 1]), np.array([[0, 1], [2, 3]]))
    assert [finding.kind for finding in shown] == [
        "island",
        "unbalanced-stream",
        "narrow-stream",
        "unbalanced-stream",
        "duplicate",
        "competitors",
    ]


# Coverage


def with_topics(project: Prepared, *rows: Sequence[float]) -> Prepared:
    """The call names one topic a row, t0 on."""
    topics = tuple(Topic(f"t{k}", f"Topic {k}") for k in range(len(rows)))
    return replace(project, demands=Demands("call", topics=topics), topics=np.array(rows))


def test_a_topic_is_covered_from_half_the_usual_nearness_on() -> None:
    """All write the same, so that outlines lie at 1 to their stream: half of it is the bar."""
    project = bare_project(["DE", "FR"], texts=np.array([[1.0, 0.0], [1.0, 0.0]]))
    covered, uncovered = coverage(with_topics(project, [0.5, 0.8], [0.49, 0.8]), np.zeros(2, dtype=int))
    both = (OutlineId("o0"), OutlineId("o1"))
    assert covered == Coverage("t0", "Topic 0", True, 0.5, both, ("DE", "FR"), "sentence")
    assert uncovered == Coverage("t1", "Topic 1", False, 0.49, (), ())


def test_all_who_cover_a_topic_are_named_the_nearest_first() -> None:
    """Each is a stream by itself, and so as near to it as can be."""
    project = bare_project(["IT", "DE", "FR", "GR"], streams=4)
    (topic,) = coverage(with_topics(project, [0.6, 0.5, 0.8, 0.55]), np.arange(4))
    assert topic.outlines == ("o2", "o0", "o3", "o1")
    assert topic.countries == ("DE", "FR", "GR", "IT")
    assert topic.nearness == 0.8


def test_how_near_is_usual_is_the_median_over_the_outlines_and_their_own_streams() -> None:
    """Nearness to the streams' middles: 1 for o0, 0.8 and 0.6 for the two of s2, whose middle lies between them."""
    texts = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 1.0, 0.0]])
    project = replace(
        bare_project(["DE", "FR", "IT"], streams=2), texts=texts * np.array([[1.0], [0.8], [0.6]])
    )
    at, below = coverage(with_topics(project, [0.4, 0.0, 0.0], [0.39, 0.0, 0.0]), np.array([0, 1, 1]))
    assert (at.covered, below.covered) == (True, False), "half of the median 0.8"


def test_a_stream_of_the_call_is_covered_by_whoever_stands_in_it_the_best_fit_first() -> None:
    project = replace(
        bare_project(["DE", "FR"], streams=2),
        demands=Demands("call", streams=(Topic("s1", "Edge"), Topic("s2", "Ships"))),
        profiles=np.array([[1.0, 0.0], [0.4, 0.0]]),
    )
    project = replace(project, problem=replace(project.problem, fit=np.array([[0.3, 0.0], [0.7, 0.0]])))
    edge, ships = coverage(project, np.array([0, 0]))
    assert (edge.how, edge.stream, edge.covered, edge.outlines) == ("stream", "s1", True, ("o1", "o0"))
    assert (ships.how, ships.stream, ships.covered, ships.outlines) == ("nobody", "s2", False, ())


def test_a_topic_that_a_stream_of_the_call_names_is_covered_by_that_stream() -> None:
    """Half of a topic's words must stand in the stream's title or description; the nearer stream wins."""
    given = (Topic("s1", "Edge networks"), Topic("s2", "Tools", "to learn from industrial data"))
    topics = tuple(Topic(f"t{k}", name) for k, name in enumerate(("industrial data", "retail trade")))
    project = replace(
        bare_project(["DE", "FR"], streams=2),
        demands=Demands("call", streams=given, topics=topics),
        topics=np.zeros((2, 2)),
        profiles=np.eye(2),
    )
    data, retail, *_ = coverage(project, np.array([0, 1]))
    assert (data.how, data.stream, data.outlines) == ("stream", "s2", ("o1",))
    assert (retail.how, retail.stream, retail.covered) == ("nobody", None, False)


def encoding(**vectors: tuple[float, float]) -> Callable[[Sequence[str]], np.ndarray]:
    """Texts as vectors by their first word."""
    return lambda texts: np.array([vectors[text.split()[0]] for text in texts])


def test_a_topic_is_covered_by_a_sentence_that_speaks_of_it_and_the_sentence_is_quoted() -> None:
    """Both texts are near the topic; only one of them has a sentence that is, and what it seeks is no sentence."""
    said = {
        OutlineId("o0"): OwnWords(does=("Title", "Radio for ports."), seeks=("Radio too",)),
        OutlineId("o1"): OwnWords(does=("Title",), seeks=("Radio of others",)),
    }
    project = bare_project(["DE", "FR"], texts=np.array([[1.0, 0.0], [1.0, 0.0]]))
    project = replace(
        with_topics(project, [0.9, 0.1]),
        case=replace(project.case, said=said),
        encode=encoding(Radio=(0.0, 1.0), Title=(1.0, 0.0), Topic=(0.1, 0.9)),
    )
    (topic,) = coverage(project, np.zeros(2, dtype=int))
    assert (topic.covered, topic.how, topic.outlines) == (True, "sentence", ("o0",))
    assert (topic.nearest, topic.quote) == ("o0", "Radio for ports.")


def test_where_no_sentence_speaks_of_a_topic_nobody_covers_it_and_the_nearest_is_quoted() -> None:
    said = {OutlineId("o0"): OwnWords(does=("Title",)), OutlineId("o1"): OwnWords(does=("Other",))}
    project = bare_project(["DE", "FR"], texts=np.array([[1.0, 0.0], [0.0, 1.0]]))
    project = replace(
        with_topics(project, [0.9, 0.9]),
        case=replace(project.case, said=said),
        encode=encoding(Title=(1.0, 0.0), Other=(0.0, -1.0), Topic=(-0.9, 0.1)),
    )
    (topic,) = coverage(project, np.array([0, 0]))
    assert (topic.covered, topic.how, topic.outlines) == (False, "nobody", ())
    assert topic.quote in ("Title", "Other")


def test_topics_that_nothing_encodes_are_not_looked_for() -> None:
    project = replace(bare_project(["DE", "FR"]), demands=Demands("call", topics=(Topic("t", "Radio"),)))
    assert coverage(project, np.zeros(2, dtype=int)) == ()
