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
from embeddings.search import TextSearch, entry_of_outline
from matcher.suggest.evidence import nearness
from matcher.suggest.population import Population
from matcher.suggest.text_profiles import COORDINATED, Scale, TextProfiles, shared_weight

WATER = "acoustic sensors find leaks in old water pipes"
HEAT = "district heating plans with waste heat from computing"


@pytest.fixture
def world(tmp_path: Path) -> tuple[TextProfiles, TextSearch]:
    """A wrote about water; B led a project on heat with C; D is known by name only."""
    with Store.open(f"sqlite:///{tmp_path / 'world.sqlite'}") as store:
        with store.transaction() as writer:
            writer.put_organisations([Organisation(OrganisationId(ident), ident, "DE") for ident in "ABCD"])
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
        return TextProfiles.of(Population(store.history()), store.outlines(), search), search


def test_everybody_has_a_profile_and_only_texts_speak(world: tuple[TextProfiles, TextSearch]) -> None:
    text_profiles, _ = world
    assert text_profiles.ids == ("A", "B", "C", "D")
    assert (text_profiles.own.entries, text_profiles.shared.entries) == (("outline:O",), ("project:P",))
    assert text_profiles.population.projects.tolist() == [0, 1, 1, 0]
    assert text_profiles.own.speaks.toarray().ravel().tolist() == [1.0, 0.0, 0.0, 0.0]
    led_and_shared = [0.0, COORDINATED, shared_weight(2), 0.0]
    assert text_profiles.shared.speaks.toarray().ravel() == pytest.approx(np.array(led_and_shared))


def test_a_question_is_answered_by_who_wrote_about_it(world: tuple[TextProfiles, TextSearch]) -> None:
    text_profiles, search = world
    scores = nearness(text_profiles, search.encode_all([WATER, HEAT])).score
    assert scores[0, 0] > 0.9
    assert scores[0, 1] < 0.3
    assert scores[1, 1] == scores[2, 1] == pytest.approx(1.0)
    assert scores[3].tolist() == [0.0, 0.0]
    (entry,) = text_profiles.best_entries(OrganisationId("C"), search.encode(HEAT), 3)
    assert entry[0] == "project:P"
    assert entry[1] == pytest.approx(shared_weight(2))


def test_an_outline_is_no_evidence_that_its_own_question_is_answered(
    world: tuple[TextProfiles, TextSearch],
) -> None:
    text_profiles, search = world
    assert nearness(text_profiles, search.encode_all([WATER]), but="outline:O").score[0, 0] == 0.0
    assert text_profiles.best_entries(OrganisationId("A"), search.encode(WATER), 3, but="outline:O") == []
    assert text_profiles.best_entries(OrganisationId("A"), search.encode(WATER), 3)[0][0] == "outline:O"


def test_a_text_is_as_near_as_it_is_however_many_stand_behind_it(
    world: tuple[TextProfiles, TextSearch],
) -> None:
    text_profiles, search = world
    heat = search.encode(HEAT)
    (weighed,) = text_profiles.best_entries(OrganisationId("C"), heat, 3)
    (plain,) = text_profiles.best_entries(OrganisationId("C"), heat, 3, weighed=False)
    assert (plain[0], weighed[0]) == ("project:P", "project:P")
    assert (plain[1], weighed[1]) == pytest.approx((1.0, shared_weight(2)))
    assert text_profiles.score("project:P", heat) == pytest.approx(1.0)
    assert text_profiles.score("outline:nobody", heat) == 0.0


def test_scoring_leaves_the_index_as_it_was(world: tuple[TextProfiles, TextSearch]) -> None:
    text_profiles, search = world
    before = text_profiles.own.vectors.copy()
    nearness(text_profiles, search.encode_all([WATER]), but="outline:O")
    assert np.array_equal(text_profiles.own.vectors, before)


def test_texts_that_came_changed_or_went_later_speak_as_if_they_had_been_there_from_the_start(
    tmp_path: Path,
) -> None:
    a, b, d = map(OrganisationId, "ABD")

    def written(ident: str, text: str, owner: OrganisationId) -> Outline:
        return Outline(OutlineId(ident), CallId("c"), "", text, owner, "DE")

    with Store.open(f"sqlite:///{tmp_path / 'world.sqlite'}") as store:
        with store.transaction() as writer:
            writer.put_organisations([Organisation(ident, ident, "DE") for ident in (a, b, d)])
            writer.put_outlines([written("O1", WATER, a), written("O2", HEAT, b), written("O3", HEAT, d)])
        search = TextSearch.build(store, HashingEncoder(width=256))
        population = Population(store.history())
        profiles = TextProfiles.of(population, store.outlines(), search)
        before = nearness(profiles, search.encode_all([WATER, HEAT]))
        later = [written("O1", HEAT, d), written("O4", WATER, b)]
        followed = search.following(store, [entry_of_outline(o) for o in later], ["outline:O3"])
        after = profiles.following({"outline:O1": d, "outline:O4": b}, ["outline:O3"], followed)
        with store.transaction() as writer:
            writer.put_outlines(later)
            writer.remove_outlines(["O3"])
        fresh_search = TextSearch.build(store, HashingEncoder(width=256))
        fresh = TextProfiles.of(population, store.outlines(), fresh_search)
    queries = search.encode_all([WATER, HEAT])
    near, near_afresh = nearness(after, queries), nearness(fresh, queries)
    assert near.score == pytest.approx(near_afresh.score)
    assert near.unusual == pytest.approx(near_afresh.unusual)
    assert near.score[0].tolist() == [0.0, 0.0], "what A wrote is D's now"
    assert followed.fingerprint == fresh_search.fingerprint
    for ident in (a, b, d):
        entries, expected = (p.best_entries(ident, queries[1], 3) for p in (after, fresh))
        assert [entry for entry, _ in entries] == [entry for entry, _ in expected]
        assert after.mean_of(ident) == pytest.approx(fresh.mean_of(ident))
    assert np.array_equal(nearness(profiles, queries).score, before.score), "the one before is as it was"


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
