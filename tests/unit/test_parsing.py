"""Are a command line's words read as meant, and refused with what is needed?"""

import datetime as dt
import io

import pytest

from data.errors import BadInput
from service.app.questions import country_or_kind
from service.app.resolve import country
from service.parsing import LONGEST_TEXT, pairs, size_range, text_of, wants
from service.terminal.ranking_file import queries_of, query_of


def test_a_size_is_a_number_or_a_range() -> None:
    assert size_range("5-12") == (5, 12)
    assert size_range("7") == (7, 7)
    assert size_range(None) is None


@pytest.mark.parametrize("words", ["five", "5-", "-5", "5--12", ""])
def test_an_unreadable_size_is_refused(words: str) -> None:
    with pytest.raises(BadInput, match="LOW-HIGH, as in 5-12"):
        size_range(words)


def test_countries_are_taken_in_either_style() -> None:
    words = ("EL", "gr", "UK", "de", "AU", "TW", "France", "Greece (EL)")
    assert [country(word) for word in words] == ["GR", "GR", "GB", "DE", "AU", "TW", "FR", "GR"]


def test_an_unknown_country_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match="unknown country 'XX'"):
        country("XX")


def test_a_pair_has_two_ids() -> None:
    assert pairs(("1,2", "3, 4", "Sensors, Ltd; 4")) == [("1", "2"), ("3", "4"), ("Sensors, Ltd", "4")]
    with pytest.raises(BadInput, match="not '1,2,3'"):
        pairs(("1,2,3",))


def test_a_whole_query_line_is_read() -> None:
    line = (
        '{"id": 7, "text": "edge", "given": ["1", 2], "coordinator": "1", "topic": ["A-1", "B-2"], '
        '"programme": "SC4", "date": "2018-07-01"}'
    )
    query = query_of(line, set())
    assert (query.id, query.text, query.given) == ("7", "edge", ["1", "2"])
    assert (query.coordinator, query.topic, query.programme) == ("1", "A-1;B-2", "SC4")
    assert query.date == dt.date(2018, 7, 1)


def test_missing_facts_of_a_query_are_unknown_not_empty_texts() -> None:
    query = query_of('{"id": "q", "text": "", "coordinator": "", "topic": null, "date": ""}', set())
    assert (query.coordinator, query.topic, query.programme, query.date) == (None, None, None, None)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": "q"', "is not JSON"),
        ('{"id": "q", "text": "\\ud800"}', "holds half a character"),
        (f'{{"id": {"1" * 5000}}}', "cannot be read"),
        ("[" * 100_000, "cannot be read"),
        ('["q"]', "must be an object with id and text, not list"),
        ('{"text": "x"}', "needs an id"),
        ('{"id": "q", "given": "1"}', "given must be a list"),
        ('{"id": "q", "text": 5}', "text must be a text, not 5"),
        ('{"id": "q", "date": "July"}', "date must be a day such as 2019-07-01, not 'July'"),
    ],
)
def test_a_bad_query_line_is_refused_with_its_reason(line: str, reason: str) -> None:
    with pytest.raises(BadInput) as refused:
        query_of(line, set())
    assert reason in str(refused.value)


def named(content: bytes) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = "q.jsonl"
    return file


def test_good_lines_are_read_beside_bad_ones_which_are_told_by_file_and_line() -> None:
    lines = (b'\xef\xbb\xbf{"id": "a", "text": "x"}', b"", b'{"id": ', b'{"id": "b", "text": "Gr\xf6\xdfe"}')
    read = queries_of(named(b"\n".join((*lines, b'{"id": "c", "text": "y"}'))))
    assert [query.id for query in read.queries] == ["a", "c"]
    assert read.bad == (
        "q.jsonl:3: is not JSON (Expecting value at character 7)",
        "q.jsonl:4: is not UTF-8 (byte 24); save the file as UTF-8",
    )
    assert read.doubts == ()


def test_a_query_without_ground_and_strange_fields_are_told() -> None:
    read = queries_of(named(b'{"id": "a", "titel": "x"}\n{"id": "b", "given": ["1"]}\n'))
    assert [query.id for query in read.queries] == ["a", "b"]
    assert read.doubts == (
        "q.jsonl:1: has neither text nor given; nothing in it says who fits",
        "fields that say nothing here were passed over: titel",
    )


def test_a_file_without_a_query_is_told() -> None:
    assert queries_of(named(b"\n")).doubts == ("q.jsonl: holds no query; needed: one JSON object a line",)


def test_a_wish_is_a_number_of_a_kind_or_of_a_country() -> None:
    wishes = wants(["2:sme", "1:GR", "1 Czech Republic", "3: University"])
    assert [(least, country_or_kind(what)) for least, what in wishes] == [
        (2, "sme"),
        (1, "EL"),
        (1, "CZ"),
        (3, "university"),
    ]


@pytest.mark.parametrize(
    ("word", "reason"),
    [("sme", "a number and a country, kind or type"), ("0:FR", "as in 1:FR"), ("1:XX", "nor a kind")],
)
def test_a_wish_that_cannot_be_read_is_refused(word: str, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        [country_or_kind(what) for _, what in wants([word])]


def test_a_text_that_is_too_long_to_be_an_outline_is_refused() -> None:
    file = io.StringIO("a" * (LONGEST_TEXT + 1))
    with pytest.raises(BadInput, match="has more than 40,000 characters"):
        text_of(file)


def test_a_text_that_is_not_utf8_is_refused_with_the_place() -> None:
    file = io.TextIOWrapper(io.BytesIO("Größe".encode("cp1252")), encoding="utf-8")
    with pytest.raises(BadInput, match=r"not UTF-8 \(byte 2\)"):
        text_of(file)
