"""Do texts speak for those who wrote them, and how loudly?"""

from pathlib import Path

import numpy as np
import pytest

from data.model import (
    CallId,
    Organisation,
    OrganisationId,
    Outline,
    OutlineId,
    Participation,
    Project,
    ProjectId,
)
from data.store import Store
from embeddings.encoder import HashingEncoder
from embeddings.search import TextSearch
from matcher.suggest.text_profiles import COORDINATED, Scale, TextProfiles, shared_weight

WATER = "acoustic sensors find leaks in old water pipes"
HEAT = "district heating plans with waste heat from computing"


@pytest.fixture
def world(tmp_path: Path) -> tuple[TextProfiles, TextSearch]:
    """A wrote about water; B led a project on heat with C; D is known by name only."""
    with Store.open(f"sqlite:///{tmp_path / 'world.sqlite'}") as store:
        with store.transaction() as writer:
            writer.put_organisations([Organisation(OrganisationId(each), each, "DE") for each in "ABCD"])
            writer.put_projects([Project(ProjectId("P"), title=HEAT)])
            writer.put_participations(
                [
                    Participation(ProjectId("P"), OrganisationId("B"), "coordinator"),
                    Participation(ProjectId("P"), OrganisationId("C")),
                ]
            )
            writer.put_outlines(
                [Outline(OutlineId("O"), CallId("c"), "Pipes", WATER, OrganisationId("A"), "DE")]
            )
        search = TextSearch.build(store, HashingEncoder(width=256))
        return TextProfiles.of(store.history(), store.outlines(), search), search


def test_everybody_is_in_the_roster_and_only_texts_speak(world: tuple[TextProfiles, TextSearch]) -> None:
    roster, _ = world
    assert roster.ids == ("A", "B", "C", "D")
    assert roster.entries == ("outline:O", "project:P")
    assert roster.projects.tolist() == [0, 1, 1, 0]
    weights = [[1.0, 0.0], [0.0, COORDINATED], [0.0, shared_weight(2)], [0.0, 0.0]]
    assert roster.speaks.toarray() == pytest.approx(np.array(weights))


def test_a_question_is_answered_by_who_wrote_about_it(world: tuple[TextProfiles, TextSearch]) -> None:
    roster, search = world
    scores = roster.scores(search.encode_all([WATER, HEAT]))
    assert scores[0, 0] > 0.9 and scores[0, 1] < 0.3
    assert scores[1, 1] == pytest.approx(COORDINATED) and scores[2, 1] == pytest.approx(shared_weight(2))
    assert scores[3].tolist() == [0.0, 0.0]


def test_an_outline_is_no_evidence_that_its_own_question_is_answered(
    world: tuple[TextProfiles, TextSearch],
) -> None:
    roster, search = world
    assert roster.scores(search.encode_all([WATER]), but="outline:O")[0, 0] == 0.0
    assert roster.best_entries(OrganisationId("A"), search.encode(WATER), 3, but="outline:O") == []
    assert roster.best_entries(OrganisationId("A"), search.encode(WATER), 3)[0][0] == "outline:O"


def test_scoring_leaves_the_index_as_it_was(world: tuple[TextProfiles, TextSearch]) -> None:
    roster, search = world
    before = roster.vectors.copy()
    roster.scores(search.encode_all([WATER]), but="outline:O")
    assert np.array_equal(roster.vectors, before)


def test_a_store_with_hardly_any_text_has_a_fixed_scale() -> None:
    assert Scale.of(np.eye(2, dtype=np.float32)) == Scale(0.1, 0.5)


def test_the_scale_runs_from_random_pairs_to_near_neighbours() -> None:
    # Thirty pairs of near twins: nearly all pairs have cosine 0, every nearest neighbour has 0.8.
    rows = np.zeros((60, 60), dtype=np.float32)
    for pair in range(30):
        rows[2 * pair, 2 * pair] = 1.0
        rows[2 * pair + 1, 2 * pair], rows[2 * pair + 1, 2 * pair + 1] = 0.8, 0.6
    scale = Scale.of(rows)
    assert (scale.floor, scale.ceiling) == pytest.approx((0.0, 0.8))
    assert scale.score(np.array([0.4])) == pytest.approx([0.5])
