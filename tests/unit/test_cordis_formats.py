"""Does a CORDIS download say the same as CSV, XLSX, JSON or XML, and a table the same as ODS or XLSM?"""

import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import openpyxl
import pytest

from data.errors import BadInput
from data.model import Kind
from data.sources.cordis import import_cordis
from data.sources.organisations import import_organisations
from data.store import Store

PROJECTS = (
    ("id", "acronym", "title", "startDate", "topics", "ecMaxContribution"),
    ("101", "ONE", "First & <last>", "2023-01-02", "T-1", "10.5"),
    ("102", "TWO", "Second", "2024-01-02", "T-2", "20"),
)
PARTS = (
    ("projectID", "organisationID", "name", "country", "activityType", "SME", "role", "ecContribution"),
    ("101", "888000001", "Ada GmbH", "DE", "PRC", "true", "coordinator", "5.25"),
    ("101", "888000002", "Uni Béa", "EL", "HES", "false", "participant", ""),
    ("102", "888000001", "Ada GmbH", "DE", "PRC", "true", "participant", "7"),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'store.sqlite'}") as opened:
        yield opened


def as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    return "\n".join(";".join(f'"{cell}"' for cell in row) for row in rows).encode()


def as_xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def as_json(rows: Sequence[Sequence[str]]) -> bytes:
    return json.dumps([dict(zip(rows[0], row, strict=True)) for row in rows[1:]]).encode()


def project_xml(row: Sequence[str]) -> bytes:
    ident, acronym, title, start, topic, grant = (
        cell.replace("&", "&amp;").replace("<", "&lt;") for cell in row
    )
    parts = "".join(
        f'<organization type="{role}" ecContribution="{amount}" sme="{sme}"><id>{code}</id>'
        f"<legalName>{name}</legalName><address><city>X</city><country>{country}</country></address>"
        f'<relations><categories><category classification="organizationActivityType"><code>{kind}</code>'
        "</category></categories></relations></organization>"
        for project, code, name, country, kind, sme, role, amount in PARTS[1:]
        if project == ident
    )
    return (
        f'<project xmlns="http://cordis.europa.eu"><id>{ident}</id><acronym>{acronym}</acronym><title>{title}</title>'
        f"<startDate>{start}</startDate><ecMaxContribution>{grant}</ecMaxContribution><relations><associations>{parts}"
        f'<programme type="relatedTopic"><code>{topic}</code><title>About {topic}</title></programme>'
        "</associations></relations></project>"
    ).encode()


def archive(path: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as target:
        for name, content in files.items():
            target.writestr(name.replace("__", "."), content)
    return path


def downloads(folder: Path) -> dict[str, Path]:
    made = {"csv": as_csv, "xlsx": as_xlsx, "json": as_json}
    paths = {
        ending: archive(
            folder / f"{ending}.zip",
            **{f"project__{ending}": write(PROJECTS), f"organization__{ending}": write(PARTS)},
        )
        for ending, write in made.items()
    }
    xml = {f"project-rcn-{row[0]}_en__xml": project_xml(row) for row in PROJECTS[1:]}
    return paths | {"xml": archive(folder / "xml.zip", **xml)}


@pytest.mark.parametrize("ending", ["csv", "xlsx", "json", "xml"])
def test_a_download_says_the_same_in_every_format(store: Store, tmp_path: Path, ending: str) -> None:
    report = import_cordis(store, [downloads(tmp_path)[ending]])
    assert (report.problems, report.left_empty) == ((), ())
    assert report.added == {"projects": 2, "organisations": 2, "participations": 3}
    first = store.project("101")
    assert (first.title, str(first.start), first.topics, first.grant_eur) == (
        "First & <last>",
        "2023-01-02",
        ("T-1",),
        10.5,
    )
    ada, uni = store.organisation("888000001"), store.organisation("888000002")
    assert (ada.name, ada.country, ada.kind, ada.sme) == ("Ada GmbH", "DE", Kind.SME, True)
    assert (uni.name, uni.country, uni.kind) == ("Uni Béa", "GR", Kind.UNIVERSITY)
    parts = store.history().participations[["project", "organisation", "role"]].values.tolist()
    assert parts == [
        ["101", "888000001", "coordinator"],
        ["101", "888000002", "participant"],
        ["102", "888000001", "participant"],
    ]


def test_an_xml_file_that_declares_entities_is_named_and_the_others_come_in(
    store: Store, tmp_path: Path
) -> None:
    hostile = b'<!DOCTYPE p [<!ENTITY x "y">]>' + project_xml(PROJECTS[1])
    path = archive(tmp_path / "xml.zip", a__xml=hostile, b__xml=project_xml(PROJECTS[2]))
    report = import_cordis(store, [path])
    assert [str(problem) for problem in report.problems] == [
        "a.xml:1::is not readable XML: declares XML entities"
    ]
    assert list(store.projects()) == ["102"]


@pytest.mark.parametrize("content", [b"{", b'"text"', b"[1]", b"[" * 100_000])
def test_json_of_another_shape_is_refused(store: Store, tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadInput, match=r"project\.json"):
        import_cordis(store, [archive(tmp_path / "json.zip", project__json=content)])


ODS = """<?xml version="1.0"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>
<table:table table:name="Hinweise"><table:table-row><table:table-cell office:value-type="string"><text:p>Bitte</text:p>
</table:table-cell></table:table-row></table:table>
<table:table table:name="Liste">
<table:table-row><table:table-cell office:value-type="string"><text:p>PIC</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>Name</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>Land</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell office:value-type="float" office:value="888000001"><text:p>888000001</text:p>
</table:table-cell><table:table-cell office:value-type="string"><text:p>Ada GmbH</text:p></table:table-cell>
<table:table-cell office:value-type="string" table:number-rows-spanned="2"><text:p>Deutschland</text:p>
</table:table-cell></table:table-row>
<table:table-row><table:table-cell office:value-type="float" office:value="888000002"><text:p>888000002</text:p>
</table:table-cell><table:table-cell office:value-type="string"><text:p>Béa AG</text:p></table:table-cell>
<table:covered-table-cell/></table:table-row>
<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="1024"/>
</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"""


def test_an_ods_workbook_is_read_with_its_merged_cells(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "list.ods"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        target.writestr("content.xml", ODS)
    report = import_organisations(store, path)
    assert report.problems == ()
    organisations = [(o.id, o.name, o.country) for o in store.organisations().values()]
    assert organisations == [("888000001", "Ada GmbH", "DE"), ("888000002", "Béa AG", "DE")]
    assert ("sheet 'Hinweise'", 1) in [(ignored.what, ignored.filled) for ignored in report.ignored]


def test_a_workbook_with_macros_is_read_and_nothing_in_it_is_run(store: Store, tmp_path: Path) -> None:
    content = as_xlsx((("id", "name"), ("1", "Ada")))
    plain, macros = b"spreadsheetml.sheet.main+xml", b"sheet.macroEnabled.main+xml"
    path = tmp_path / "list.xlsm"
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            part = source.read(name).replace(
                b"application/vnd.openxmlformats-officedocument." + plain,
                b"application/vnd.ms-excel." + macros,
            )
            target.writestr(name, part)
        target.writestr("xl/vbaProject.bin", b"\0macro")
    import_organisations(store, path)
    assert store.organisation("1").name == "Ada"


def test_a_million_formatted_empty_rows_cost_little_memory_and_lose_no_row(
    store: Store, tmp_path: Path
) -> None:
    content = as_xlsx((("id", "name"), ("1", "Ada")))
    empty = b"".join(
        b'<row r="%d" s="1"><c r="A%d" s="1"/></row>' % (line, line) for line in range(3, 1_000_000)
    )
    last = b'<row r="1000000"><c r="A1000000"><v>2</v></c><c r="B1000000" t="inlineStr"><is><t>Bea</t></is></c></row>'
    path = tmp_path / "list.xlsx"
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            part = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part = part.replace(b"</sheetData>", empty + last + b"</sheetData>")
            target.writestr(name, part)
    import_organisations(store, path)
    assert {ident: o.name for ident, o in store.organisations().items()} == {"1": "Ada", "2": "Bea"}
