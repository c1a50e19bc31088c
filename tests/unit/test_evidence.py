"""Is evidence weighed as it should: type before text, no bonus for size, none for shared texts, one turn each?"""

import numpy as np
import pandas as pd

from data.model import History, Kind, Organisation, OrganisationId
from embeddings.encoder import HashingEncoder
from embeddings.search import Entry, TextSearch, hash_of
from matcher.needs.read import Need
from matcher.needs.wording import NameWords
from matcher.suggest.evidence import (
    BROAD_ALONE,
    FAIR,
    STATED_ELSEWHERE,
    Channels,
    answers,
    nearness,
    taken_in_turns,
)
from matcher.suggest.population import Population
from matcher.suggest.text_profiles import Scale, TextProfiles, Voices
from matcher.suggest.type_table import TypeTable, types_of

QUERY = np.eye(1, 8, dtype=np.float32)


def profiles(texts: list[list[float]], speaks: list[list[int]]) -> TextProfiles:
    """Organisations that speak by the columns given; every text is a project's."""
    vectors = np.zeros((len(texts), QUERY.shape[1]), np.float32)
    vectors[:, :2] = texts
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    entries = tuple(f"project:{place}" for place in range(len(texts)))
    search = TextSearch(
        HashingEncoder(width=vectors.shape[1]),
        [Entry(entry, entry) for entry in entries],
        {hash_of(entry): vector for entry, vector in zip(entries, vectors, strict=True)},
    )
    spoken = [(row, entries[column], 1.0) for row, columns in enumerate(speaks) for column in columns]
    silent = Voices.of((), search, len(speaks))
    table = pd.DataFrame({"id": [str(place) for place in range(len(speaks))]})
    return TextProfiles(
        population=Population(History(pd.DataFrame(), pd.DataFrame(), table)),
        shared=Voices.of(spoken, search, len(speaks)),
        own=silent,
        recent=silent,
        authors={},
        sample=vectors,
        scale=Scale(0.1, 0.5),
    )


def test_the_same_best_project_says_less_of_who_has_many() -> None:
    texts = [[1.0, place] for place in range(8)]
    near = nearness(profiles(texts, [[0], [0, 1, 2, 3, 4, 5, 6, 7], [4]]), QUERY)
    small, large, far = near.unusual[:, 0]
    # ten pairs; eight lie below text 0, which two share; four below text 4, which two share as well
    assert np.isclose(small, 0.8)
    assert np.isclose(large, 0.8**8)
    assert np.isclose(far, 0.3)


def test_a_text_that_all_share_lifts_nobody() -> None:
    near = nearness(profiles([[1.0, 0.0]], [[0], [0], [0]]), QUERY)
    assert near.unusual[:, 0].tolist() == [0.0, 0.0, 0.0]


def channels(count: int, **known: list[float]) -> Channels:
    zero = np.zeros(count, np.float32)
    return Channels(*(np.array(known[name]) if name in known else zero for name in Channels._fields))


def test_who_is_of_the_type_answers_and_who_is_only_near_does_not() -> None:
    need = Need("need:1", "a shipyard", ("shipyard",))
    shares = answers(need, channels(2, share=[0.9, 0.0], near_need=[0.0, 0.999]), np.ones(2))
    assert np.allclose(shares, [0.9 * 0.6, 0.0])


def test_another_country_than_the_need_asks_for_leaves_a_quarter() -> None:
    need = Need("need:1", "a shipyard in Poland", ("shipyard",))
    near = channels(2, share=[0.8, 0.8], near_need=[1.0, 1.0], near_outline=[1.0, 1.0])
    assert np.allclose(answers(need, near, np.array([1.0, STATED_ELSEWHERE])), [0.64, 0.16])


def test_who_works_on_all_subjects_answers_by_a_text_that_is_near() -> None:
    need = Need("need:1", "a university for metallurgy", ("university",))
    near = channels(3, share=[0.9] * 3, score=[0.0, FAIR - 0.01, FAIR], score_outline=[1.0, 1.0, FAIR])
    assert np.allclose(answers(need, near, np.ones(3)), [BROAD_ALONE, BROAD_ALONE, 0.9 * (0.3 + 0.7 * FAIR)])


def test_a_need_without_a_type_is_answered_by_unusual_nearness_only() -> None:
    need = Need("need:1", "bearing diagnosis")
    near = channels(2, score=[1.0, 1.0], score_outline=[1.0, 1.0], near_need=[0.9, 1.0])
    assert np.allclose(answers(need, near, np.ones(2)), [0.0, 0.7])


def test_two_that_are_sought_take_turns_country_by_country() -> None:
    probability = np.array([0.9, 0.8, 0.7, 0.0])
    dealt = taken_in_turns(probability, np.array([0, 0, 1, 1]), 2, different=True)
    assert np.allclose(dealt, [[0.9, 0.0], [0.8, 0.0], [0.0, 0.7], [0.0, 0.0]])
    dealt = taken_in_turns(probability, np.array([0, 0, 1, 1]), 2, different=False)
    assert np.allclose(dealt, [[0.9, 0.0], [0.0, 0.8], [0.7, 0.0], [0.0, 0.0]])


def test_a_type_is_told_by_name_profile_or_recorded_kind() -> None:
    named = Organisation(OrganisationId("1"), name="Meyer Werft", country="DE", kind=Kind.COMPANY)
    written = Organisation(OrganisationId("2"), name="Kielwasser KG", profile="Kleine Werft an der Ostsee.")
    recorded = Organisation(OrganisationId("3"), kind=Kind.UNIVERSITY)
    assert [(ground.type, ground.source) for ground in types_of(named)] == [("shipyard", "name")]
    assert [(ground.type, ground.source) for ground in types_of(written)] == [("shipyard", "profile")]
    assert [(ground.type, ground.source) for ground in types_of(recorded)] == [("university", "kind")]
    table = TypeTable.of([(one.name, one.country, one.kind) for one in (named, written, recorded)])
    assert (table.share(["shipyard"]) > 0).tolist() == [True, False, False]
    assert (table.beside({1: written.profile or ""}).share(["shipyard"]) > 0).tolist() == [True, True, False]
    assert (table.share(["university"]) > 0).tolist() == [False, False, True]


def test_a_rare_word_of_a_name_is_found_across_languages() -> None:
    words = NameWords.of(["EFD Induction AS", "Meyer Werft", None])
    assert words.shared("en tillverkare av induktionsutrustning").tolist() == [1.0, 0.0, 0.0]


def test_records_that_read_the_same_are_one_text_with_all_behind_it() -> None:
    speaking = profiles([[1.0, 0.0], [2.0, 0.0], [0.0, 1.0]], [[0], [1], [1, 2]])
    assert [speaking.sharing(f"project:{place}") for place in range(3)] == [3, 3, 1]


def test_what_somebody_wrote_is_told_from_what_they_took_part_in() -> None:
    near = nearness(profiles([[1.0, 0.0]], [[0], []]), QUERY)
    assert near.score[:, 0].max() > 0.0
    assert near.written.tolist() == [[0.0], [0.0]]
