"""The overall project: what holds for every call, and what a coordinator's decisions do."""

import json
import time
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.planted import plant
from data.errors import BadInput
from data.model import Kind, Organisation, OutlineId
from data.published import as_json
from matcher.overall.decisions import ordered
from matcher.overall.integrate import (
    Case,
    Decisions,
    Demands,
    Previous,
    Topic,
    alternatives,
    integrate,
)
from matcher.overall.report import CUT

DEMANDS = Demands("planted", stream_count=(2, 4))


def case(seed: int = 1, n: int = 24, states: int = 6) -> Case:
    return plant(n, streams=3, states=states, noise=1.0, seed=seed).case


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 1000), n=st.integers(5, 40), states=st.integers(2, 5))
def test_no_outline_is_lost_and_no_link_lies_inside_one_country(seed: int, n: int, states: int) -> None:
    planted = case(seed, n, states)
    project = integrate(planted, DEMANDS)
    assert sorted(o for stream in project.streams for o in stream.outlines) == list(planted.ids)
    country = dict(zip(planted.ids, planted.countries, strict=True))
    for link in project.links:
        assert link.a < link.b
        assert country[link.a] != country[link.b]
        assert link.countries == (country[link.a], country[link.b])
    assert project.bound >= project.value
    assert 0 <= project.gap <= 1
    assert len({(link.a, link.b) for link in project.links}) == len(project.links)
    for participant in project.participants:
        assert participant.links == sum(participant.outline in (x.a, x.b) for x in project.links)
        assert participant.links <= participant.capacity


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 1000), unknown=st.one_of(st.just(range(20)), st.sets(st.integers(0, 19))))
def test_an_outline_of_unknown_country_is_placed_and_linked_to_nobody(
    seed: int, unknown: Iterable[int]
) -> None:
    planted = case(seed, 20)
    outlines = [
        replace(outline, country=None) if i in unknown else outline
        for i, outline in enumerate(planted.outlines)
    ]
    nowhere = replace(planted, outlines=tuple(outlines))
    project = integrate(nowhere, DEMANDS)
    ids = {planted.ids[i] for i in unknown}
    assert sorted(o for stream in project.streams for o in stream.outlines) == list(planted.ids)
    assert {who.outline for who in project.participants if who.country is None} == ids
    assert not ids & {end for link in project.links for end in (link.a, link.b)}
    assert ids <= set(project.isolated)
    told = [finding.about[0] for finding in project.findings if finding.kind == "unknown-country"]
    assert told == sorted(ids)
    assert set(project.state_matrix.states) == {outline.country for outline in outlines} - {None}
    assert Previous.from_kept(Previous.of(project).as_kept()) == Previous.of(project)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 1000), picks=st.permutations(range(20)))
def test_decisions_are_always_kept(seed: int, picks: list[int]) -> None:
    planted = case(seed, 20)
    ids = [planted.ids[i] for i in picks]
    decisions = Decisions(
        streams={ids[0]: "s1", ids[1]: "s2"},
        together=frozenset({ordered(ids[2], ids[3])}),
        never=frozenset({ordered(ids[4], ids[5])}),
        names={"s1": "Chosen name"},
        capacity={ids[6]: 1},
        withdrawn=frozenset({ids[7]}),
    )
    project = integrate(planted, DEMANDS, decisions=decisions)
    where = project.stream_of
    assert where[ids[0]] == "s1"
    assert where[ids[1]] == "s2"
    assert where[ids[2]] == where[ids[3]]
    assert where[ids[4]] != where[ids[5]]
    assert ordered(ids[4], ids[5]) not in project.pairs
    assert next(stream.name for stream in project.streams if stream.id == "s1") == "Chosen name"
    assert sum(ids[6] in pair for pair in project.pairs) <= 1
    assert ids[7] not in where
    country = dict(zip(planted.ids, planted.countries, strict=True))
    if country[ids[2]] != country[ids[3]]:
        assert ordered(ids[2], ids[3]) in project.pairs


def test_the_order_in_which_outlines_come_changes_nothing() -> None:
    planted = case()
    order = list(reversed(range(len(planted.outlines))))
    rows = {name: getattr(planted, name)[order] for name in ("texts", "offers", "seeks")}
    turned = Case.of([planted.outlines[i] for i in order], rows, organisations=planted.organisations)
    assert integrate(planted, DEMANDS) == integrate(turned, DEMANDS)


def test_the_same_call_gives_the_same_run_and_another_decision_another() -> None:
    planted = case()
    first = integrate(planted, DEMANDS)
    assert integrate(planted, DEMANDS).run == first.run
    named = integrate(planted, DEMANDS, decisions=Decisions(names={"s1": "Edge"}))
    assert named.run != first.run
    assert named.stream_of == first.stream_of


def test_a_slow_machine_gives_the_same_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The solver looks at the clock, which runs a thousand times as fast, and counts its steps all the same."""
    planted = case()
    first = integrate(planted, DEMANDS)
    now = time.perf_counter
    begun = now()
    monkeypatch.setattr(time, "perf_counter", lambda: begun + min(100.0, 1000 * (now() - begun)))
    assert integrate(planted, DEMANDS) == first


def test_an_answer_that_the_clock_cut_short_says_so() -> None:
    planted = case()
    assert integrate(planted, DEMANDS).notes == ()
    notes = integrate(planted, DEMANDS, limit_s=0.0).notes
    assert notes == (CUT,)
    assert "stopped by the clock" in CUT


def test_with_enough_partners_everybody_gets_the_least_number_of_links() -> None:
    project = integrate(case(n=30), DEMANDS)
    assert project.isolated == ()
    assert project.short == ()
    assert min(participant.links for participant in project.participants) >= 2


def test_in_a_single_country_everybody_is_isolated_and_said_to_be() -> None:
    project = integrate(case(n=8, states=1), DEMANDS)
    assert project.links == ()
    assert len(project.isolated) == 8
    assert any(finding.kind == "hanging-country" for finding in project.findings)


def test_two_outlines_of_one_owner_are_not_linked_across_a_border() -> None:
    planted = case(n=12, states=3)
    owners = {o.organisation: Organisation(o.organisation, owner="one-group") for o in planted.outlines}  # type: ignore[arg-type]
    assert integrate(replace(planted, organisations=owners), DEMANDS).links == ()


def test_a_small_company_carries_fewer_links_than_a_large_one() -> None:
    planted = case(n=30)
    first = planted.outlines[0].organisation
    owners = {**planted.organisations, first: Organisation(first, kind=Kind.SME)}
    project = integrate(replace(planted, organisations=owners), DEMANDS)
    capacity = {participant.organisation: participant.capacity for participant in project.participants}
    assert capacity[first] == 4
    assert set(capacity.values()) == {4, 6}


def test_what_older_versions_kept_of_a_proposal_is_still_read() -> None:
    first = integrate(case(n=24, states=4), DEMANDS)
    assert Previous.from_kept(as_json(first)) == Previous.of(first), "they kept the whole published answer"


def test_removing_an_outline_moves_hardly_anybody() -> None:
    planted = plant(80, streams=4, states=12, noise=1.5, seed=3).case
    first = integrate(planted, Demands("planted"))
    before = Previous.from_kept(json.loads(json.dumps(Previous.of(first).as_kept())))
    gone = planted.ids[10]
    after = integrate(
        planted, Demands("planted"), decisions=Decisions(withdrawn=frozenset({gone})), previous=before
    )
    assert after.changes is not None
    assert after.changes.removed == (gone,)
    assert len(after.changes.moved) <= 4
    assert after.gap < 0.01
    kept = {pair for pair in first.pairs if gone not in pair}
    assert len(kept - after.pairs) <= 0.05 * len(kept)
    assert [stream.name for stream in after.streams] == [stream.name for stream in first.streams]


def test_a_late_outline_is_added_and_listed() -> None:
    planted = case(n=30)
    late = planted.ids[-1]
    first = integrate(planted.without([late]), DEMANDS)
    after = integrate(planted, DEMANDS, previous=Previous.of(first))
    assert after.changes is not None
    assert after.changes.added == (late,)
    assert sum(late in pair for pair in after.pairs) >= 2


def test_streams_that_the_call_gives_keep_their_ids_and_names() -> None:
    planted = case(n=24)
    given_streams = (Topic("ws1", "Infrastructure"), Topic("ws2", "Applications"), Topic("ws3", "Empty"))
    demands = replace(DEMANDS, streams=given_streams)
    means = planted.texts[:12].mean(axis=0), planted.texts[12:].mean(axis=0), planted.texts[3]

    def encode(texts: object) -> np.ndarray:
        return np.stack(means)

    project = integrate(planted, demands, encode=encode)
    assert [(stream.id, stream.name) for stream in project.streams] == [
        ("ws1", "Infrastructure"),
        ("ws2", "Applications"),
        ("ws3", "Empty"),
    ]
    assert {topic.topic for topic in project.coverage} == {"ws1", "ws2", "ws3"}


def test_a_topic_far_from_every_outline_is_uncovered() -> None:
    planted = case(n=24)
    demands = replace(DEMANDS, topics=(Topic("t1", "Covered"), Topic("t2", "Far")))
    vectors = np.stack([planted.texts[0], -planted.texts.mean(axis=0)])
    project = integrate(planted, demands, encode=lambda texts: vectors)
    assert [topic.topic for topic in project.coverage if not topic.covered] == ["t2"]
    assert project.uncovered[0].name == "Far"


def test_states_that_were_invited_and_did_not_come_are_missing() -> None:
    planted = case(n=12, states=2)  # AT and BE
    project = integrate(planted, replace(DEMANDS, countries=("AT", "BE", "GR")))
    assert project.missing == ("GR",)
    assert as_json(project)["missing_countries"] == ["EL"]


def test_the_state_matrix_counts_each_link_on_both_sides() -> None:
    project = integrate(case(n=24, states=4), DEMANDS)
    matrix = project.state_matrix
    assert sum(map(sum, matrix.links)) == 2 * len(project.links)
    assert all(matrix.links[k][k] == 0 for k in range(len(matrix.states)))


def test_an_outline_handed_in_twice_is_found() -> None:
    planted = case(n=12)
    texts = planted.texts.copy()
    texts[1] = texts[0]
    project = integrate(replace(planted, texts=texts), DEMANDS)
    twins = [finding.about for finding in project.findings if finding.kind == "duplicate"]
    assert twins == [(planted.ids[0], planted.ids[1])]


def test_alternatives_differ_from_the_first_and_from_each_other() -> None:
    planted = case(n=40)
    first = integrate(planted, DEMANDS)
    others = alternatives(planted, DEMANDS, first)
    assert 2 <= len(others) <= 3
    projects = [first, *(other.project for other in others)]
    for i, one in enumerate(projects):
        for two in projects[:i]:
            apart = 1 - len(one.pairs & two.pairs) / len(one.pairs | two.pairs)
            moved = sum(one.stream_of[o] != two.stream_of[o] for o in one.stream_of)
            counts = {len(one.streams), len(two.streams)}
            assert apart >= 0.3 or moved >= 0.3 * len(one.stream_of) or len(counts) == 2
    assert others[0].trade["complement"] == pytest.approx(
        others[0].project.terms["complement"] - first.terms["complement"]
    )
    assert len(others[0].project.streams) != len(first.streams), "one has another number of streams"
    for other in others:
        assert max(other.trade[term] for term in other.trade if term not in ("links", "streams")) >= 0.01
    assert others[0].trade["streams"] == len(others[0].project.streams) - len(first.streams)


def test_streams_that_the_call_gives_are_kept_by_every_alternative() -> None:
    planted = case(n=40)
    given_streams = tuple(Topic(f"ws{k}", f"Stream {k}") for k in range(3))
    demands = replace(DEMANDS, streams=given_streams)
    means = np.stack([planted.texts[k::3].mean(axis=0) for k in range(3)])
    first = integrate(planted, demands, encode=lambda texts: means)
    others = alternatives(planted, demands, first, encode=lambda texts: means)
    assert others
    for other in others:
        assert [stream.id for stream in other.project.streams] == ["ws0", "ws1", "ws2"]


def test_the_loss_of_a_country_with_its_repair_is_listed() -> None:
    project = integrate(case(n=24, states=4), DEMANDS)
    states = [loss for loss in project.fragile if loss.kind == "country"]
    assert {loss.id for loss in states} == {"AT", "BE", "BG", "CY"}
    for loss in project.fragile:
        gone = set(loss.outlines)
        assert not gone & set(loss.short)
        assert all(not gone & set(pair) for pair in loss.mend)


def test_a_decision_about_an_unknown_outline_is_noted_and_changes_nothing() -> None:
    planted = case(n=12)
    decisions = Decisions(streams={"nobody": "s1"})
    project = integrate(planted, DEMANDS, decisions=decisions)
    assert project.notes == ("a decision names outline nobody, which is not in the call",)


def test_an_empty_call_says_what_to_do() -> None:
    planted = case(n=5, states=2)
    everybody = Decisions(withdrawn=frozenset(planted.ids))
    with pytest.raises(BadInput, match="has no outlines to integrate; import some first"):
        integrate(planted, DEMANDS, decisions=everybody)


def test_one_outline_alone_is_one_stream() -> None:
    planted = case(n=5, states=2)
    alone = planted.without(planted.ids[1:])
    project = integrate(alone, DEMANDS)
    assert [stream.outlines for stream in project.streams] == [(OutlineId(planted.ids[0]),)]
    assert project.isolated == (planted.ids[0],)


def test_a_stream_that_everybody_left_is_gone_and_the_others_stay() -> None:
    planted = case(n=30)
    first = integrate(planted, DEMANDS)
    left = first.streams[0]
    after = integrate(
        planted,
        DEMANDS,
        decisions=Decisions(withdrawn=frozenset(left.outlines)),
        previous=Previous.of(first),
    )
    assert [stream.id for stream in after.streams] == [stream.id for stream in first.streams[1:]]
    assert all(stream.outlines for stream in after.streams)
