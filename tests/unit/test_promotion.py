"""Does a newly learned ranker come into use only where it is no worse than the one in use?"""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest

from data.model import ORGANISATION_COLUMNS, PARTICIPATION_COLUMNS, PROJECT_COLUMNS, History
from matcher.ranking import model_file, registry
from matcher.ranking.model_file import FORMAT, Card, Model, Trees
from matcher.ranking.rank import Ranker, Texts
from matcher.ranking.registry import ModelRegistry
from matcher.ranking.train import comparable, fingerprint

CUTOFF = dt.date(2019, 7, 1)
NEWEST = dt.date(2019, 1, 1)


def trees(turn: int) -> Trees:
    """Boosters that differ from turn to turn."""
    rows = np.arange(100, dtype=np.float32).reshape(-1, 1)
    settings = {"objective": "binary", "verbose": -1, "min_data_in_leaf": 5, "num_threads": 1}
    return Trees((lgb.train(settings, lgb.Dataset(rows, (rows[:, 0] > turn).astype(int)), 2),), (1.0,))


def a_model(turn: int, mark: str, measured: dict[str, float], *, cutoff: dt.date = CUTOFF) -> Model:
    learned = Card(
        FORMAT, "none", cutoff.isoformat(), mark, ("x",), 300, 600, 1.0, 0.0, NEWEST.isoformat(), measured
    )
    return Model(learned, trees(turn), trees(turn + 1))


def card(model: Model | None) -> Card:
    assert model is not None
    return model.card


def history(projects: int) -> History:
    """So many projects of two, one a day up to 30.06.2019."""
    table = pd.DataFrame("", index=range(projects), columns=list(PROJECT_COLUMNS))
    table["id"] = [f"P{number:03d}" for number in range(projects)]
    table["start"] = pd.date_range(end="2019-06-30", periods=projects).astype("datetime64[s]")
    pairs = [(project, who, "participant", 1.0) for project in table["id"] for who in ("a", "b")]
    people = pd.DataFrame(
        [(who, who, "DE", "company", None, None, None, None, False) for who in "ab"],
        columns=list(ORGANISATION_COLUMNS),
    )
    return History(table, pd.DataFrame(pairs, columns=list(PARTICIPATION_COLUMNS)), people)


Learn = Callable[..., list[Model | None]]
"""Sets what the next training measures; the list of models in use that trainings were compared with."""


@pytest.fixture
def learn(monkeypatch: pytest.MonkeyPatch) -> Learn:
    """Let the next training end in the given figures; the models that it was compared with are kept."""
    compared: list[Model | None] = []

    def prepare(turn: int, **measured: float) -> list[Model | None]:
        def trained(
            past: History, texts: Texts, *, cutoff: dt.date, in_use: Model | None, progress: object
        ) -> Model:
            compared.append(in_use)
            return a_model(turn, fingerprint(past, texts, cutoff), measured)

        monkeypatch.setattr(registry, "train", trained)
        return compared

    return prepare


def test_the_first_model_comes_into_use_where_it_beats_the_fixed_blend(tmp_path: Path, learn: Learn) -> None:
    learn(10, recall_50=0.30, prior_recall_50=0.25)
    model, promoted = ModelRegistry(history(5), Texts.none(), tmp_path).renew(CUTOFF)
    assert promoted
    assert card(model_file.load_in_use(tmp_path, "none")) == card(model)


def test_a_model_worse_than_the_fixed_blend_stays_out(tmp_path: Path, learn: Learn) -> None:
    learn(10, recall_50=0.20, prior_recall_50=0.25)
    kept = ModelRegistry(history(5), Texts.none(), tmp_path)
    assert kept.renew(CUTOFF)[1] is False
    assert kept.in_use() is None
    assert kept.due(CUTOFF) is False


@pytest.mark.parametrize(("recall", "comes"), [(0.29, False), (0.30, True), (0.31, True)])
def test_a_later_model_comes_into_use_where_it_is_no_worse(
    tmp_path: Path, learn: Learn, recall: float, comes: bool
) -> None:
    learn(10, recall_50=0.30, prior_recall_50=0.25)
    first, _ = ModelRegistry(history(5), Texts.none(), tmp_path).renew(CUTOFF)
    compared = learn(40, recall_50=recall, prior_recall_50=0.25, in_use_recall_50=0.30)
    later = ModelRegistry(history(6), Texts.none(), tmp_path)
    assert later.due(CUTOFF)
    second, promoted = later.renew(CUTOFF)
    assert card(compared[1]) == card(first)
    assert promoted is comes
    assert card(later.in_use()) == card(second if comes else first)
    assert not later.due(CUTOFF)


def test_what_another_process_promotes_is_taken_at_once_and_without_learning(
    tmp_path: Path, learn: Learn
) -> None:
    learn(10, recall_50=0.30, prior_recall_50=0.25)
    answering = Ranker(history(5), Texts.none(), folder=tmp_path, learn_from=2)
    answering.train()
    before = answering.fingerprint
    compared = learn(40, recall_50=0.35, prior_recall_50=0.25, in_use_recall_50=0.30)
    ModelRegistry(history(6), Texts.none(), tmp_path).renew(CUTOFF)
    assert "recall at 50 on the newest half year: 0.35" in answering.basis
    assert answering.fingerprint != before
    assert len(compared) == 2


def test_the_model_in_use_answers_until_a_new_one_is_learned(tmp_path: Path, learn: Learn) -> None:
    learn(10, recall_50=0.30, prior_recall_50=0.25)
    Ranker(history(5), Texts.none(), folder=tmp_path, learn_from=2).train()
    compared = learn(40, recall_50=0.29, prior_recall_50=0.25, in_use_recall_50=0.30)
    ranker = Ranker(history(6), Texts.none(), folder=tmp_path, learn_from=2)
    assert ranker.learns
    assert ranker.due
    assert len(compared) == 1
    text = ranker.train()
    assert text.startswith(
        "A newly learned ranking was no better and is not used (recall at 50, new: 0.290, in use: 0.300"
    )
    assert not ranker.due


def test_trees_that_no_card_names_are_removed(tmp_path: Path) -> None:
    for turn in (10, 40):
        model_file.save(a_model(turn, "f" * 64, {}), tmp_path)
    assert len(list(tmp_path.glob("trees-*.txt"))) == 2


def test_the_model_in_use_itself_is_compared_where_it_has_not_seen_the_half_year() -> None:
    earlier = a_model(10, "f" * 64, {}, cutoff=NEWEST)
    assert comparable(earlier, NEWEST, ("x",)) is earlier.trees


def test_its_validation_trees_are_compared_where_the_model_in_use_has_seen_the_half_year() -> None:
    model = a_model(10, "f" * 64, {})
    assert comparable(model, NEWEST, ("x",)) is model.validation


def test_nothing_is_compared_that_has_seen_the_half_year_or_looks_at_other_features() -> None:
    model = a_model(10, "f" * 64, {})
    assert comparable(model, dt.date(2018, 7, 1), ("x",)) is None
    assert comparable(replace(model, validation=None), NEWEST, ("x",)) is None
    assert comparable(model, NEWEST, ("y",)) is None


def test_a_model_for_dated_queries_is_never_compared_with_the_one_in_use(
    tmp_path: Path, learn: Learn
) -> None:
    learn(10, recall_50=0.30, prior_recall_50=0.25)
    kept = ModelRegistry(history(5), Texts.none(), tmp_path)
    _, promoted = kept.renew(CUTOFF)
    compared = learn(40, recall_50=0.50, prior_recall_50=0.25)
    assert kept.dated(NEWEST) is not None
    assert promoted
    assert compared[1] is None
    assert card(kept.in_use()).measured["recall_50"] == 0.30
