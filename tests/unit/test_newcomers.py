"""Is an organisation without history worth what those are who did what it writes about?"""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from data.model import ORGANISATION_COLUMNS, PARTICIPATION_COLUMNS, PROJECT_COLUMNS, History
from matcher.ranking.cold_start import ColdStart
from matcher.ranking.organisation_features import Prepared, prepare
from matcher.ranking.rank import Query, Ranker, Texts
from matcher.ranking.state import build_state

WATER, SPACE = np.eye(2, dtype=np.float32)
PROFILES = {"new-water": WATER, "new-space": SPACE}
NOBODY = Query("q")


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


def prepared() -> Prepared:
    past = history({"P1": ["a", "b"], "P2": ["c", "d"], "P3": ["b", "d"]})
    return prepare(build_state(past, {"P1": WATER, "P2": SPACE}, 2))


def judged(
    chances: dict[str, float], countries: dict[str, str] | None = None, *, lifted: bool = True
) -> dict[str, float]:
    """What the newcomers get when those with a history have these chances."""
    state = prepared()
    places = np.array(state.state.positions(tuple(chances)))
    known = (places, np.array(list(chances.values())))
    (found,) = ColdStart.of(state, PROFILES, countries).judge(
        np.zeros((1, 2)), [known], [NOBODY], lifted=lifted
    )
    return dict(zip(found.ids, found.probability, strict=True))


def test_a_newcomer_is_worth_one_project_of_those_who_did_what_it_writes_about() -> None:
    """Beside P1: a (one project) and b (two): (0.003 / 1 + 0.006 / 2) / (1 / 1 + 1 / 2), raised twentyfold."""
    assert judged({"a": 0.003, "b": 0.006})["new-water"] == pytest.approx(20 * 0.006 / 1.5)


def test_the_shares_of_the_fixed_blend_are_not_raised() -> None:
    assert judged({"a": 0.3, "b": 0.6}, lifted=False)["new-water"] == pytest.approx(0.6 / 1.5)


def test_partners_of_another_subject_are_worth_nothing_to_it() -> None:
    assert judged({"a": 0.003})["new-space"] == 0.0


def test_the_country_of_likely_partners_helps() -> None:
    countries = {"new-water": "DE", "new-space": None}
    # All of the four are German, but a country of fewer than 20 counts as one of 20: its rate is 4 / 20.
    assert judged({"a": 0.003, "b": 0.006}, countries)["new-water"] == pytest.approx(
        20 * 0.006 / 1.5 * (4 / 20) ** 0.25
    )


def test_nobody_on_board_is_named_as_a_newcomer() -> None:
    newcomers = ColdStart.of(prepared(), PROFILES)
    known = (np.array([0]), np.array([0.1]))
    (found,) = newcomers.judge(np.zeros((1, 2)), [known], [Query("q", given=("new-water",))], lifted=True)
    assert found.ids.tolist() == ["new-space"]


def test_where_no_project_is_known_profiles_are_ordered_by_the_text() -> None:
    texts = Texts("toy", 2, {}, PROFILES, lambda asked: np.array([SPACE for _ in asked]))
    ranker = Ranker(history({"P1": ["a", "b"]}), texts)
    query = Query("q", text="rockets", date=dt.date(2014, 1, 1))
    assert ranker.rank([query])[0].ranked == (("new-space", 1.0), ("new-water", 0.0))


def test_choosing_candidates_does_not_change_what_a_newcomer_is_worth() -> None:
    texts = Texts(
        "toy", 2, {"P1": WATER, "P2": SPACE}, PROFILES, lambda asked: np.array([WATER for _ in asked])
    )
    ranker = Ranker(history({"P1": ["a", "b"], "P2": ["c", "d"]}), texts)
    query = Query("q", text="rivers")
    everybody, alone = (
        dict(ranker.rank([query], candidates=chosen)[0].ranked) for chosen in (None, ["new-water"])
    )
    assert alone == {"new-water": everybody["new-water"]}
