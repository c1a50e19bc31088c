"""Does the ranker answer from the past alone, and never name those on board?"""

import datetime as dt
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest

from data.model import ORGANISATION_COLUMNS, History, OrganisationId
from matcher.ranking import training_set
from matcher.ranking.cutoffs import cutoff_for
from matcher.ranking.model_file import FORMAT, Card, Model, Trees, is_kept, load, save
from matcher.ranking.rank import Query, Ranker, Texts

PEOPLE = [f"org{number:03d}" for number in range(120)]


def tiny_history(projects: list[tuple[str, str, str, list[str]]]) -> History:
    """(id, start, topic, members) -> History; the first member coordinates; all sit in Germany or France."""
    ordered = sorted(projects, key=lambda row: (row[1], row[0]))
    table = pd.DataFrame(
        [
            (i, None, None, start, None, "H2020", "SC5", None, topic, f"about {topic}")
            for i, start, topic, _ in ordered
        ],
        columns=[
            "id",
            "title",
            "acronym",
            "start",
            "end",
            "framework",
            "programme",
            "scheme",
            "topics",
            "text",
        ],
    ).astype({"start": "datetime64[s]"})
    rows = [
        (i, who, "coordinator" if who == members[0] else "participant", 1.0)
        for i, _, _, members in ordered
        for who in sorted(members)
    ]
    people = sorted({who for _, _, _, members in ordered for who in members})
    organisations = pd.DataFrame(
        [
            (who, who, "DE" if place % 2 else "FR", "company", None, None, None, None, False)
            for place, who in enumerate(people)
        ],
        columns=list(ORGANISATION_COLUMNS),
    )
    return History(
        table,
        pd.DataFrame(rows, columns=["project", "organisation", "role", "contribution_eur"]),
        organisations,
    )


def long_history() -> History:
    """600 projects over four years in twelve fields, each with a core that comes back."""
    rng = np.random.default_rng(1)
    projects = []
    for number in range(600):
        group = number % 12
        start = dt.date(2014, 1, 1) + dt.timedelta(days=int(number * 2.4))
        members = rng.choice(10, size=5, replace=False) + 10 * group
        projects.append(
            (
                f"P{number:04d}",
                start.isoformat(),
                f"T{'ABCDEFGHIJKL'[group]}-1-{start.year}",
                [PEOPLE[m] for m in members],
            )
        )
    return tiny_history(projects)


E, Z = OrganisationId("e"), OrganisationId("z")
SMALL = tiny_history(
    [
        ("P1", "2015-01-01", "WATER-1-2015", ["a", "b", "c"]),
        ("P2", "2015-03-01", "WATER-2-2015", ["a", "b", "d"]),
        ("P3", "2016-01-01", "SPACE-1-2016", ["e", "f", "g"]),
        ("P4", "2017-01-01", "SPACE-2-2017", ["e", "z"]),
    ]
)


def names(ranker: Ranker, query: Query, **options: Any) -> list[str]:
    return [who for who, _ in ranker.rank([query], **options)[0].ranked]


def test_the_partner_of_two_projects_comes_first_and_nobody_on_board_is_named() -> None:
    ranked = names(Ranker(SMALL, Texts.none()), Query("q", coordinator=OrganisationId("a")))
    assert ranked[0] == "b"
    assert "a" not in ranked


def test_a_topic_alone_finds_those_who_took_part_in_its_family() -> None:
    ranked = names(Ranker(SMALL, Texts.none()), Query("q", topic="SPACE-7-2018"))
    assert set(ranked[:4]) == {"e", "f", "g", "z"}


def test_whoever_came_after_the_date_is_not_named() -> None:
    ranked = names(Ranker(SMALL, Texts.none()), Query("q", topic="SPACE-7-2018", date=dt.date(2016, 6, 1)))
    assert "z" not in ranked
    assert "e" in ranked


def test_before_the_first_project_nothing_is_known() -> None:
    assert (
        names(
            Ranker(SMALL, Texts.none()), Query("q", coordinator=OrganisationId("a"), date=dt.date(2014, 1, 1))
        )
        == []
    )


def test_unknown_organisations_on_board_and_an_empty_query_are_allowed() -> None:
    ranker = Ranker(SMALL, Texts.none())
    assert (
        len(names(ranker, Query("q", coordinator=OrganisationId("nobody"), given=(OrganisationId("none"),))))
        == 8
    )
    assert len(names(ranker, Query("q"))) == 8


def test_only_the_wanted_candidates_are_ranked() -> None:
    assert names(
        Ranker(SMALL, Texts.none()), Query("q", coordinator=OrganisationId("a")), candidates=["c", "d", "a"]
    ) in (
        ["c", "d"],
        ["d", "c"],
    )


def test_an_organisation_without_history_is_ranked_by_its_profile() -> None:
    water, space = np.eye(2, dtype=np.float32)
    texts = Texts(
        "toy",
        2,
        {"P1": water, "P2": water, "P3": space, "P4": space},
        {"new-water": water, "new-space": space},
        lambda lines: np.array([water for _ in lines]),
    )
    ranked = names(Ranker(SMALL, texts), Query("q", text="rivers"))
    assert ranked.index("new-water") < ranked.index("new-space")


def test_favouring_newcomers_moves_them_up() -> None:
    ranker = Ranker(SMALL, Texts.none())
    query = Query("q", topic="SPACE-7-2018")
    plain, steered = (dict(ranker.rank([query], newcomers=value)[0].ranked) for value in (0.0, 1.0))
    assert steered[Z] / steered[E] > plain[Z] / plain[E]


@pytest.mark.parametrize("options", [{"limit": 0}, {"newcomers": 1.5}])
def test_impossible_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be"):
        Ranker(SMALL, Texts.none()).rank([Query("q")], **options)


def test_a_shared_project_is_given_as_the_reason() -> None:
    (contributions,) = Ranker(SMALL, Texts.none()).explain(
        Query("q", coordinator=OrganisationId("a")), [OrganisationId("c")]
    )
    assert [(tie.project, tie.partner, tie.value) for tie in contributions if tie.kind == "tie"] == [
        ("P1", "a", 0.5)
    ]


def test_a_past_project_is_given_with_the_sentence_it_is_nearest_to() -> None:
    water, space = np.eye(2, dtype=np.float32)
    texts = Texts(
        "toy",
        2,
        {"P1": water, "P2": water, "P3": space, "P4": space},
        {"new-space": space},
        lambda lines: np.array([space if "Rockets" in text else water for text in lines]),
    )
    query = Query("q", text="Rivers are to be cleaned everywhere. Rockets are to be built with care.")
    known, new, unknown = Ranker(SMALL, texts).explain(
        query, [E, OrganisationId("new-space"), OrganisationId("nobody")]
    )
    rockets = "Rockets are to be built with care."
    assert [(piece.project, piece.sentence) for piece in known if piece.kind == "text"] == [
        ("P3", rockets),
        ("P4", rockets),
    ]
    assert [(piece.kind, piece.project, piece.sentence) for piece in new] == [
        ("profile", None, rockets),
        ("beside", "P3", rockets),
        ("beside", "P4", rockets),
    ]
    assert unknown == ()


def test_the_cutoff_depends_on_the_date_and_the_past_alone() -> None:
    assert cutoff_for(SMALL, dt.date(2016, 5, 1)) == dt.date(2016, 1, 1)
    assert cutoff_for(SMALL, dt.date(2020, 5, 1)) == dt.date(2017, 7, 1)
    assert cutoff_for(SMALL, None) == dt.date(2017, 7, 1)


def test_deleting_what_came_after_the_date_changes_no_learned_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_set, "LISTS", 400)
    history, date = long_history(), dt.date(2017, 3, 1)
    query = Query("q", coordinator=OrganisationId("org003"), topic="TA-1-2017", date=date)
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        whole = Ranker(history, Texts.none(), folder=Path(first), learn_from=100)
        past = Ranker(history.before(date), Texts.none(), folder=Path(second), learn_from=100)
        again = Ranker(history, Texts.none(), folder=Path(first), learn_from=100)
        answers = [ranker.rank([query])[0].ranked for ranker in (whole, past, again)]
        files = [sorted(path.name for path in Path(folder).iterdir()) for folder in (first, second)]
        assert past.learns
    assert answers[0] == answers[1] == answers[2]
    assert files[0] == files[1]
    assert "ranker-2017-01-01.json" in files[0]
    assert {who for who, _ in answers[0][:9]} == {f"org{n:03d}" for n in range(10)} - {"org003"}


def small_model(features: tuple[str, ...] = ("x",)) -> Model:
    """One tree on one feature."""
    rows = np.arange(100, dtype=np.float32).reshape(-1, 1)
    booster = lgb.train(
        {"objective": "binary", "verbose": -1, "min_data_in_leaf": 5, "num_threads": 1},
        lgb.Dataset(rows, (rows[:, 0] > 50).astype(int)),
        3,
    )
    card = Card(FORMAT, "none", "2019-07-01", "f" * 64, features, 7, 9, 1.0, 0.0, None, {})
    return Model(card, Trees((booster,), (2.0,)))


def test_a_saved_model_scores_as_before(tmp_path: Path) -> None:
    model, rows = small_model(), np.array([[10.0], [90.0]], np.float32)
    save(model, tmp_path)
    again = load(tmp_path, "2019-07-01", "f" * 64)
    assert again is not None
    assert again.card == model.card
    assert again.score(rows, threads=1).tolist() == model.score(rows, threads=1).tolist()


def test_a_damaged_model_or_one_of_another_history_counts_as_none(tmp_path: Path) -> None:
    save(small_model(), tmp_path)
    assert load(tmp_path, "2019-07-01", "e" * 64) is None
    trees = next(tmp_path.glob("*.txt"))
    trees.write_text(trees.read_text()[:-100])
    assert load(tmp_path, "2019-07-01", "f" * 64) is None


def written_in_format_2(folder: Path) -> Model:
    """A model as it was kept before its features got the names that the field uses."""
    model = small_model(("walk near of largest", "echo per project", "country by walk", "topic"))
    save(model, folder)
    path = folder / "ranker-2019-07-01.json"
    card = json.loads(path.read_text())
    card |= {"format": 2, "understudy": card["trees"], "examined_from": card.pop("validated_from")}
    path.write_text(json.dumps(card))
    return model


def test_a_model_of_the_format_before_answers_as_it_did_under_the_new_names(tmp_path: Path) -> None:
    model = written_in_format_2(tmp_path)
    read = load(tmp_path, "2019-07-01", "f" * 64)
    assert read is not None
    assert read.card.features == (
        "pagerank near of largest",
        "feedback per project",
        "country by pagerank",
        "topic",
    )
    assert is_kept(tmp_path, "2019-07-01", "f" * 64), "nothing has to be learned again"
    rows = np.array([[10.0], [90.0]], np.float32)
    assert read.score(rows, threads=1).tolist() == model.score(rows, threads=1).tolist()
    assert read.validation is not None
    assert read.validation.score(rows).tolist() == model.score(rows, threads=1).tolist()


def test_trees_of_a_model_of_the_format_before_are_not_thrown_away(tmp_path: Path) -> None:
    written_in_format_2(tmp_path)
    save(replace(small_model(), card=replace(small_model().card, cutoff="2020-01-01")), tmp_path)
    assert load(tmp_path, "2019-07-01", "f" * 64) is not None


@pytest.mark.parametrize("document", ['{"format": 1}', '{"format": 4}', "[]", "{", '{"format": 3}'])
def test_a_model_of_an_unknown_format_counts_as_none(tmp_path: Path, document: str) -> None:
    (tmp_path / "ranker-2019-07-01.json").write_text(document)
    assert load(tmp_path, "2019-07-01", "f" * 64) is None
    assert not is_kept(tmp_path, "2019-07-01", "f" * 64)


def test_too_short_a_history_says_that_the_prior_serves() -> None:
    with tempfile.TemporaryDirectory() as folder:
        ranker = Ranker(SMALL, Texts.none(), folder=Path(folder))
        assert "too short to learn from (4 projects; 500 over some years are needed)" in ranker.basis
        assert not ranker.learns
