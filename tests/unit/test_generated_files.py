"""Is text right or refused, is nothing lost, whatever bytes come: code pages, stray bytes, sheets in any order?"""

import io
import tempfile
import tracemalloc
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from babel import Locale
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from data.errors import BadInput
from data.model import CallId
from data.sources.files import one_file
from data.sources.identity import Directory
from data.sources.mapping import NO_MAPPING
from data.sources.outlines import OUTLINE_COLUMNS, outlines_of
from data.sources.sheets import grids_of, read_sheet
from data.sources.table import Cells, Findings

CODE_PAGES = {
    "de": ("cp1252", "iso8859-1", "iso8859-15", "cp850", "mac_roman"),
    "fr": ("cp1252", "iso8859-15", "cp850", "mac_roman"),
    "es": ("cp1252", "iso8859-1", "mac_roman"),
    "sv": ("cp1252", "iso8859-1", "cp850"),
    "pl": ("cp1250", "iso8859-2", "cp852", "mac_latin2"),
    "cs": ("cp1250", "iso8859-2", "cp852"),
    "hu": ("cp1250", "iso8859-2", "cp852"),
    "lt": ("cp1257", "iso8859-13"),
    "lv": ("cp1257", "iso8859-13"),
    "el": ("cp1253", "iso8859-7"),
    "bg": ("cp1251", "iso8859-5", "koi8-r", "mac_cyrillic"),
}
PAIRS = sorted((language, page) for language, pages in CODE_PAGES.items() for page in pages)


@cache
def words_of(language: str) -> tuple[str, ...]:
    """Names of countries and languages, as a language writes them."""
    locale = Locale(language)
    names = {*map(str, locale.territories.values()), *map(str, locale.languages.values())}
    return tuple(sorted(name for name in names if name[:1].isalpha() and len(name) < 30 and ";" not in name))


def table_of(path: Path) -> Cells:
    return read_sheet(path, OUTLINE_COLUMNS)


def read(content: bytes, name: str) -> Cells:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return table_of(path)


def read_or_refused(content: bytes, name: str) -> Cells | None:
    """Return the table, None where the file is refused with the domain's own error; any other fails the test."""
    try:
        return read(content, name)
    except BadInput:
        return None


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PAIRS), st.data())
def test_text_in_a_code_page_is_right_or_refused(pair: tuple[str, str], data: st.DataObject) -> None:
    language, page = pair
    fitting = [word for word in words_of(language) if not word.isascii() and _fits(word, page)]
    names = data.draw(st.lists(st.sampled_from(fitting), min_size=12, max_size=30))
    rows = [f"{name} {names[at - 1]};{name};{names[at - 2]} {at};DE" for at, name in enumerate(names)]
    content = "\n".join(["title;text;organisation_name;country", *rows]).encode(page)
    sheet = read_or_refused(content, "table.csv")
    assert sheet is None or [text.rstrip(" 0123456789") for text in sheet.texts("text")] == names


def _fits(word: str, page: str) -> bool:
    try:
        return bool(word.encode(page))
    except UnicodeEncodeError:
        return False


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(words_of("fr")), min_size=3, max_size=12, unique=True), st.data())
def test_a_stray_byte_costs_its_own_row_and_no_other(names: list[str], data: st.DataObject) -> None:
    hit = data.draw(st.integers(0, len(names) - 1))
    byte = bytes([data.draw(st.sampled_from([0x80, 0xA0, 0xE9, 0xFC, 0xFF]))])
    lines = [
        f"R{at};{name} é;Nous cherchons des partenaires;Société Ada;FR".encode()
        for at, name in enumerate(names)
    ]
    lines[hit] = lines[hit].replace(b" \xc3\xa9;", b" " + byte + b";", 1)
    sheet = read(b"\n".join([b"id;title;text;organisation_name;country", *lines]), "table.csv")
    outlines = outlines_of(sheet, CallId("c"), Directory([])).outlines
    assert [problem.line for problem in sheet.findings.problems] == [hit + 2]
    assert {outline.id: outline.title for outline in outlines} == {
        f"R{at}": f"{name} é" for at, name in enumerate(names) if at != hit
    }


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.permutations(["Deckblatt", "Skizzen", "Listen", "Ausgeblendet"]),
    st.integers(1, 6),
    st.sampled_from(["Summe", "Razem", "Összesen"]),
)
def test_the_table_is_found_on_whichever_sheet_it_is_and_the_others_are_named(
    order: list[str], rows: int, total: str
) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name in order:
        sheet = book.create_sheet(name)
        if name == "Skizzen":
            sheet.append(["Titel", "Kurzbeschreibung", "Einrichtung", "Land", "Budget"])
            for at in range(rows):
                sheet.append(
                    [f"Skizze {at}", f"Wir bauen Netze, Teil {at}.", f"Firma {at}", "Polen", 1000 + at]
                )
            sheet.append([total, None, None, None, 9999])
        else:
            sheet.append(["Bitte lesen", "1"])
            sheet.sheet_state = "hidden" if name == "Ausgeblendet" else "visible"
    stream = io.BytesIO()
    book.save(stream)
    table = read(stream.getvalue(), "table.xlsx")
    outlines = outlines_of(table, CallId("c"), Directory([])).outlines
    assert [outline.title for outline in outlines] == [f"Skizze {at}" for at in range(rows)]
    assert {(ignored.what, ignored.filled) for ignored in table.findings.ignored} == {
        ("sheet 'Deckblatt'", 2),
        ("sheet 'Listen'", 2),
        ("hidden sheet 'Ausgeblendet'", 2),
    }
    assert [note.line for note in table.findings.notes] == [rows + 2]


def workbook(cells: Sequence[Sequence[str]]) -> bytes:
    book = openpyxl.Workbook()
    for row in cells:
        book.active.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


SEEDS = (
    workbook([["title", "text", "organisation_name", "country"], ["One", "We build.", "Ada", "FR"]]),
    b"title;text;organisation_name;country\nOne;We build.;Ada;FR\n",
    'sep=,\ntitle,text,organisation_name,country\n"One ""two""",Né.,Ada,FR\n'.encode("utf-16"),
)


@cache
def _vocabulary_loaded(seed: bytes) -> bool:
    outlines_of(
        read(seed, "table.xlsx" if seed.startswith(b"PK") else "table.csv"), CallId("c"), Directory([])
    )
    return read_or_refused(b"title;text\n\xb3\xf3d\x9f;\xb3\xf3d\x9f", "table.csv") is None


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 2**16), st.binary(max_size=3), st.integers(0, 3)), max_size=6),
    st.sampled_from(["table.csv", "table.xlsx", "table.ods"]),
)
def test_a_damaged_file_is_read_or_refused_in_words_and_in_little_memory(
    content: bytes, changes: list[tuple[int, bytes, int]], name: str
) -> None:
    for place, put, gone in changes:
        at = place % (len(content) + 1)
        content = content[:at] + put + content[at + gone :]
    for seed in SEEDS:  # what is loaded once is no part of the bound
        _vocabulary_loaded(seed)
    tracemalloc.start()
    try:
        if (sheet := read_or_refused(content, name)) is not None:
            outlines_of(sheet, CallId("c"), Directory([]))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 64 * 1024**2


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_workbook_of_damaged_parts_is_read_or_refused_in_words(data: st.DataObject) -> None:
    with zipfile.ZipFile(io.BytesIO(SEEDS[0])) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    hit = data.draw(st.sampled_from(sorted(parts)))
    at = data.draw(st.integers(0, len(parts[hit])))
    put = data.draw(
        st.sampled_from([b"", b"<", b"&#0;", b"</row>", b'r="ZZZ9"', b't="s"', b"<v>99999</v>", b"\xff"])
    )
    gone = data.draw(st.integers(0, 40))
    parts[hit] = parts[hit][:at] + put + parts[hit][at + gone :]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    sheet = read_or_refused(stream.getvalue(), "table.xlsx")
    if sheet is not None:
        read_rows = outlines_of(sheet, CallId("c"), Directory([]))
        assert len(read_rows.outlines) + len({problem.line for problem in sheet.findings.problems}) == len(
            sheet.lines
        )


@settings(deadline=None, max_examples=80)
@given(
    st.lists(
        st.lists(st.text("ab\"\\;,\t\n\r 'éž0=.", max_size=6), min_size=1, max_size=6), min_size=1, max_size=8
    ),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_whatever_stands_in_a_text_file_is_kept_or_named(rows: list[list[str]], ending: str) -> None:
    content = ending.join(";".join(row) for row in rows)
    assume(content.strip())
    findings = Findings()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_text(content, "utf-8", newline="")
        (grid,) = grids_of(one_file(path), path, findings, NO_MAPPING)
    kept = "".join(text for row in grid.rows for text in row)
    named = " ".join(problem.reason for problem in findings.problems)
    for letter in "abéž0":
        assert kept.count(letter) + named.count(letter) >= content.count(letter) or findings.problems


@pytest.mark.parametrize("name", ["table.csv", "table.xlsx", "table.ods"])
def test_an_empty_file_is_refused_in_words(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(BadInput, match=r"empty|no Excel workbook"):
        table_of(tmp_path / name)
