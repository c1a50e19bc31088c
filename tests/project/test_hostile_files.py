"""Are hostile and broken files refused with a reason, in bounded time and memory?"""

import csv
import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadInput
from data.sources.cordis import import_cordis
from data.sources.files import MAX_FILE_BYTES
from data.sources.organisations import import_organisations
from data.sources.table import safe_cell, unguarded, write_csv
from data.store import Store
from service.exports.workbook import Sheet
from service.exports.workbook import workbook as exported

MEGABYTE = 1024**2


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'store.sqlite'}") as opened:
        yield opened


@pytest.fixture
def little_memory() -> Iterator[None]:
    """Fail where the test's peak of Python memory passes 64 MB."""
    tracemalloc.start()
    yield
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 64 * MEGABYTE, f"took {peak / MEGABYTE:.0f} MB"


def archive(path: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(f"{name}.csv", content)
    return path


def bomb(path: Path, name: str, size: int) -> Path:
    """Write a small archive whose one member unpacks to `size` bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target, target.open(name, "w") as stream:
        block = b"0" * MEGABYTE
        for _ in range(size // MEGABYTE):
            stream.write(block)
    return path


@pytest.mark.usefixtures("little_memory")
def test_a_zip_bomb_is_refused_before_it_unpacks(store: Store, tmp_path: Path) -> None:
    path = bomb(tmp_path / "bomb.zip", "project.csv", MAX_FILE_BYTES + MEGABYTE)
    assert path.stat().st_size < 2 * MEGABYTE
    with pytest.raises(BadInput, match=r"project\.csv is 538 MB unpacked; at most 537 MB are read"):
        import_cordis(store, [path])


def test_an_archive_that_lies_about_its_size_is_refused(store: Store, tmp_path: Path) -> None:
    path = archive(tmp_path / "liar.zip", project=b"id\n" + b"p\n" * 100_000)
    content = path.read_bytes()
    true_size = (200_003).to_bytes(4, "little")
    path.write_bytes(content.replace(true_size, (10).to_bytes(4, "little")))
    with pytest.raises(BadInput, match=r"project\.csv is damaged"):
        import_cordis(store, [path])


@pytest.mark.usefixtures("little_memory")
def test_a_gigabyte_in_one_field_is_refused(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as stream:
        stream.write(b'id;name\n1;"')
        stream.truncate(1024**3)  # sparse: takes no disk
    with pytest.raises(BadInput, match=r"huge\.csv is 1,074 MB unpacked"):
        import_organisations(store, path)


@pytest.mark.usefixtures("little_memory")
def test_an_endless_line_is_refused_with_its_number(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(b"id;name\n1;" + b"x" * (20 * MEGABYTE))
    with pytest.raises(BadInput, match=r"long\.csv:2: the line is longer than 1,000,000 bytes"):
        import_organisations(store, path)


@pytest.mark.parametrize(
    "name", ["../project.csv", "/etc/project.csv", "a/../../project.csv", "..\\project.csv"]
)
def test_a_path_that_leaves_the_archive_is_refused(store: Store, tmp_path: Path, name: str) -> None:
    path = tmp_path / "traversal.zip"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr(name, "id\np1\n")
    with pytest.raises(BadInput, match="a path that leaves the archive"):
        import_cordis(store, [path])
    assert [file.name for file in tmp_path.iterdir() if "project" in file.name] == []


def test_a_truncated_archive_is_refused(store: Store, tmp_path: Path) -> None:
    path = archive(tmp_path / "cut.zip", project=b"id\np1\n" * 1000)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(BadInput, match="is not a readable ZIP archive"):
        import_cordis(store, [path])


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 but no more"])
def test_a_file_that_is_no_archive_is_refused(store: Store, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "not.zip"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="is not a readable ZIP archive"):
        import_cordis(store, [path])


def test_a_damaged_member_leaves_the_store_as_it_was(store: Store, tmp_path: Path) -> None:
    path = archive(tmp_path / "bad.zip", organization=bytes(range(256)) * 40, project=b"id\np1\n")
    content = bytearray(path.read_bytes())
    content[60:90] = bytes(30)
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"organization\.csv is damaged"):
        import_cordis(store, [path])
    assert store.projects() == {}


def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "table.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["id", "name"])
    book.active.append(["1", "Ada"])
    book.save(path)
    return path


def with_part(path: Path, part: str, content: bytes) -> Path:
    """Return a copy of a workbook in which one part is another."""
    changed = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(changed, "w") as target:
        for entry in source.namelist():
            target.writestr(entry, content if entry == part else source.read(entry))
    return changed


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_workbook_with_external_entities_is_refused(store: Store, tmp_path: Path, encoding: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    sheet = (
        f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE w [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>&x;</t></is></c></row></sheetData></worksheet>'
    )
    path = with_part(workbook(tmp_path), "xl/worksheets/sheet1.xml", sheet.encode(encoding))
    with pytest.raises(BadInput, match="declares XML entities"):
        import_organisations(store, path)


@pytest.mark.usefixtures("little_memory")
def test_a_workbook_that_unpacks_to_too_much_is_refused(store: Store, tmp_path: Path) -> None:
    path = bomb(tmp_path / "bomb.xlsx", "xl/worksheets/sheet1.xml", 200 * MEGABYTE)
    with pytest.raises(BadInput, match=r"sheet1\.xml holds more than is read: a row of over 8 MB"):
        import_organisations(store, path)


def test_a_workbook_that_claims_a_million_columns_is_read_by_its_cells(store: Store, tmp_path: Path) -> None:
    path = workbook(tmp_path)
    with zipfile.ZipFile(path) as source:
        sheet = source.read("xl/worksheets/sheet1.xml")
    claimed = with_part(path, "xl/worksheets/sheet1.xml", sheet.replace(b"A1:B2", b"A1:XFD1048576"))
    import_organisations(store, claimed)
    assert store.organisation("1").name == "Ada"


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"])
def test_a_broken_workbook_is_refused(store: Store, tmp_path: Path, part: str) -> None:
    path = with_part(workbook(tmp_path), part, b"<broken")
    with pytest.raises(BadInput, match="is not a readable XLSX workbook"):
        import_organisations(store, path)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1"])
def test_exported_cells_run_no_formula(tmp_path: Path, text: str) -> None:
    write_csv(tmp_path / "out.csv", ["name"], [[text]])
    exported = (tmp_path / "out.csv").read_bytes().decode("utf-8-sig")
    ((_,), (cell,)) = csv.reader(io.StringIO(exported, newline=""), delimiter=";")
    assert cell == "'" + text


@given(st.text())
def test_a_guarded_cell_comes_back_as_it_was(text: str) -> None:
    if not text.startswith("'"):
        assert unguarded(str(safe_cell(text))) == text


TEXTS_LIKE_FORMULAS = (
    "=1+1",
    "+Périphérie",
    "-1",
    "@Home Services",
    '=HYPERLINK("evil")',
    "'tis",
    "#REF! Ltd",
    "Plain",
)


def test_a_workbook_keeps_a_text_as_text_without_an_apostrophe_and_it_comes_in_again(
    store: Store, tmp_path: Path
) -> None:
    rows = tuple((str(number), name) for number, name in enumerate(TEXTS_LIKE_FORMULAS, start=1))
    path = tmp_path / "out.xlsx"
    path.write_bytes(exported([Sheet("Organisations", "All.", ("id", "name"), rows)], run="abc"))
    cells = [row[1] for row in openpyxl.load_workbook(path)["Organisations"].iter_rows(min_row=3)]
    assert [cell.value for cell in cells] == list(TEXTS_LIKE_FORMULAS)
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells if cell.quotePrefix] == ["=1+1", '=HYPERLINK("evil")']
    import_organisations(store, path)
    assert tuple(store.organisation(ident).name for ident, _ in rows) == TEXTS_LIKE_FORMULAS


def test_a_name_that_looks_like_a_formula_survives_export_and_import(store: Store, tmp_path: Path) -> None:
    write_csv(tmp_path / "out.csv", ["id", "name"], [["1", "@Home Services"]])
    import_organisations(store, tmp_path / "out.csv")
    assert store.organisation("1").name == "@Home Services"
