"""Are a command line's words read as meant, and refused with what is needed?"""

import datetime as dt
import io

import pytest

from data.errors import BadInput
from service.parsing import LONGEST_TEXT, pairs, queries_of, query_of, size_range, text_of, to_countries


def test_a_size_is_a_number_or_a_range() -> None:
    assert size_range("5-12") == (5, 12)
    assert size_range("7") == (7, 7)
    assert size_range(None) is None


@pytest.mark.parametrize("words", ["five", "5-", "-5", "5--12", ""])
def test_an_unreadable_size_is_refused(words: str) -> None:
    with pytest.raises(BadInput, match="LOW-HIGH, as in 5-12"):
        size_range(words)


def test_countries_are_taken_in_either_style() -> None:
    assert to_countries(("EL", "gr", "UK", "de", "AU", "TW")) == ("GR", "GR", "GB", "DE", "AU", "TW")


def test_an_unknown_country_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match="unknown country 'XX'"):
        to_countries(("DE", "XX"))


def test_a_pair_has_two_ids() -> None:
    assert pairs(("1,2", "3, 4")) == (("1", "2"), ("3", "4"))
    with pytest.raises(BadInput, match="not '1,2,3'"):
        pairs(("1,2,3",))


def test_a_whole_query_line_is_read() -> None:
    line = (
        '{"id": 7, "text": "edge", "given": ["1", 2], "coordinator": "1", "topic": ["A-1", "B-2"], '
        '"programme": "SC4", "date": "2018-07-01"}'
    )
    query = query_of(line, 1, set())
    assert (query.id, query.text, query.given) == ("7", "edge", ("1", "2"))
    assert (query.coordinator, query.topic, query.programme) == ("1", "A-1;B-2", "SC4")
    assert query.date == dt.date(2018, 7, 1)


def test_missing_facts_of_a_query_are_unknown_not_empty_texts() -> None:
    query = query_of('{"id": "q", "text": "", "coordinator": "", "topic": null, "date": ""}', 1, set())
    assert (query.coordinator, query.topic, query.programme, query.date) == (None, None, None, None)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": "q"', "line 3 is not JSON"),
        ('{"id": "q", "text": "\\ud800"}', "line 3 holds half a character"),
        (f'{{"id": {"1" * 5000}}}', "line 3 cannot be read"),
        ("[" * 100_000, "line 3 cannot be read"),
        ('["q"]', "line 3 must be an object with id and text, not list"),
        ('{"text": "x"}', "line 3 needs an id"),
        ('{"id": "q", "given": "1"}', "line 3: given must be a list"),
        ('{"id": "q", "text": 5}', "line 3: text must be a text, not 5"),
        ('{"id": "q", "date": "July"}', "line 3: date must be a day such as 2019-07-01, not 'July'"),
    ],
)
def test_a_bad_query_line_is_refused_with_its_number(line: str, reason: str) -> None:
    with pytest.raises(BadInput) as refused:
        query_of(line, 3, set())
    assert reason in str(refused.value)


def test_strange_fields_and_blank_lines_are_passed_over_and_named() -> None:
    strange: set[str] = set()
    file = io.StringIO('{"id": "a", "title": "x"}\n\n{"id": "b"}\n')
    assert [query.id for query in queries_of(file, strange)] == ["a", "b"]
    assert strange == {"title"}


def test_a_text_that_is_too_long_to_be_an_outline_is_refused() -> None:
    file = io.StringIO("a" * (LONGEST_TEXT + 1))
    with pytest.raises(BadInput, match="has more than 200,000 characters"):
        text_of(file)


def test_a_text_that_is_not_utf8_is_refused_with_the_place() -> None:
    file = io.TextIOWrapper(io.BytesIO("Größe".encode("cp1252")), encoding="utf-8")
    with pytest.raises(BadInput, match=r"not UTF-8 \(byte 2\)"):
        text_of(file)
