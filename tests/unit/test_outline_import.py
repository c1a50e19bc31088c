"""Do outlines and organisations come in from the tables that people send?"""

import codecs
import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from data.calls import WorkStream
from data.errors import BadInput
from data.model import Kind, Organisation, OrganisationId
from data.sources.demo import DEMO_CALL, load_demo
from data.sources.organisations import import_organisations
from data.sources.outlines import import_outlines
from data.sources.reports import write_report
from data.sources.template import TEMPLATES, write_template
from data.store import Store

GERMAN = "Wir bauen sichere Netze für Krankenhäuser auf dem Land und suchen Partner mit Erfahrung."


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'store.sqlite'}") as opened:
        yield opened


def written(tmp_path: Path, text: str, encoding: str = "utf-8", name: str = "table.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def zipped(name: str, content: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(name, content)
    return archive.getvalue()


def test_a_row_becomes_an_outline_and_its_sender(store: Store, tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "id;title;text;organisation;organisation_name;country;kind;budget_eur;sme;owner;submitted\n"
        f"a1;Netze;{GERMAN};999;Klinik AG;EL;large;1.234.567,89;nein;999;22.11.2026\n",
    )
    report = import_outlines(store, path, "call-1")
    assert (report.added, report.problems) == ({"organisations": 1, "outlines": 1}, ())
    outline = store.outline("a1")
    assert (outline.call, outline.country, outline.language) == ("call-1", "GR", "de")
    assert (outline.budget_eur, outline.submitted) == (1234567.89, dt.date(2026, 11, 22))
    assert store.organisation("999") == Organisation(
        OrganisationId("999"), "Klinik AG", "GR", Kind.LARGE, False, OrganisationId("999")
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_encoding_and_delimiter_are_found_out(
    store: Store, tmp_path: Path, encoding: str, delimiter: str
) -> None:
    text = "id;name;country\n1;Société Générale d’Énergie;fr\n".replace(";", delimiter)
    import_organisations(store, written(tmp_path, text, encoding))
    assert store.organisation("1").name == "Société Générale d’Énergie"


def test_an_undecidable_encoding_is_refused_with_advice(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(b"id;name\n1;\x81\x8d\n")
    with pytest.raises(BadInput, match=r"table\.csv cannot be decided.*CSV UTF-8"):
        import_organisations(store, path)


def test_a_mark_that_the_content_denies_is_refused(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(codecs.BOM_UTF16_LE + "id;name\n1;Ada".encode("utf-16-le") + b"\x00\xd8\n")
    with pytest.raises(BadInput, match="does not hold the utf-16 it announces"):
        import_organisations(store, path)


def test_a_stray_byte_in_marked_utf8_costs_its_row_alone(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(codecs.BOM_UTF8 + b"id;name\n1;caf\xe9\n2;Ada\n")
    report = import_organisations(store, path)
    assert [(problem.line, problem.column) for problem in report.problems] == [(2, "name")]
    assert list(store.organisations()) == ["2"]


def test_a_missing_column_is_named_with_what_may_have_been_meant(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path, "id;titl;text\n1;x;y\n")
    with pytest.raises(BadInput, match=r"lacks the needed column title; found: id, titl, text; .*'titl'"):
        import_outlines(store, path, "call-1")


def test_bad_rows_are_reported_by_line_and_good_rows_come_in(store: Store, tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "id;title;text;organisation_name;country;budget_eur;kind;sme\n"
        f'1;One;"{GERMAN}\nZweite Zeile.";Ada;FR;;;\n'
        "2;Two;;Ada;FR;;;\n"
        f"3;Three;{GERMAN};Ada;FR;1.234;;\n"
        f"4;Four;{GERMAN};Lea;FRX;;;\n"
        f"5;Five;{GERMAN};;FR;;;\n"
        f"1;Six;{GERMAN};Ada;FR;;;\n"
        f"7;Seven;{GERMAN};Bob;FR;;sme;no\n"
        f"8;Eight;{GERMAN};Bob\n"
        f"9;Nine;{GERMAN};Bob;FR;-5;;\n",
    )
    report = import_outlines(store, path, "call-1")
    assert [outline.id for outline in store.outlines("call-1")] == ["1", "3", "4", "7", "8", "9"]
    assert store.outline("4").country is None
    assert [(problem.line, problem.column) for problem in report.problems] == [
        (4, "text"),
        (7, "organisation"),
        (8, "id"),
    ]
    assert [(problem.line, problem.column) for problem in report.left_empty] == [
        (6, "country"),
        (9, "kind"),
        (11, "budget_eur"),
    ]
    assert (store.outline("3").budget_eur, store.outline("9").budget_eur) == (1234.0, None)
    assert store.organisation(store.outline("7").organisation).kind is Kind.COMPANY
    write_report(report, tmp_path / "report.txt")
    first = (tmp_path / "report.txt").read_text("utf-8").splitlines()[0]
    assert first == "table.csv:4:text:is empty; every outline needs it"


def test_an_outline_without_a_readable_country_comes_in_as_of_unknown_country(
    store: Store, tmp_path: Path
) -> None:
    path = written(
        tmp_path,
        "id;title;text;organisation_name;country\n"
        f"1;One;{GERMAN};Ada;Atlantis\n2;Two;{GERMAN};Bob;\n3;Three;{GERMAN};Cem;n/a\n4;Four;{GERMAN};Cem;TR\n",
    )
    report = import_outlines(store, path, "call-1")
    assert [outline.country for outline in store.outlines("call-1")] == [None, None, "TR", "TR"]
    assert report.problems == ()
    assert [(left.line, left.reason.partition(";")[0]) for left in report.left_empty] == [
        (2, "'Atlantis' is no country"),
        (3, "is empty, and nothing says where its sender sits"),
    ]
    again = import_outlines(store, path, "call-1")
    assert again.unchanged == {"organisations": 3, "outlines": 4}


def test_an_unknown_language_or_work_stream_is_left_empty_and_told(store: Store, tmp_path: Path) -> None:
    streams = (WorkStream("infra", "Cloud-edge infrastructure", ""), WorkStream("apps", "Applications", ""))
    path = written(
        tmp_path,
        "id;title;text;organisation_name;country;language;work_stream\n"
        f"1;One;{GERMAN};Ada;Frankreich;de;infra\n"
        f"2;Two;{GERMAN};Ada;France;klingon;infra\n"
        f"3;Three;{GERMAN};Ada;France;German;hydrogen\n"
        f"4;Four;{GERMAN};Ada;France;German;cloud-edge infrastructure\n",
    )
    report = import_outlines(store, path, "call-1", streams=streams)
    assert report.problems == ()
    assert [str(problem).split("; needed")[0] for problem in report.left_empty] == [
        "table.csv:3:language:'klingon' is no language",
        "table.csv:4:work_stream:'hydrogen' is no work stream of this call",
    ]
    assert report.left_empty[1].reason.endswith("needed: one of infra, apps")
    assert [(reading.written, reading.rows) for reading in report.questions] == [("hydrogen", 1)]
    kept = [(outline.country, outline.language, outline.work_stream) for outline in store.outlines("call-1")]
    assert kept == [("FR", "de", "infra"), ("FR", "de", "infra"), ("FR", "de", None), ("FR", "de", "infra")]


def test_empty_rows_below_a_table_are_no_rows(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path, "id;name;country;remark\n1;Ada;FR;x\n;;;\n ; ;;\n2;Bob;DE;\n")
    report = import_organisations(store, path)
    assert (report.added, report.problems) == ({"organisations": 2}, ())


def test_a_call_without_work_streams_takes_any(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path, f"title;text;organisation_name;country;work_stream\nA;{GERMAN};Ada;FR;own\n")
    assert import_outlines(store, path, "call-1").problems == ()
    assert store.outlines("call-1")[0].work_stream == "own"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("junk.xlsx", b"hello there", "no Excel workbook, whatever its name says: it begins with 'hell'"),
        ("list.csv", b"%PDF-1.7 x", "is a PDF document, no table"),
        ("empty.xlsx", b"", "is empty"),
        ("list.zip", zipped("list.csv", b"id;name\n"), "is a ZIP archive, but no XLSX workbook"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(
    store: Store, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadInput, match=reason):
        import_organisations(store, path)


def test_the_sender_is_found_by_its_name_whatever_case_and_accents(store: Store, tmp_path: Path) -> None:
    with store.transaction() as writer:
        writer.put_organisations([Organisation(OrganisationId("77"), "SOCIETE ADA", "FR")])
    path = written(
        tmp_path, f"title;text;organisation;country;kind\nOne;{GERMAN};Société Ada;FR;university\n"
    )
    import_outlines(store, path, "call-1")
    (outline,) = store.outlines("call-1")
    assert outline.organisation == "77"
    assert store.organisation("77").kind is Kind.UNIVERSITY
    assert store.organisation("77").name == "SOCIETE ADA"


def test_a_name_that_fits_two_organisations_asks_for_the_id(store: Store, tmp_path: Path) -> None:
    with store.transaction() as writer:
        writer.put_organisations([Organisation(OrganisationId(i), "Ada", "FR") for i in ("1", "2")])
    path = written(tmp_path, f"title;text;organisation;country\nOne;{GERMAN};Ada;FR\n")
    report = import_outlines(store, path, "call-1")
    assert [problem.reason for problem in report.problems] == [
        "'Ada' fits 2 organisations (1, 2); give the id"
    ]


def test_importing_twice_changes_nothing_also_without_ids(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path, f"title;text;organisation_name;country\nOne;{GERMAN};Ada;FR\n")
    import_outlines(store, path, "call-1")
    before = store.revision()
    report = import_outlines(store, path, "call-1")
    assert report.unchanged == {"organisations": 1, "outlines": 1}
    assert store.revision() == before


def test_an_outline_of_another_call_is_not_taken_over(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path, f"id;title;text;organisation_name;country\n1;One;{GERMAN};Ada;FR\n")
    import_outlines(store, path, "call-1")
    report = import_outlines(store, path, "call-2")
    assert [problem.reason for problem in report.problems] == ["outline '1' belongs to the call 'call-1'"]
    assert store.outline("1").call == "call-1"


def test_a_dry_run_reports_and_writes_nothing(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path, "id;name\n1;Ada\n")
    report = import_organisations(store, path, dry_run=True)
    assert (report.dry_run, report.added) == (True, {"organisations": 1})
    assert store.organisations() == {}


def test_empty_cells_of_organisations_leave_known_facts_alone(store: Store, tmp_path: Path) -> None:
    import_organisations(store, written(tmp_path, "id;name;country;kind\n1;Ada;FR;sme\n"))
    import_organisations(store, written(tmp_path, "id;name;country;kind;city\n1;Ada SA;;;Lyon\n"))
    assert store.organisation("1") == Organisation(OrganisationId("1"), "Ada SA", "FR", Kind.SME, city="Lyon")


@pytest.mark.parametrize("sort", sorted(TEMPLATES))
def test_a_workbook_template_explains_itself_and_imports_when_filled(
    store: Store, tmp_path: Path, sort: str
) -> None:
    path = tmp_path / "template.xlsx"
    write_template(sort, path)
    book = openpyxl.load_workbook(path)
    table, explanations = book.worksheets
    names = [cell.value for cell in table[1]]
    assert [row[0].value for row in explanations.iter_rows(min_row=2)] == names
    filled: dict[object, object] = {
        "title": "Netze",
        "text": GERMAN,
        "organisation_name": "Ada",
        "name": "Ada",
        "country": "FR",
    }
    filled |= {"budget_eur": 12.345, "sme": True, "submitted": dt.datetime(2026, 11, 22)}
    table.append([filled.get(name) for name in names])
    book.save(path)
    if sort == "outlines":
        assert import_outlines(store, path, "call-1").problems == ()
        (outline,) = store.outlines("call-1")
        assert (outline.title, outline.budget_eur, outline.submitted) == (
            "Netze",
            12.345,
            dt.date(2026, 11, 22),
        )
    else:
        assert import_organisations(store, path).added == {"organisations": 1}
    (organisation,) = store.organisations().values()
    assert (organisation.name, organisation.sme) == ("Ada", True)


def test_a_csv_template_has_its_explanations_beside_it(tmp_path: Path) -> None:
    written_files = write_template("organisations", tmp_path / "t.csv")
    assert [file.name for file in written_files] == ["t.csv", "t-explained.csv"]
    header = written_files[0].read_text("utf-8-sig").strip()
    assert header == "id;name;country;kind;sme;owner;city;url;profile"
    assert 'kind;no;"What sort of body it is' in written_files[1].read_text("utf-8-sig")


def test_a_template_never_overwrites(tmp_path: Path) -> None:
    write_template("outlines", tmp_path / "t.xlsx")
    with pytest.raises(BadInput, match="exists already"):
        write_template("outlines", tmp_path / "t.xlsx")


def test_the_demo_loads_whole_marked_as_fictional_and_only_once(store: Store) -> None:
    first = load_demo(store)
    assert first.added["outlines"] == len(store.outlines(DEMO_CALL)) >= 60
    assert sum(first.unchanged.values()) == 0, "nothing was there before"
    assert all(organisation.fictional for organisation in store.organisations().values())
    assert all(ident.startswith("DEMO-") for ident in store.projects())
    before = store.revision()
    assert sum(load_demo(store).added.values()) == 0
    assert store.revision() == before
