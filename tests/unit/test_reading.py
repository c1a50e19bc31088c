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


def test_where_somebody_is_sought_only_that_is_to_be_covered(search: TextSearch) -> None:
    text = "We run an old harbour with many cranes. Ships wait for hours at the quay."
    reading = read(text, search, seeks="acoustic diagnosis of bearings, two harbours abroad")
    assert [(aspect.text, aspect.turn) for aspect in reading.aspects] == [
        ("acoustic diagnosis of bearings", 0),
        ("two harbours abroad", 0),
        ("two harbours abroad", 1),
    ]
    assert reading.stated
    assert reading.weights.tolist() == pytest.approx([0.5, 0.25, 0.25])
    assert reading.aspect_vectors.shape == (3, 256)


def test_what_would_only_be_welcome_weighs_half(search: TextSearch) -> None:
    reading = read("Ships wait for hours. We seek a museum and, if possible, a library.", search)
    assert reading.weights.tolist() == pytest.approx([2 / 3, 1 / 3])


def test_where_nobody_is_sought_types_that_the_work_speaks_of_are_derived(search: TextSearch) -> None:
    reading = read("Cranes are tried in a hospital all winter. The bearings creak at night.", search)
    assert [(aspect.text, aspect.sought) for aspect in reading.aspects] == [
        ("hospital", False),
        ("Cranes are tried in a hospital all winter.", False),
        ("The bearings creak at night.", False),
    ]


def test_a_sentence_said_twice_is_one_aspect(search: TextSearch) -> None:
    reading = read("Cranes need diagnosis in the winter. Cranes need diagnosis in the winter.", search)
    assert [aspect.text for aspect in reading.aspects] == ["Cranes need diagnosis in the winter."]


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
