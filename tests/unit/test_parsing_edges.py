"""At the edges of what a command line may say: equal pairs, first and last numbers, days with an hour behind."""

import datetime as dt
import io

import pytest

from data.errors import BadInput
from service.app.resolve import country
from service.parsing import LONGEST_TEXT, assignments, countries_in, pairs, size_range, text_of, wants
from service.terminal.ranking_file import QUERY_FIELDS, queries_of, query_of


def lines(content: bytes) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = "q.jsonl"
    return file


@pytest.mark.parametrize("word", ["A,A", " A , A "])
def test_nobody_makes_a_pair_with_itself(word: str) -> None:
    with pytest.raises(BadInput, match="a pair is two different ids or names"):
        pairs((word,))


@pytest.mark.parametrize("word", ["A", "A,", ",B", "A,B,C", ""])
def test_a_pair_is_two(word: str) -> None:
    with pytest.raises(BadInput, match="a pair is two ids or names with a comma"):
        pairs((word,))


@pytest.mark.parametrize(
    "written", ["2019-07-01", "2019-07-01T12:30:00", "2019-07-01 12:30", "2019-07-01T00:00Z"]
)
def test_a_day_may_have_an_hour_behind_it(written: str) -> None:
    assert query_of(f'{{"id": "q", "date": "{written}"}}', set()).date == dt.date(2019, 7, 1)


@pytest.mark.parametrize("written", ["2019-07", "2019-13-01", "1.7.2019"])
def test_what_is_no_day_is_refused(written: str) -> None:
    with pytest.raises(BadInput, match="date must be a day such as 2019-07-01"):
        query_of(f'{{"id": "q", "date": "{written}"}}', set())


def test_a_size_may_have_blanks_and_a_dash_of_either_length() -> None:
    assert (size_range(" 5 - 12 "), size_range("5–12"), size_range("999"), size_range("0")) == (
        (5, 12),
        (5, 12),
        (999, 999),
        (0, 0),
    )
    with pytest.raises(BadInput, match="not '1000'"):
        size_range("1000")


def test_a_wish_is_for_one_or_more() -> None:
    assert wants(["1:FR", " 99 : sme "]) == [(1, "FR"), (99, "sme")]
    for word in ("0:FR", "100:FR", "1:", ":FR"):
        with pytest.raises(BadInput, match="write a number and a country, kind or type"):
            wants([word])


def test_an_assignment_has_a_key_and_a_value() -> None:
    assert assignments(["a=b=c", " x = y "]) == {"a": "b=c", "x": "y"}
    for word in ("a", "a=", "=b", " = "):
        with pytest.raises(BadInput, match="write KEY=VALUE"):
            assignments([word])


def test_countries_may_be_written_in_a_row() -> None:
    words = countries_in("EL; Czech Republic\nDE FR,")
    assert [country(word) for word in words] == ["GR", "CZ", "DE", "FR"]
    assert countries_in(" , ") == []
    _, unknown = countries_in("DE, Atlantis")
    with pytest.raises(BadInput, match="unknown country 'Atlantis'"):
        country(unknown)


def test_a_text_of_the_greatest_length_is_read() -> None:
    assert text_of(io.StringIO("a" * LONGEST_TEXT)) == "a" * LONGEST_TEXT
    assert text_of(None) is None


def test_the_mark_of_utf8_is_passed_over_on_the_first_line_only() -> None:
    read = queries_of(lines(b'\xef\xbb\xbf{"id": "a", "text": "x"}\n\xef\xbb\xbf{"id": "b", "text": "x"}\n'))
    assert [query.id for query in read.queries] == ["a"]
    assert len(read.bad) == 1
    assert read.bad[0].startswith("q.jsonl:2: is not JSON (")


def test_a_bad_byte_is_counted_from_one() -> None:
    assert queries_of(lines(b"\xff")).bad == ("q.jsonl:1: is not UTF-8 (byte 1); save the file as UTF-8",)
    # Where there are bad lines only, there is no need to say that there is no query.
    assert queries_of(lines(b"\xff")).doubts == ()


@pytest.mark.parametrize("field", ['"text": "x"', '"given": ["1"]', '"coordinator": "1"', '"topic": "T"'])
def test_one_ground_is_enough(field: str) -> None:
    assert queries_of(lines(f'{{"id": "a", {field}}}'.encode())).doubts == ()


def test_a_text_of_blanks_is_no_ground() -> None:
    (doubt,) = queries_of(lines(b'{"id": "a", "text": "  ", "programme": "P", "date": "2019-07-01"}')).doubts
    assert doubt == "q.jsonl:1: has neither text nor given; nothing in it says who fits"


def test_ids_are_texts_or_whole_numbers() -> None:
    assert query_of('{"id": 0}', set()).id == "0"
    for ident in ('""', '" "', "null", "1.5", "[]"):
        with pytest.raises(BadInput, match="needs an id"):
            query_of(f'{{"id": {ident}}}', set())


def test_every_known_field_is_none_that_says_nothing() -> None:
    strange: set[str] = set()
    query_of(
        '{"id": "q", "text": "", "given": null, "coordinator": 7, "topic": [], "programme": "", "date": null}',
        strange,
    )
    assert strange == set()
    assert len(QUERY_FIELDS) == 7
    query_of('{"id": "q", "titel": "x"}', strange)
    assert strange == {"titel"}


def test_a_list_of_texts_is_one_text_and_a_mixed_list_is_refused() -> None:
    assert query_of('{"id": "q", "topic": ["A", "B"]}', set()).topic == "A;B"
    with pytest.raises(BadInput, match="topic must be a text"):
        query_of('{"id": "q", "topic": ["A", 1]}', set())
    assert query_of('{"id": "q", "coordinator": 0}', set()).coordinator == "0"
