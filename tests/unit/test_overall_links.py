"""What is a link worth, and on what evidence? Strengths of a few outlines, worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from benchmarks.planted import bare_outlines
from data.model import Organisation, OrganisationId
from matcher.overall.case import Case, LinkWeights
from matcher.overall.links import Strengths, strengths

ZERO, HALF, ONE = np.zeros((2, 2)), np.full((2, 2), 0.5), np.ones((2, 2))


def only(**parts: np.ndarray) -> Strengths:
    matrices = {"complement": ZERO, "topic": ZERO, "tie": ZERO, "seek": ZERO, "allowed": ONE > 0}
    return Strengths(**{**matrices, **parts})


def test_strength_is_the_parts_by_their_weights() -> None:
    strength = only(complement=ONE, topic=HALF, tie=HALF)
    total = strength.total(LinkWeights(complement=0.6, topic=0.2, tie=0.2))
    assert total[0, 1] == pytest.approx(0.6 + 0.1 + 0.1)


def test_a_part_that_nobody_has_leaves_its_weight_to_the_others() -> None:
    strength = only(complement=ONE, topic=HALF)
    total = strength.total(LinkWeights(complement=0.6, topic=0.2, tie=0.2))
    assert total[0, 1] == pytest.approx((0.6 * 1.0 + 0.2 * 0.5) / 0.8)


def test_a_part_without_weight_counts_nothing() -> None:
    strength = only(complement=HALF, tie=ONE)
    assert strength.total(LinkWeights(complement=0.5, topic=0.0, tie=0.0))[0, 1] == pytest.approx(0.5)


def test_where_nothing_is_known_strength_is_nothing() -> None:
    assert only().total(LinkWeights()).tolist() == [[0.0, 0.0], [0.0, 0.0]]


def case(countries: list[str], *, owners: list[str] | None = None, **vectors: np.ndarray) -> Case:
    apart = np.eye(len(countries))
    rows = {"texts": apart, "offers": apart, "seeks": apart, **vectors}
    return Case.of(bare_outlines(countries, owners=owners or ()), rows)


def worked_out(outlines: Case) -> Strengths:
    return strengths(outlines, outlines.texts, outlines.offers, outlines.seeks)


def test_a_link_needs_a_border_and_two_owners() -> None:
    allowed = worked_out(case(["DE", "DE", "FR", "IT"], owners=["a", "b", "c", "c"])).allowed
    assert allowed.tolist() == [
        [False, False, True, True],
        [False, False, True, True],
        [True, True, False, False],
        [True, True, False, False],
    ]


def test_subsidiaries_of_one_parent_are_one_owner() -> None:
    parent = OrganisationId("parent")
    outlines = case(["DE", "FR"])
    owners = {o.organisation: Organisation(o.organisation, owner=parent) for o in outlines.outlines}
    assert not worked_out(replace(outlines, organisations=owners)).allowed.any()


def test_a_tie_grows_with_its_weight_and_reaches_two_thirds_at_a_half() -> None:
    ties = sparse.csr_array(np.array([[0.0, 0.5], [0.5, 0.0]]))
    outlines = replace(case(["DE", "FR"]), ties=ties)
    assert worked_out(outlines).tie[0, 1] == pytest.approx(1 - 1 / np.e)
    assert not worked_out(case(["DE", "FR"])).tie.any(), "without a history"


COUNTRIES = ["DE", "FR", "IT", "ES"]
ANSWERED = np.eye(4)[[1, 0, 3, 2]]
"""Searches: o0 seeks what o1 offers and the other way round; so do o2 and o3."""


def test_what_answers_a_search_is_the_complement_and_what_does_not_is_nothing() -> None:
    strength = worked_out(case(COUNTRIES, seeks=ANSWERED))
    assert strength.seek.argmax(axis=1).tolist() == [1, 0, 3, 2]
    assert strength.seek[0, 1] == pytest.approx(1.0)
    assert strength.seek[0, 2] == 0.0
    assert strength.complement[0, 1] == 1.0, "both ways: one and a quarter, cut at one"


def test_a_search_that_is_answered_one_way_counts_once_for_the_pair() -> None:
    seeks = np.array([[0, 1.0, 0, 0], [0, 0, 0.6, 0], [0, 0, 0, 0.8], [0.5, 0, 0, 0]])
    strength = worked_out(case(COUNTRIES, seeks=seeks))
    assert strength.seek[0, 1] > strength.seek[1, 0]
    high, low = strength.seek[0, 1], strength.seek[1, 0]
    assert strength.complement[0, 1] == strength.complement[1, 0] == pytest.approx(min(1.0, high + low / 4))


def test_an_offer_near_to_everybodys_search_loses_its_advantage() -> None:
    """o3's offer is as near to each search as the one that answers it; the answer wins all the same."""
    offers = np.array([[1.0, 0, 0, 0], [0, 1.0, 0, 0], [0, 0, 1.0, 0], [0.9, 0.9, 0.9, 0]])
    seeks = np.array([[0, 1.0, 0, 0], [0, 0, 1.0, 0], [1.0, 0, 0, 0], [0, 0, 0, 0.1]])
    seek = worked_out(case(COUNTRIES, offers=offers, seeks=seeks)).seek
    assert [int(row.argmax()) for row in seek[:3]] == [1, 2, 0]
    assert seek[0, 1] > seek[0, 3]


def test_where_nobody_says_what_is_sought_or_offered_the_text_stands_in() -> None:
    texts = ANSWERED
    spoken = case(COUNTRIES, texts=texts, seeks=texts)
    silent = case(COUNTRIES, texts=texts, seeks=np.zeros((4, 4)))
    assert worked_out(silent).seek.tolist() == worked_out(spoken).seek.tolist()
    offered = case(COUNTRIES, texts=texts, offers=texts, seeks=ANSWERED[[2, 3, 0, 1]])
    unsaid = case(COUNTRIES, texts=texts, offers=np.zeros((4, 4)), seeks=ANSWERED[[2, 3, 0, 1]])
    assert worked_out(unsaid).seek.tolist() == worked_out(offered).seek.tolist()


def test_topic_is_nothing_at_the_usual_nearness_and_one_at_the_top() -> None:
    """Four texts: o0 and o1 are alike, the others at right angles: of six cosines one is 1, five are 0."""
    texts = np.eye(4)[[0, 0, 1, 2]]
    topic = worked_out(case(COUNTRIES, texts=texts)).topic
    assert topic[0, 1] == topic[1, 0] == 1.0
    assert topic[0, 2] == topic[2, 3] == 0.0


def test_half_way_from_the_median_to_the_top_is_half() -> None:
    """Of twelve directed pairs two have the cosine 1 and two 0.5; the top lies between them."""
    near = np.zeros((4, 4))
    near[0, 1] = near[1, 0] = 1.0
    near[2, 3] = near[3, 2] = 0.5
    texts = np.linalg.cholesky(near + 1.0001 * np.eye(4))
    topic = worked_out(case(COUNTRIES, texts=texts)).topic
    # 12 directed pairs: 1, 1, 0.5, 0.5 and eight zeros; the quantile 1 - 1 / 8 lies at place 9.625 of 0 to 11.
    top = 0.5 + 0.625 * 0.5
    assert topic[0, 1] == 1.0
    assert topic[2, 3] == pytest.approx(0.5 / top, abs=1e-3)


def test_an_outline_alone_has_no_strengths() -> None:
    strength = worked_out(case(["DE"]))
    assert strength.topic.tolist() == [[0.0]]
    assert strength.complement.tolist() == [[0.0]]
