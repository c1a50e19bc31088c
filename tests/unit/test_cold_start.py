"""Is an organisation without history worth what those are who did what it writes about?"""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from data.model import ORGANISATION_COLUMNS, PARTICIPATION_COLUMNS, PROJECT_COLUMNS, History, OrganisationId
from matcher.ranking.cold_start import ColdStart
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
