"""Are words weighed as tf-idf weighs them, without a table of them? Small texts, by hand."""

import numpy as np
import pytest

from matcher.ranking.words import COLUMNS, TextWords, WordCounts, count

TEXTS = ["water pumps", "water filters", "pumps", ""]


def test_a_text_shares_all_with_itself_and_nothing_with_an_empty_one() -> None:
    words = TextWords.of(count(TEXTS))
    shared = words.shared(["pumps", ""])
    assert shared[:, 0].tolist() == pytest.approx([1 / np.sqrt(2), 0.0, 1.0, 0.0])
    assert shared[:, 1].tolist() == [0.0] * 4


def test_a_word_that_one_text_holds_alone_counts_nothing() -> None:
    """So `filters` and every pair of words: what is left of the second text is `water`."""
    words = TextWords.of(count(TEXTS))
    assert words.shared(["filters"]).any() == np.False_
    assert words.shared(["water"])[:, 0].tolist() == pytest.approx([1 / np.sqrt(2), 1.0, 0.0, 0.0])


def test_a_word_is_as_telling_as_it_is_rare_and_counts_less_each_time() -> None:
    """In four texts, three of which hold it: ln(5 / 4) + 1; in two: ln(5 / 3) + 1. Twice: 1 + ln 2."""
    words = TextWords.of(count(["pumps", "pumps steel", "pumps", "steel"]))
    common, rare = (words.weight[count([word]).indices[0]] for word in ("pumps", "steel"))
    assert (common, rare) == (pytest.approx(np.log(5 / 4) + 1), pytest.approx(np.log(5 / 3) + 1))
    # The pair of words is in one text alone, so it counts nothing.
    asked = np.array([(1 + np.log(2)) * common, rare])
    of_second = np.array([common, rare])
    cosine = asked @ of_second / np.linalg.norm(asked) / np.linalg.norm(of_second)
    assert words.shared(["pumps pumps steel"])[1, 0] == pytest.approx(cosine, rel=1e-5)


def test_an_earlier_moment_shares_the_counts() -> None:
    counts = WordCounts.of(["a", "b", "c", "d"], TEXTS)
    assert counts.rows(["a", "b", "c", "d"]) is counts.counts
    earlier = counts.rows(["c", "a"])
    assert earlier.shape == (2, COLUMNS)
    assert earlier.toarray()[:, count(["pumps"]).indices[0]].tolist() == [1.0, 1.0]


def test_words_of_no_text_at_all_are_shared_with_nobody() -> None:
    assert TextWords.of(count(["", ""])).shared(["water"]).tolist() == [[0.0], [0.0]]
