"""Text in, entries out: kinds, permissions, caching, evidence."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from data.errors import NotFound
from data.model import CallId, Organisation, OrganisationId, Outline, OutlineId, Project, ProjectId
from data.store import Store
from embeddings.encoder import HashingEncoder, Progress
from embeddings.search import Entry, TextSearch, hash_of

WOOD = "Timber beams for tall buildings."
CLOUD = "An edge cloud for factories."


class CountingEncoder(HashingEncoder):
    """Remembers what it was asked to encode; breaks down when told to."""

    def __init__(self, width: int = 64) -> None:
        super().__init__(width)
        self.seen: list[str] = []
        self.breaks_after: int | None = None

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        if self.breaks_after is not None and len(self.seen) >= self.breaks_after:
            raise KeyboardInterrupt
        self.seen.extend(texts)
        return super().encode(texts, progress)


def outline(ident: str, text: str) -> Outline:
    return Outline(
        OutlineId(ident), CallId("c"), title="", text=text, organisation=OrganisationId("1"), country="DE"
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path}/s.sqlite") as store:
        with store.transaction() as writer:
            writer.put_organisations(
                [
                    Organisation(OrganisationId("1"), "Alpha", "DE", profile="Saw mill and timber beams."),
                    Organisation(OrganisationId("2"), "Beta", "FR"),
                ]
            )
            writer.put_projects([Project(ProjectId("P1"), title=WOOD), Project(ProjectId("P2"), title=CLOUD)])
            writer.put_projects([Project(ProjectId("P3"))])
            writer.put_outlines([outline("O1", WOOD), outline("O2", "Cloud robots in factories.")])
        yield store


def test_outlines_projects_and_profiles_with_text_are_entries_and_nothing_else(store: Store) -> None:
    search = TextSearch.build(store, HashingEncoder(64))
    assert search.entries == ("organisation:1", "outline:O1", "outline:O2", "project:P1", "project:P2")


def test_a_text_finds_itself_first_and_equal_texts_stand_in_order_of_id(store: Store) -> None:
    hits = TextSearch.build(store, HashingEncoder(64)).nearest(WOOD, 2)
    assert [hit.id for hit in hits] == ["outline:O1", "project:P1"]
    assert [round(hit.similarity, 3) for hit in hits] == [1.0, 1.0]


def test_kinds_and_permissions_filter_before_the_search(store: Store) -> None:
    search = TextSearch.build(store, HashingEncoder(64))
    assert [hit.id for hit in search.nearest(WOOD, 1, among=("organisation",))] == ["organisation:1"]
    assert [hit.id for hit in search.nearest(WOOD, 9, allowed={"project:P2", "gone:1"})] == ["project:P2"]
    assert search.nearest(WOOD, 9, among=("outline",), allowed={"project:P2"}) == ()
    assert search.nearest(WOOD, 9, allowed=()) == ()


def test_a_kind_that_does_not_exist_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="among must be of"):
        TextSearch.build(store, HashingEncoder(64)).nearest(WOOD, 1, among=("outlines",))


def test_a_blank_text_is_close_to_nothing(store: Store) -> None:
    assert TextSearch.build(store, HashingEncoder(64)).nearest(" \n", 3) == ()


def test_an_empty_store_answers_with_nothing(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/empty.sqlite") as empty:
        search = TextSearch.build(empty, HashingEncoder(64))
    assert (len(search), search.nearest(WOOD, 3), search.entries) == (0, (), ())


def test_equal_texts_are_embedded_once_and_a_second_build_embeds_only_what_is_new(store: Store) -> None:
    encoder = CountingEncoder()
    TextSearch.build(store, encoder)
    assert sorted(encoder.seen) == sorted(
        [WOOD, CLOUD, "Cloud robots in factories.", "Saw mill and timber beams."]
    )
    encoder.seen.clear()
    with store.transaction() as writer:
        writer.put_outlines([outline("O3", "Wind farms at sea.")])
    TextSearch.build(store, encoder)
    assert encoder.seen == ["Wind farms at sea."]


def test_an_interrupted_build_goes_on_where_it_stopped(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embeddings.search.CHUNK", 1)
    encoder = CountingEncoder()
    encoder.breaks_after = 2
    with pytest.raises(KeyboardInterrupt):
        TextSearch.build(store, encoder)
    encoder.breaks_after = None
    TextSearch.build(store, encoder)
    assert len(encoder.seen) == len(set(encoder.seen)) == 4


def test_texts_of_projects_can_wait_and_are_told_but_those_of_outlines_do_not(store: Store) -> None:
    encoder = CountingEncoder()
    search = TextSearch.build(store, encoder, at_once=1)
    assert (search.waiting, search.entries) == (2, ("organisation:1", "outline:O1", "outline:O2"))
    again = TextSearch.build(store, encoder, at_once=1)
    assert again.waiting == 0, "the text of P1 is an outline's too: only that of P2 is left, and is embedded"
    assert again.entries == ("organisation:1", "outline:O1", "outline:O2", "project:P1", "project:P2")


def test_what_is_asked_for_first_is_embedded_first(store: Store) -> None:
    encoder = CountingEncoder()
    TextSearch.build(store, encoder, first=lambda: ("outline:O2", "outline:O1", "outline:gone"))
    assert encoder.seen[:2] == ["Cloud robots in factories.", WOOD]


def test_a_known_text_is_not_encoded_again_and_a_new_one_only_once(store: Store) -> None:
    encoder = CountingEncoder()
    search = TextSearch.build(store, encoder)
    encoder.seen.clear()
    search.nearest(CLOUD, 1)
    assert encoder.seen == []
    first, second = search.encode("Hydrogen"), search.encode("Hydrogen")
    assert encoder.seen == ["Hydrogen"]
    assert np.array_equal(first, second)


def test_the_same_store_gives_the_same_fingerprint_and_another_text_another(store: Store) -> None:
    before = TextSearch.build(store, HashingEncoder(64)).fingerprint
    assert TextSearch.build(store, HashingEncoder(64)).fingerprint == before
    assert TextSearch.build(store, HashingEncoder(32)).fingerprint != before
    with store.transaction() as writer:
        writer.put_outlines([outline("O2", "Cloud robots in hospitals.")])
    assert TextSearch.build(store, HashingEncoder(64)).fingerprint != before


def test_a_search_does_not_change_when_the_store_does(store: Store) -> None:
    search = TextSearch.build(store, HashingEncoder(64))
    with store.transaction() as writer:
        writer.put_outlines([outline("O9", WOOD)])
    assert [hit.id for hit in search.nearest(WOOD, 3)][:2] == ["outline:O1", "project:P1"]


def test_rows_can_be_read_but_not_changed(store: Store) -> None:
    search = TextSearch.build(store, HashingEncoder(64))
    with pytest.raises(ValueError, match="read-only"):
        search.vector("outline:O1")[0] = 1.0


def test_an_entry_that_is_not_there_raises_alone_and_is_a_zero_row_in_a_matrix(store: Store) -> None:
    search = TextSearch.build(store, HashingEncoder(64))
    with pytest.raises(NotFound, match="project:P3"):
        search.vector("project:P3")
    matrix = search.matrix(["project:P3", "project:P1"])
    assert matrix.shape == (2, 64)
    assert not matrix[0].any()
    assert np.array_equal(matrix[1], search.vector("project:P1"))


def test_the_sentence_that_carries_the_match_is_named(store: Store) -> None:
    search = TextSearch.build(store, HashingEncoder(64))
    text = "We offer test beds for cloud at the edge of factories. We also saw timber into long beams."
    best = search.best_sentences(text, ["project:P1", "project:P2", "project:P3"])
    assert best[0] is not None
    assert best[1] is not None
    assert best[0].text == "We also saw timber into long beams."
    assert best[1].text == "We offer test beds for cloud at the edge of factories."
    assert best[2] is None
    assert search.best_sentences("", ["project:P1"]) == (None,)


def kept_rows(search: TextSearch) -> dict[str, list[float]]:
    return {entry: search.vector(entry).tolist() for entry in search.entries}


def test_the_search_of_the_next_moment_is_the_one_that_a_new_build_makes(store: Store) -> None:
    encoder = CountingEncoder()
    first = TextSearch.build(store, encoder)
    before, mark = kept_rows(first), first.fingerprint
    encoder.seen.clear()
    put = [Entry("outline:O1", "Hydrogen for ships."), Entry("outline:O9", WOOD)]
    second = first.following(store, put, ["outline:O2", "never:there"])
    assert encoder.seen == ["Hydrogen for ships."], "only what nobody has read"
    with store.transaction() as writer:
        writer.put_outlines([outline("O1", "Hydrogen for ships."), outline("O9", WOOD)])
        writer.remove_outlines(["O2"])
    fresh = TextSearch.build(store, HashingEncoder(64))
    assert second.fingerprint == fresh.fingerprint
    assert kept_rows(second) == kept_rows(fresh)
    assert np.array_equal(second.sample, fresh.sample)
    for text in (WOOD, "Hydrogen for ships.", CLOUD):
        assert second.nearest(text, 9) == fresh.nearest(text, 9)
        assert second.nearest(text, 9, among=("outline",)) == fresh.nearest(text, 9, among=("outline",))
    assert (kept_rows(first), first.fingerprint) == (before, mark)


def test_many_changes_put_the_rows_together_anew_and_lose_none(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embeddings.search.SCATTERED_ROWS", 3)
    search = TextSearch.build(store, HashingEncoder(64))
    for number in range(12):
        gone = [f"outline:N{number - 1}"] if number % 3 == 2 else []
        search = search.following(store, [Entry(f"outline:N{number}", f"Idea number {number}")], gone)
    assert [e for e in search.entries if e.startswith("outline:N")] == sorted(
        f"outline:N{number}" for number in range(12) if number % 3 != 1
    )
    encoder = HashingEncoder(64)
    for number in (0, 2, 11):
        expected = encoder.encode([f"Idea number {number}"])[0]
        assert np.array_equal(search.vector(f"outline:N{number}"), expected)


def test_what_was_embedded_for_the_next_moment_is_kept_when_there_is_time(store: Store) -> None:
    encoder = CountingEncoder()
    search = TextSearch.build(store, encoder).following(store, [Entry("outline:O9", "New words.")], [])
    assert store.vectors(encoder.name, [hash_of("New words.")]) == {}
    search.keep(store)
    assert list(store.vectors(encoder.name, [hash_of("New words.")])) == [hash_of("New words.")]
