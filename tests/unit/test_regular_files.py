"""Does the fast way through a plainly regular CSV file see what the careful way sees, and leave it all other files?"""

import csv
import io
from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from data.sources.csv_files import read_csv
from data.sources.files import SourceFile
from data.sources.regular import MAX_ROW_BYTES, lines_of_rows
from data.sources.table import Column

LETTERS = st.text("a\"; ,\n\t'é\u2028", max_size=8)


def cells_and_lines(content: str) -> tuple[list[list[str]], list[int]]:
    """Return what the csv module, which is strict with quotes, reads: the rows and the lines on which they begin."""
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=";", strict=True)
    rows, lines = [], []
    line = 1
    for row in reader:
        rows.append(row)
        lines.append(line)
        line = reader.line_num + 1
    return rows, lines


@given(st.text('a";\n', max_size=30), st.integers(2, 4))
@example('a;b\n"x""y;";\n"";""', 2)
@example(";" * 63 + "\n" + ";" * 63 + "\n", 64)
def test_a_file_found_regular_is_read_alike_by_the_strict_reader(content: str, width: int) -> None:
    lines = lines_of_rows(content.encode(), ";", width)
    if lines is not None:
        rows, expected = cells_and_lines(content)
        assert {len(row) for row in rows} == {width}
        assert lines == expected[1:]


@given(st.lists(st.lists(LETTERS, min_size=3, max_size=3), max_size=40), st.sampled_from(["\n", ""]))
@example([[" a", "", " "], [" ", " ", ""]], "\n")
@example([["x" * 60 + '"', '"\n"', "é" * 40]] * 3, "\n")
def test_every_cell_that_was_written_is_read(rows: list[list[str]], last: str) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\n").writerows([["a", "b", "c"], *rows])
    content = text.getvalue()[:-1] + last
    assert lines_of_rows(content.encode(), ";", 3) is not None
    for encoding in ("utf-8-sig", "utf-16"):
        file = SourceFile("f.csv", partial(content.encode, encoding))
        table = read_csv(file, [Column("c"), Column("a")])
        assert table.lines == cells_and_lines(content)[1][1:]
        assert [list(pair) for pair in table.rows(table.texts("c"), table.texts("a"))] == [
            [row[2], row[0]] for row in rows
        ]


@pytest.mark.parametrize(
    "content",
    [
        "a;b\nx\n",
        "a;b\nx;y;z\n",
        "a;b\n\nx;y\n",
        "a;b\n\n",
        "a;b\nx;y\r\n",
        'a;b\nx;"y\rz"\n',
        "a;b\nx;\0\n",
        'a;b\nx;y"z\n',
        'a;b\nx;"y"z\n',
        'a;b\nx; "y"\n',
        'a;b\nx;"y" \n',
        'a;b\nx;"y\n',
        'a;b\nx;"y""\n',
        f"a;b\nx;{'y' * (MAX_ROW_BYTES + 1)}\n",
        "a;b\n1;2;3\n4\n",
    ],
)
def test_a_file_with_anything_unusual_is_left_to_the_careful_reader(content: str) -> None:
    assert lines_of_rows(content.encode(), ";", 2) is None


def test_a_single_column_is_left_to_the_careful_reader_for_its_empty_lines_are_no_rows() -> None:
    assert lines_of_rows(b"a\nb\n", ";", 1) is None


def test_rows_behind_fields_of_several_lines_keep_their_true_lines() -> None:
    assert lines_of_rows(b'a;b\n"x\ny\nz";1\n2;3\n"\n";4', ";", 2) == [2, 5, 6]
