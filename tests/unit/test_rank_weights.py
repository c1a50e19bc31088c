"""What do past projects weigh, and what do organisations get from them? Three projects and four organisations, by hand.

P1 has a (who leads) and b, P2 a, c and d (who leads), P3 c (who leads) and d; a and b are on board, a coordinates.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from data.model import ORGANISATION_COLUMNS, PARTICIPATION_COLUMNS, PROJECT_COLUMNS, History
from matcher.ranking.evidence import QueryEvidence
from matcher.ranking.features import (
    GROUPS,
    PER_PROJECT,
    QUERY_FEATURES,
    RAW,
    SURPRISE,
    Scores,
    candidate_rows,
    feature_names,
    score_all,
)
from matcher.ranking.organisation_features import ORGANISATION_FEATURES, PreparedState, prepare_state
from matcher.ranking.pagerank import personalised_pagerank
from matcher.ranking.project_weights import (
    acquaintance,
    feedback_weights,
    own_subject,
    relevance,
    subject_weights,
    tie_weights,
)
from matcher.ranking.state import build_state

MEMBERS = {"P1": "ab", "P2": "acd", "P3": "cd"}
LEADS = {"P1": "a", "P2": "d", "P3": "c"}
A, B, C, D = range(4)


def prepared() -> PreparedState:
    """The state with round numbers for what recency, topics and meaning are."""
    projects = pd.DataFrame("", index=range(3), columns=list(PROJECT_COLUMNS))
    projects["id"] = list(MEMBERS)
    projects["start"] = pd.to_datetime(["2018-01-01", "2017-01-01", "2015-01-01"]).astype("datetime64[s]")
    pairs = [
        (project, who, "coordinator" if LEADS[project] == who else "participant", 1.0)
        for project, members in MEMBERS.items()
        for who in members
    ]
    seats = {"a": "DE", "b": "FR", "c": "DE", "d": None}
    kinds = {"a": "company", "b": "research", "c": "company", "d": None}
    organisations = pd.DataFrame(
        [(who, who, seats[who], kinds[who], None, None, None, None, False) for who in "abcd"],
        columns=list(ORGANISATION_COLUMNS),
    )
    table = pd.DataFrame(pairs, columns=list(PARTICIPATION_COLUMNS))
    state = build_state(History(projects, table, organisations), {}, 2)
    state = replace(
        state,
        topic=sparse.csr_matrix(np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])),
        vectors=np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]]),
    )
    return replace(prepare_state(state), recent=np.array([1.0, 0.5, 0.25]))


def column(*values: float) -> np.ndarray:
    return np.array(values, np.float32)[:, None]


EVIDENCE = QueryEvidence(
    topic=column(0.5, 1.0, 0.0),
    programme=column(1.0, 0.5, 0.0),
    words=column(0.2, 0.1, 0.0),
    meaning=column(0.6, 0.0, 0.4),
    lead=column(1, 1, 0),
    lead_led=column(1, 0, 0),
    given=column(2, 1, 0),
    on_board=sparse.csc_matrix(column(1, 1, 0, 0)),
    lead_place=np.array([A]),
    facts=np.array([[2, 2, 1, 1, 0]], np.float32),
)
NEAR = [0.25 + 0.06 + 0.108 + 0.05, 1.0 + 0.03 + 0.0 + 0.025, 0.032]
"""Relevance: topic^2 + 0.3 words + 0.5 meaning^3 + 0.05 programme."""


def flat(weights: dict[str, np.ndarray]) -> dict[str, list[float]]:
    return {name: values[:, 0].tolist() for name, values in weights.items()}


def close(values: list[float]) -> object:
    return pytest.approx(values, abs=1e-6)


def test_relevance_is_all_that_describes_a_project_together() -> None:
    assert relevance(EVIDENCE)[:, 0].tolist() == close(NEAR)


def test_weights_by_subject() -> None:
    near = NEAR
    assert flat(subject_weights(prepared(), EVIDENCE)) == {
        "topic": close([0.5, 1.0, 0.0]),
        "topic^4": close([0.0625, 1.0, 0.0]),
        "topic^2 recent": close([0.25, 0.5, 0.0]),
        "programme": close([1.0, 0.5, 0.0]),
        "programme recent": close([1.0, 0.25, 0.0]),
        "programme^4": close([1.0, 0.0625, 0.0]),
        "words": close([0.2, 0.1, 0.0]),
        "words^2": close([0.04, 0.01, 0.0]),
        "meaning^3": close([0.216, 0.0, 0.064]),
        "meaning^8": close([0.01679616, 0.0, 0.00065536]),
        "meaning exp": close([float(np.exp(-4.8)), 0.0, float(np.exp(-7.2))]),
        "meaning rank": close([1 / 5, 0.0, 1 / 6]),
        "relevance": close(near),
        "relevance recent": close([near[0], near[1] / 2, near[2] / 4]),
        "relevance^2": close([value**2 for value in near]),
        "relevance by size": close([near[0] / 2, near[1] / 3, near[2] / 2]),
        "relevance rank": close([1 / 11, 1 / 10, 1 / 12]),
    }


OWN_TOPIC = [1.0, 1.79 / 2.61, 0.28 / 2.61]
"""Own projects weigh 2 x 1.2 x 1 and 1 x 0.7 x 0.5; their topics add to (2.61, 0.28)."""
LENGTH = float(np.hypot(2.4, 0.35))
OWN_MEANING = [2.4 / LENGTH, 0.35 / LENGTH, (0.6 * 2.4 + 0.8 * 0.35) / LENGTH]


def test_how_near_a_project_is_to_what_those_on_board_did() -> None:
    topic, meaning = own_subject(prepared(), EVIDENCE)
    assert topic[:, 0].tolist() == close(OWN_TOPIC)
    assert meaning[:, 0].tolist() == close(OWN_MEANING)


def test_where_nobody_is_on_board_there_is_no_own_subject() -> None:
    topic, meaning = own_subject(prepared(), replace(EVIDENCE, given=column(0, 0, 0)))
    assert topic.tolist() == meaning.tolist() == [[0.0], [0.0], [0.0]]


def test_weights_by_who_is_on_board() -> None:
    near, topic, meaning = NEAR, OWN_TOPIC, OWN_MEANING
    others = 0.1  # P3 alone has nobody on board; its programme is another one
    assert flat(tie_weights(prepared(), EVIDENCE)) == {
        "lead": close([1, 1, 0]),
        "lead newman": close([1, 0.5, 0]),
        "lead recent": close([1, 0.5, 0]),
        "lead relevance": close([near[0], near[1], 0]),
        "lead topic": close([0.25, 1, 0]),
        "lead programme": close([1, 0.5, 0]),
        "lead words": close([0.2, 0.1, 0]),
        "lead led": close([1, 0, 0]),
        "lead led recent": close([1, 0, 0]),
        "lead led relevance": close([near[0], 0, 0]),
        "lead led programme": close([1, 0, 0]),
        "given": close([2, 1, 0]),
        "given newman": close([2, 0.5, 0]),
        "given newman recent": close([2, 0.25, 0]),
        "given relevance": close([2 * near[0], 0.5 * near[1], 0]),
        "given programme": close([2, 0.25, 0]),
        "given any": close([1, 1, 0]),
        "given^2": close([4, 1, 0]),
        "own topic": close([0, 0, topic[2] * others]),
        "own topic^2": close([0, 0, topic[2] ** 2 * others]),
        "own meaning": close([0, 0, meaning[2] ** 3 * others]),
        "own relevance": close([0, 0, (topic[2] + meaning[2] ** 2) * near[2]]),
        "own topic all": close(topic),
        # By near + 0.2 own topic x programme + 0.2 for P1 and P2: P2 before P1 before P3.
        "mixed rank": close([1 / 11, 1 / 10, 1 / 12]),
        "mixed rank sharp": close([1 / 4, 1 / 3, 1 / 5]),
    }


def test_what_those_on_board_did_is_nearer_where_the_programme_is_the_querys() -> None:
    """P3, where nobody is on board, has 0.1 and what it shares of the programme."""
    shared = replace(EVIDENCE, programme=column(1.0, 0.5, 0.25))
    weights = tie_weights(prepared(), shared)["own topic"][:, 0].tolist()
    assert weights == close([0, 0, OWN_TOPIC[2] * 0.35])


def test_sharing_a_programme_and_being_on_board_decide_mixed_ranks_where_relevance_is_even() -> None:
    """Relevance 0.05, 0.025 and 0: own projects get 0.2 more each, so that P3 needs 0.2 to pass the second."""
    even = replace(
        EVIDENCE,
        topic=column(0, 0, np.sqrt(0.24)),
        words=column(0, 0, 0),
        meaning=column(0, 0, 0),
    )
    ranks = tie_weights(prepared(), even)["mixed rank"][:, 0].tolist()
    # P1 0.05 + 0.2 + 0.2; P2 0.025 + 0.2 x 0.686 x 0.5 + 0.2 = 0.294; P3 0.24.
    assert ranks == close([1 / 10, 1 / 11, 1 / 12])


def test_partners_of_those_on_board_weigh_by_their_popularity_and_the_projects_size() -> None:
    """c has 2 projects and 0.8 of ties, d 2 and 0.4; those on board weigh nothing."""
    weights = acquaintance(prepared(), EVIDENCE, column(9, 9, 0.8, 0.4))
    both = 1.2 / np.sqrt(2)
    assert weights[:, 0].tolist() == close([0.0, both * 0.5, both])


def test_feedback_weighs_the_best_of_the_prior_but_nobody_on_board() -> None:
    prior = column(0.9, 0.8, 0.3, 0.1)
    assert feedback_weights(prepared(), EVIDENCE, prior, best=0)[:, 0].tolist() == close([0.0, 0.5, 1.0])
    # With the second best too: c has 3 parts of 4, d 1 part; both are in P2 and P3.
    assert feedback_weights(prepared(), EVIDENCE, prior, best=1)[:, 0].tolist() == close([0.0, 0.5, 1.0])
    apart = column(0.0, 0.3, 0.9, 0.0)
    alone = replace(EVIDENCE, on_board=sparse.csc_matrix(column(1, 0, 0, 0)))
    assert feedback_weights(prepared(), alone, apart)[:, 0].tolist() == close([0.25, 0.375, 0.75])


def scores() -> Scores:
    return score_all(prepared(), EVIDENCE)


def test_an_organisation_gets_the_sum_of_its_projects_weights() -> None:
    sums = flat(scores().sums)
    assert sums["topic"] == close([1.5, 0.5, 1.0, 1.0])
    assert sums["given newman"] == close([2.5, 2.0, 0.5, 0.5])
    assert sums["led by programme"] == close([1.0, 0.0, 0.0, 0.5])
    assert sums["led by relevance"] == close([NEAR[0], 0.0, NEAR[2], NEAR[1]])
    assert sums["led with lead"] == close([1.0, 0.0, 0.0, 1.0])


def test_the_largest_of_each_sum_is_kept_and_is_never_nothing() -> None:
    largest = scores().largest
    assert largest["topic"].tolist() == [1.5]
    assert largest["given newman"].tolist() == [2.5]
    alone = score_all(prepared(), replace(EVIDENCE, words=column(0, 0, 0)))
    assert alone.largest["words"].tolist() == pytest.approx([1e-12], rel=1e-3, abs=0.0)


def test_two_steps_lead_over_partners_to_their_other_projects() -> None:
    """Ties of c and d are 0.5 each; P2 gets 1 / sqrt(2) at half weight, P3 all of it."""
    sums, both = flat(scores().sums), 1.0 / np.sqrt(2)
    assert sums["two steps"] == close([both / 2, 0.0, 1.5 * both, 1.5 * both])
    with_p3 = both / 2 * NEAR[1] + both * NEAR[2]
    assert sums["two steps relevance"] == close([both / 2 * NEAR[1], 0.0, with_p3, with_p3])
    assert sums["two steps programme"] == close([both / 4, 0.0, both / 4, both / 4])


def test_pagerank_starts_at_those_on_board_and_at_members_of_relevant_projects() -> None:
    sums = flat(scores().sums)
    assert sum(sums["pagerank"]) == pytest.approx(1.0, abs=1e-5)
    assert sums["pagerank"][C] == pytest.approx(sums["pagerank"][D])
    half = [(a + b) / 2 for a, b in zip(sums["pagerank"], sums["pagerank by relevance"], strict=True)]
    assert sums["pagerank mixed"] == close(half)
    state = prepared()
    seeds = column(NEAR[0] ** 2 / 2 + NEAR[1] ** 2 / 3, NEAR[0] ** 2 / 2, 0, 0)
    seeds += column(0, 0, *[NEAR[1] ** 2 / 3 + NEAR[2] ** 2 / 2] * 2)
    near = personalised_pagerank(state.state.member, state.members, seeds, restart=0.3, steps=4)
    assert sums["pagerank near"] == close(near[:, 0].tolist())


def test_the_prior_is_the_documented_blend() -> None:
    scored = scores()
    sums = flat(scored.sums)

    def normalised(values: list[float]) -> list[float]:
        return [value / sum(values) for value in values]

    ties = [a + b for a, b in zip(sums["given newman"], sums["given newman recent"], strict=True)]
    parts = zip(
        normalised(sums["relevance"]),
        normalised(ties),
        normalised(sums["given relevance"]),
        sums["pagerank mixed"],
        strict=True,
    )
    expected = [
        0.4 * subject + 0.3 * tie + 0.5 * both + 2.0 * pagerank for subject, tie, both, pagerank in parts
    ]
    assert scored.prior[:, 0].tolist() == pytest.approx(expected, abs=1e-5)
    assert sums["prior"] == pytest.approx(expected, abs=1e-5)


def test_surprise_is_a_z_score_by_the_number_of_projects() -> None:
    """Programme weights 1, 0.5 and 0 have the mean 0.5 and the deviation 1 / sqrt(6); a has two of them."""
    surprise = scores().surprise["programme"][:, 0].tolist()
    root6, root2 = np.sqrt(6.0), np.sqrt(2.0)
    assert surprise == pytest.approx(
        [
            (1.5 - 1.0) / root2 * root6,
            (1.0 - 0.5) * root6,
            (0.5 - 1.0) / root2 * root6,
            (0.5 - 1.0) / root2 * root6,
        ],
        abs=1e-5,
    )


def test_countries_and_kinds_give_their_value_to_their_members() -> None:
    groups = flat(scores().groups)
    # Programme sums are 1.5, 1, 0.5 and 0.5: DE (a, c) has 2 of 3.5, FR 1, unknown 0.5.
    assert groups["country by programme"] == close([4 / 7, 2 / 7, 4 / 7, 1 / 7])
    assert groups["kind by programme"] == close([4 / 7, 2 / 7, 4 / 7, 1 / 7])
    assert groups["country on board"] == close([1, 1, 1, 0])
    assert groups["kind on board"] == close([1, 1, 1, 0])
    assert groups["country of lead"] == close([1, 0, 1, 0])
    # Own projects by country: P1 (2 x 1) DE and FR, P2 (1 x 0.5) DE, DE and unknown.
    assert groups["country of own projects"] == close([3 / 5.5, 2 / 5.5, 3 / 5.5, 0.5 / 5.5])


def test_the_candidates_are_scored_as_they_are_among_all() -> None:
    """Two queries, the second with one candidate only: what it lacks is filled up and not counted."""
    twice = replace(
        EVIDENCE,
        **{
            name: np.repeat(getattr(EVIDENCE, name), 2, axis=1)
            for name in ("topic", "programme", "words", "meaning", "lead", "lead_led", "given")
        },
        on_board=sparse.csc_matrix(np.repeat(column(1, 1, 0, 0), 2, axis=1)),
        lead_place=np.array([A, A]),
        facts=np.repeat(EVIDENCE.facts, 2, axis=0),
    )
    state, everybody = prepared(), scores()
    some = score_all(state, twice, lambda _prior: [np.array([D, A]), np.array([C])])
    assert some.places.tolist() == [[D, C], [A, 0]]
    assert some.count.tolist() == [2, 1]
    all_rows = candidate_rows(state, everybody, 0)
    np.testing.assert_allclose(candidate_rows(state, some, 0), all_rows[[D, A]], rtol=1e-5)
    np.testing.assert_allclose(candidate_rows(state, some, 1), all_rows[[C]], rtol=1e-5)


def test_what_the_query_is_like_goes_to_everybody_alike() -> None:
    query = dict(zip(QUERY_FEATURES, scores().query[0].tolist(), strict=True))
    assert query == {
        "on board": 2.0,
        "on board and known": 2.0,
        "has coordinator": 1.0,
        "has topic": 1.0,
        "has text": 0.0,
        "nearest topic": 1.0,
        "nearest words": pytest.approx(0.2),
        "nearest meaning": pytest.approx(0.6),
        "projects of the topic": 1.0,
        "projects of lead": 2.0,
        "lead: projects": 2.0,
        "lead: recent projects": pytest.approx(1.0 + float(np.exp(-365 / 365.25 / 1.5))),
        "lead: projects led": 1.0,
        "lead: share led": 0.5,
        "lead: projects of the last year": 2.0,
    }


def test_what_an_unknown_lead_did_is_not_known() -> None:
    unknown = replace(EVIDENCE, lead_place=np.array([-1]))
    scored = score_all(prepared(), unknown)
    assert np.isnan(scored.query[0, -5:]).all()
    assert not np.isnan(scored.query[0, :-5]).any()
    assert scored.groups["country of lead"].tolist() == [[0.0]] * 4, "nor those of an unknown country"


def test_each_column_of_a_row_is_what_its_name_says() -> None:
    state = prepared()
    scored = score_all(state, EVIDENCE, lambda _prior: [np.array([C, A])])
    names = feature_names(tuple(scored.sums))
    assert (
        len(names)
        == len(set(names))
        == len(scored.sums)
        + len(RAW)
        + len(PER_PROJECT)
        + len(SURPRISE)
        + len(GROUPS)
        + len(ORGANISATION_FEATURES)
        + len(QUERY_FEATURES)
    )
    rows = candidate_rows(state, scored, 0)
    assert rows.shape == (2, len(names))
    of_c, of_a = (dict(zip(names, row.tolist(), strict=True)) for row in rows)
    assert (of_c["topic"], of_a["topic"]) == (1.0, 1.5)
    assert of_c["topic of largest"] == pytest.approx(1.0 / 1.5)
    assert (of_c["topic per project"], of_a["topic per project"]) == (0.5, 0.75)
    assert of_a["surprise programme"] == pytest.approx(0.5 / np.sqrt(2) * np.sqrt(6), abs=1e-5)
    assert of_c["country by programme"] == pytest.approx(4 / 7)
    assert (of_c["projects"], of_c["projects led"], of_c["mean size"]) == (2.0, 1.0, 2.5)
    assert (of_c["query: on board"], of_a["query: on board"]) == (2.0, 2.0)


def test_where_no_project_weighs_anything_every_sum_is_nothing() -> None:
    nothing = column(0, 0, 0)
    silent = QueryEvidence(
        topic=nothing,
        programme=nothing,
        words=nothing,
        meaning=nothing,
        lead=nothing,
        lead_led=nothing,
        given=nothing,
        on_board=sparse.csc_matrix((4, 1)),
        lead_place=np.array([-1]),
        facts=np.zeros((1, 5), np.float32),
    )
    scored = score_all(prepared(), silent)
    for name in ("topic", "relevance", "given newman", "two steps", "pagerank", "prior"):
        assert scored.sums[name].tolist() == [[0.0]] * 4
