"""Is an outline read as its asker means it: what is sought first, nothing twice?"""

from pathlib import Path

import pytest

from data.store import Store
from embeddings.encoder import HashingEncoder
from embeddings.search import TextSearch
from matcher.suggest.reading import MOST_ASPECTS, read


@pytest.fixture
def search(tmp_path: Path) -> TextSearch:
    with Store.open(f"sqlite:///{tmp_path / 'empty.sqlite'}") as store:
        return TextSearch.build(store, HashingEncoder(width=256))


def test_what_is_sought_comes_first_point_by_point_and_counts_double(search: TextSearch) -> None:
    text = "We run an old harbour with many cranes. Ships wait for hours at the quay."
    reading = read(text, search, seeks="acoustic diagnosis of bearings, a second harbour abroad")
    assert [aspect.text for aspect in reading.aspects[:2]] == [
        "acoustic diagnosis of bearings",
        "a second harbour abroad",
    ]
    assert reading.aspects[0].weight == pytest.approx(2 * reading.aspects[2].weight)
    assert reading.weights.sum() == pytest.approx(1.0)
    assert reading.aspect_vectors.shape == (len(reading.aspects), 256)


def test_a_sentence_said_twice_is_one_aspect(search: TextSearch) -> None:
    reading = read("Cranes need diagnosis in the harbour. Cranes need diagnosis in the harbour.", search)
    assert [aspect.text for aspect in reading.aspects] == ["Cranes need diagnosis in the harbour."]


def test_a_long_text_has_a_bounded_number_of_aspects(search: TextSearch) -> None:
    words = (
        "harbour",
        "orchard",
        "furnace",
        "library",
        "tramway",
        "glacier",
        "vineyard",
        "hospital",
        "quarry",
    )
    reading = read(" ".join(f"The {word} wants its very own {word} computer." for word in words), search)
    assert len(reading.aspects) <= MOST_ASPECTS


def test_the_same_text_reads_the_same_twice(search: TextSearch) -> None:
    text = "Ships wait for hours. Cranes break in winter storms. Nobody listens to the bearings."
    assert read(text, search).aspects == read(text, search).aspects
