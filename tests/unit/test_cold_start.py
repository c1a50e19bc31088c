"""Is an organisation without history worth what those are who did what it writes about?"""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from data.model import ORGANISATION_COLUMNS, PARTICIPATION_COLUMNS, PROJECT_COLUMNS, History, OrganisationId
from matcher.ranking.cold_start import ColdStart, by_text_alone
from matcher.ranking.organisation_features import PreparedState, prepare_state
from matcher.ranking.rank import Query, Ranker, Texts
from matcher.ranking.state import build_state

WATER, SPACE = np.eye(2, dtype=np.float32)
PROFILES = {"new-water": WATER, "new-space": SPACE}
NEW_WATER = OrganisationId("new-water")
EMPTY = Query("q")


def history(members: dict[str, list[str]]) -> History:
    """Project id -> its members, all seated in Germany; one project a month."""
    projects = pd.DataFrame("", index=range(len(members)), columns=list(PROJECT_COLUMNS))
    projects["id"] = list(members)
    projects["start"] = pd.date_range("2015-01-01", periods=len(members), freq="MS").astype("datetime64[s]")
    pairs = [(project, who, "participant", 1.0) for project, all_ in members.items() for who in all_]
    people = sorted({who for all_ in members.values() for who in all_})
    organisations = pd.DataFrame(
        [(who, who, "DE", "company", None, None, None, None, False) for who in people],
        columns=list(ORGANISATION_COLUMNS),
    )
    return History(projects, pd.DataFrame(pairs, columns=list(PARTICIPATION_COLUMNS)), organisations)


def prepared() -> PreparedState:
    past = history({"P1": ["a", "b"], "P2": ["c", "d"], "P3": ["b", "d"]})
    return prepare_state(build_state(past, {"P1": WATER, "P2": SPACE}, 2))


def probabilities(
    chances: dict[str, float], countries: dict[str, str | None] | None = None, *, lifted: bool = True
) -> dict[str, float]:
    """What those without history get when those with one have these chances."""
    state = prepared()
    places = np.array(state.state.positions(tuple(chances)))
    experienced = (places, np.array(list(chances.values())))
    (scored,) = ColdStart.of(state, PROFILES, countries).score(
        np.zeros((1, 2)), [experienced], [EMPTY], lifted=lifted
    )
    return dict(zip(scored.ids, scored.probability, strict=True))


def test_an_organisation_without_history_is_worth_one_project_of_those_who_did_what_it_writes_about() -> None:
    """Beside P1: a (one project) and b (two): (0.003 / 1 + 0.006 / 2) / (1 / 1 + 1 / 2), raised twentyfold."""
    assert probabilities({"a": 0.003, "b": 0.006})["new-water"] == pytest.approx(20 * 0.006 / 1.5)


def test_values_of_the_fixed_blend_are_not_raised() -> None:
    assert probabilities({"a": 0.3, "b": 0.6}, lifted=False)["new-water"] == pytest.approx(0.6 / 1.5)


def test_partners_of_another_subject_are_worth_nothing_to_it() -> None:
    assert probabilities({"a": 0.003})["new-space"] == 0.0


def test_the_country_of_likely_partners_helps() -> None:
    countries: dict[str, str | None] = {"new-water": "DE", "new-space": None}
    # All of the four are German, but a country of fewer than 20 counts as one of 20: its rate is 4 / 20.
    assert probabilities({"a": 0.003, "b": 0.006}, countries)["new-water"] == pytest.approx(
        20 * 0.006 / 1.5 * (4 / 20) ** 0.25
    )


def test_nobody_on_board_is_scored() -> None:
    cold_start = ColdStart.of(prepared(), PROFILES)
    experienced = (np.array([0]), np.array([0.1]))
    (scored,) = cold_start.score(
        np.zeros((1, 2)), [experienced], [Query("q", given=(NEW_WATER,))], lifted=True
    )
    assert scored.ids.tolist() == ["new-space"]


def test_where_no_project_is_known_profiles_are_ordered_by_the_text() -> None:
    texts = Texts("toy", 2, {}, PROFILES, lambda lines: np.array([SPACE for _ in lines]))
    ranker = Ranker(history({"P1": ["a", "b"]}), texts)
    query = Query("q", text="rockets", date=dt.date(2014, 1, 1))
    assert ranker.rank([query])[0].ranked == (("new-space", 1.0), ("new-water", 0.0))


def test_choosing_candidates_does_not_change_what_an_organisation_without_history_is_worth() -> None:
    texts = Texts(
        "toy", 2, {"P1": WATER, "P2": SPACE}, PROFILES, lambda lines: np.array([WATER for _ in lines])
    )
    ranker = Ranker(history({"P1": ["a", "b"], "P2": ["c", "d"]}), texts)
    query = Query("q", text="rivers")
    everybody, alone = (
        dict(ranker.rank([query], candidates=chosen)[0].ranked) for chosen in (None, [NEW_WATER])
    )
    assert alone == {NEW_WATER: everybody[NEW_WATER]}


def uncentred(projects: np.ndarray) -> PreparedState:
    """A state whose project vectors are these and have no common centre; project k has the members ok and pk."""
    past = history({f"P{k:02d}": [f"o{k:02d}", f"p{k:02d}"] for k in range(len(projects))})
    state = build_state(past, {}, projects.shape[1])
    zero = np.zeros(projects.shape[1], np.float32)
    return prepare_state(replace(state, vectors=projects, centre=zero))


def test_nearer_projects_count_by_the_cube_of_their_cosine() -> None:
    """Cosines 0.6 and 0.8 to two projects whose members have one project each: 0.216 and 0.512 parts."""
    state = uncentred(np.eye(2))
    cold_start = ColdStart.of(state, {"new": np.array([0.6, 0.8], np.float32)})
    positions = np.array(state.state.positions(("o00", "p00", "o01")))
    experienced = (positions, np.array([0.2, 0.4, 0.1]))
    (scored,) = cold_start.score(np.zeros((1, 2)), [experienced], [EMPTY], lifted=False)
    expected = (0.216 * (0.2 + 0.4) + 0.512 * 0.1) / (2 * 0.216 + 2 * 0.512)
    assert scored.probability.tolist() == pytest.approx([expected])


def test_the_more_come_without_history_the_less_each_is_raised() -> None:
    """For 32 of them 64 / 32^0.4 = 16; for 40,000 it would be less than 1, and is 1; for one, 20 at most."""
    state = uncentred(np.eye(2))
    profiles = {f"new-{k:02d}": WATER for k in range(32)}
    experienced = (np.array(state.state.positions(("o00",))), np.array([0.01]))
    (scored,) = ColdStart.of(state, profiles).score(np.zeros((1, 2)), [experienced], [EMPTY], lifted=True)
    assert scored.probability.tolist() == pytest.approx([16 * 0.01 / 2] * 32)
    many = {f"new-{k:05d}": WATER for k in range(40_000)}
    (scored,) = ColdStart.of(state, many).score(np.zeros((1, 2)), [experienced], [EMPTY], lifted=True)
    assert scored.probability[0] == pytest.approx(0.01 / 2)


def test_no_probability_is_raised_above_one() -> None:
    assert probabilities({"a": 0.9, "b": 0.9})["new-water"] == 1.0


def test_a_country_counts_within_bounds() -> None:
    """A country where nobody is likely, one of four places that counts as twenty, and one of a thousand places."""
    state = uncentred(np.eye(2))
    experienced = (np.array(state.state.positions(("o00",))), np.array([0.01]))
    factors = []
    for size in (0.0, 4.0, 1000.0):
        weighted = replace(state, by_country=sparse.csr_matrix(np.array([[size / 4] * 4, [0.0] * 4])))
        cold_start = ColdStart.of(weighted, {"new": WATER}, {"new": "DE"})
        (scored,) = cold_start.score(np.zeros((1, 2)), [experienced], [EMPTY], lifted=False)
        factors.append(float(scored.probability[0]) / (0.01 / 2))
    # Of 1,000 places the one likely partner holds 250 x 0.01 / 1,000, as many as there are in the mean.
    assert factors == pytest.approx([0.05**0.25, 0.2**0.25, 1.0], rel=1e-3)


def test_where_nobody_was_near_the_text_alone_orders() -> None:
    texts = np.array([[0.6, 0.8]], np.float32)
    cold_start = ColdStart.of(uncentred(np.eye(2)), PROFILES)
    nobody = (np.array([], int), np.array([]))
    (scored,) = cold_start.score(texts, [nobody], [EMPTY], lifted=False)
    assert dict(zip(scored.ids, scored.probability, strict=True)) == {
        "new-space": pytest.approx(0.8e-6),
        "new-water": pytest.approx(0.6e-6),
    }
    assert scored.projects.tolist() == [0.0, 0.0]


def test_the_sixty_nearest_projects_count_and_equals_of_the_last() -> None:
    angles = np.linspace(0.0, 1.2, 70)
    turned = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    assert ColdStart.of(uncentred(turned), {"new": WATER}).beside.nnz == 60
    assert ColdStart.of(uncentred(turned), {"new": WATER}).beside.indices.max() == 59
    even = np.tile(np.array([[1.0, 0.0]]), (70, 1))
    assert ColdStart.of(uncentred(even), {"new": WATER}).beside.nnz == 70
    assert ColdStart.of(uncentred(turned[:60]), {"new": WATER}).beside.nnz == 60


def test_without_anybody_to_score_the_answer_is_empty() -> None:
    cold_start = ColdStart.of(uncentred(np.eye(2)), {})
    first, second = cold_start.score(np.zeros((2, 2)), [], [EMPTY, EMPTY], lifted=True)
    assert first.ids.tolist() == second.ids.tolist() == []
    assert first.probability.tolist() == first.projects.tolist() == []


def test_profiles_of_those_with_a_history_are_not_scored_anew() -> None:
    assert ColdStart.of(prepared(), {"a": WATER, "new": WATER}).ids.tolist() == ["new"]


def test_by_text_alone_nobody_on_board_is_named_and_nothing_is_below_nothing() -> None:
    scored = by_text_alone(
        {"x": WATER, "y": -WATER, "z": SPACE}, WATER, Query("q", given=(OrganisationId("z"),))
    )
    assert dict(zip(scored.ids, scored.probability, strict=True)) == {"x": 1.0, "y": 0.0}


def test_an_organisation_that_is_near_to_no_project_inherits_nothing() -> None:
    state = uncentred(np.eye(2))
    experienced = (np.array(state.state.positions(("o00", "o01"))), np.array([0.5, 0.5]))
    (scored,) = ColdStart.of(state, {"new": -WATER}).score(
        np.zeros((1, 2)), [experienced], [EMPTY], lifted=False
    )
    assert scored.probability.tolist() == [0.0]
