"""Do the files that people were seen to send come in right? One test a file, each with the value that is right.

The files lie in `../shared/data/hand`; without them these tests skip.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from data.model import ImportReport, Kind, Organisation
from data.sources.cordis import import_cordis
from data.sources.members import read_members
from data.sources.organisations import import_organisations
from data.sources.outlines import import_outlines
from data.store import Store
from data.tables import PARTNERS_SETTING

HAND = Path(__file__).parents[2] / ".." / "shared" / "data" / "hand"
pytestmark = pytest.mark.skipif(not HAND.is_dir(), reason=f"the sent files are not there: {HAND}")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'store.sqlite'}") as opened:
        yield opened


def outlines_in(store: Store, name: str) -> ImportReport:
    return import_outlines(store, HAND / name, "call-1")


def cordis_in(store: Store, name: str) -> ImportReport:
    return import_cordis(store, [HAND / name])


def lines(report: ImportReport, which: str) -> list[tuple[int, str]]:
    return [(problem.line, problem.column) for problem in getattr(report, which)]


def senders(store: Store) -> dict[str, Organisation]:
    organisations = store.organisations()
    return {outline.id: organisations[outline.organisation] for outline in store.outlines("call-1")}


def test_the_ministrys_workbook_comes_in_whole(store: Store) -> None:
    report = outlines_in(store, "ministry.xlsx")
    assert report.added == {"organisations": 43, "outlines": 40}
    assert (report.problems, report.left_empty, report.questions) == ((), (), ())
    italian, finnish = store.outline("12"), store.outline("39")
    assert (italian.country, italian.budget_eur, italian.submitted) == (
        "IT",
        2_400_000,
        dt.date(2026, 11, 12),
    )
    assert (finnish.country, finnish.language, finnish.title) == ("FI", "fi", "Kaivosta: paikallinen ennuste")
    assert senders(store)["11"].kind is Kind.MUNICIPAL
    assert store.outline("05").budget_eur is None
    names = {organisation.name for organisation in store.organisations().values()}
    assert {"Partner Eins Oy", "Partner Zwei SA", "Partner Drei s.r.o."} <= names
    ignored_parts = {(ignored.what, ignored.filled) for ignored in report.ignored}
    assert {("column 'Telefon'", 40), ("column 'Bemerkung'", 6), ("sheet 'Hinweise'", 1)} <= ignored_parts
    kinds = {
        (reading.written, reading.meaning, reading.rows)
        for reading in report.readings
        if reading.column == "kind"
    }
    assert {("KMU", "sme", 13), ("Hochschule", "university", 7)} <= kinds


@pytest.mark.parametrize(
    "name",
    [
        "s01_title_row.xlsx",
        "s02_two_headers.xlsx",
        "s05_cover_sheet.xlsx",
        "s06_hidden_sheet.xlsx",
        "s17_preamble.csv",
        "s17_sep.csv",
    ],
)
def test_the_table_is_found_wherever_it_begins(store: Store, name: str) -> None:
    report = outlines_in(store, name)
    assert (report.added, report.problems) == ({"organisations": 3, "outlines": 3}, ())
    assert [outline.title for outline in store.outlines("call-1")] == [
        f"Edge press line {n}" for n in (1, 2, 3)
    ]


def test_german_headings_are_understood(store: Store) -> None:
    outlines_in(store, "s03_german.xlsx")
    (outline,) = store.outlines("call-1")
    assert (outline.id, outline.title, outline.country, outline.budget_eur) == (
        "1",
        "Kanten-Rechner",
        "DE",
        1_250_000,
    )


def test_merged_cells_count_for_all_their_rows(store: Store) -> None:
    outlines_in(store, "s04_merged_org.xlsx")
    assert {organisation.name for organisation in senders(store).values()} == {"Prüfwerk 1 GmbH"}


def test_a_formula_without_a_value_is_told_and_left_out(store: Store) -> None:
    report = outlines_in(store, "s07_formula_uncached.xlsx")
    assert lines(report, "problems") == [(2, "organisation_name"), (3, "title")]
    assert report.is_empty


def test_a_spreadsheets_errors_are_told_and_left_out(store: Store) -> None:
    report = outlines_in(store, "s08_error_values.xlsx")
    assert [outline.id for outline in store.outlines("call-1")][:1] == ["R-1"]
    assert (3, "text") in lines(report, "problems")
    assert (4, "country") in lines(report, "left_empty")


def test_amounts_are_read_as_people_write_them(store: Store) -> None:
    report = outlines_in(store, "s10_amounts.xlsx")
    budgets = {int(o.id[2:]): o.budget_eur for o in store.outlines("call-1")}
    special = {5: 1_200_000, 18: None, 20: 800_000, 21: 0.8, 22: 1_250_000.5, 23: 2_000_000}
    unknown = dict.fromkeys((14, 15, 16, 17))
    assert budgets == dict.fromkeys(range(1, 24), 1250000) | special | unknown
    assert lines(report, "left_empty") == [(19, "budget_eur")]
    assert (22, "budget_eur") in lines(report, "notes")


@pytest.mark.parametrize(
    ("name", "codec", "sender"),
    [
        ("s15_cp1250.csv", "cp1250", "Zakład Próbny Łódź Sp. z o.o."),
        ("s15_macroman.csv", "mac-roman", "Prüfwerk Süd GmbH"),
    ],
)
def test_the_encoding_is_found_by_evidence_and_told(store: Store, name: str, codec: str, sender: str) -> None:
    report = outlines_in(store, name)
    assert senders(store)["R-1"].name == sender
    assert [encoding.codec for encoding in report.encodings] == [codec]
    assert sender in report.encodings[0].samples


def test_partner_columns_become_organisations(store: Store) -> None:
    outlines_in(store, "s19_partners.xlsx")
    countries = {organisation.name: organisation.country for organisation in store.organisations().values()}
    assert countries == {"Prüfwerk 1 GmbH": "DE", "Nordnetz Oy": "FI", "Datum SA": "FR", "Obec Testov": "CZ"}
    assert (store.setting(PARTNERS_SETTING) or "").count("org-") == 3


def test_namesakes_that_disagree_are_reported_with_both_lines(store: Store) -> None:
    report = outlines_in(store, "s21_same_name.xlsx")
    assert [str(conflict).split(":", 1)[1] for conflict in report.conflicts] == [
        "3:kind:'Stadtwerke GmbH': kind is 'municipal' here and 'sme' in (line 2)"
    ]
    assert len(store.organisations()) == 2


def test_countries_are_known_in_the_languages_of_europe(store: Store) -> None:
    report = outlines_in(store, "s24_countries.xlsx")
    assert [problem.reason.split(" is no country")[0] for problem in report.left_empty] == [
        "'Germany, France'",
        "'EU'",
    ]
    countries = {organisation.name: organisation.country for organisation in senders(store).values()}
    assert [countries[f"Org C{n}"] for n in (2, 4, 7, 8, 13, 18, 20, 21, 26, 33, 36, 42, 59, 83)] == (
        ["XK", "XK", "GB", "GB", "DE", "DE", "DE", "DE", "DE", "GR", "AT", "ES", "CZ", "BA"]
    )


def test_kinds_are_known_by_codes_and_words(store: Store) -> None:
    report = outlines_in(store, "s25_kinds.xlsx")
    assert (report.left_empty, report.questions) == ((), ())
    kinds = [senders(store)[f"R-{n}"].kind for n in range(1, 26)]
    expected = (
        "sme sme sme university university university company research public other large large company other"
    )
    expected += " other public research research municipal company company sme university company research"
    assert kinds == [Kind(word) for word in expected.split()]


def test_yes_and_no_are_read_in_all_languages(store: Store) -> None:
    outlines_in(store, "s28_flags.xlsx")
    flags = [senders(store)[f"R-{n}"].sme for n in range(1, 20)]
    yes, no = True, False
    assert flags == [
        yes,
        no,
        yes,
        no,
        yes,
        yes,
        yes,
        None,
        None,
        yes,
        no,
        yes,
        None,
        None,
        yes,
        yes,
        no,
        yes,
        None,
    ]


def test_one_participant_code_is_one_organisation(store: Store) -> None:
    outlines_in(store, "s29_pic_forms.csv")
    assert list(store.organisations()) == ["888000001"]


def test_a_corrected_title_is_the_same_outline(store: Store) -> None:
    outlines_in(store, "s31_v1.csv")
    report = outlines_in(store, "s31_v2.csv")
    assert (report.added["outlines"], report.changed["outlines"]) == (0, 1)
    assert [outline.title for outline in store.outlines("call-1")] == ["Kantenrechner für Gießereien"]
    (outline,) = store.outlines("call-1")
    (before,) = (note.reason for note in report.notes if note.column == "title")
    assert before.startswith("is taken for a correction of 'Kantenrechner")
    assert outline.id in before


def test_an_outline_that_was_withdrawn_stays_so_when_its_file_comes_in_again(store: Store) -> None:
    outlines_in(store, "s32_v1.csv")
    first, *others = store.outlines("call-1")
    with store.transaction() as writer:
        writer.put_outlines([replace(first, withdrawn=dt.date(2026, 11, 28))])
    report = outlines_in(store, "s32_v1.csv")
    assert report.changed["outlines"] == 0
    assert store.outlines("call-1", standing=True) == tuple(others)
    assert f"outline '{first.id}' was withdrawn on 2026-11-28 and stays so" in [
        note.reason for note in report.notes
    ]


def test_what_a_corrected_list_no_longer_holds_is_told(store: Store) -> None:
    outlines_in(store, "s32_v1.csv")
    report = outlines_in(store, "s32_v2.csv")
    assert [outline.id for outline in report.missing] == ["R-2"]
    assert len(store.outlines("call-1")) == 3


def test_hostile_texts_come_in_clean(store: Store) -> None:
    report = outlines_in(store, "wild.csv")
    assert lines(report, "problems") == [(8, "text")]
    assert (len(store.outlines("call-1")), store.outline("W-4").title) == (
        14,
        "Bidi esrever title",
    )
    assert senders(store)["W-12"].name == "Société Invisible"
    assert "\x1b" not in store.outline("W-5").text
    assert store.outline("W-6").text.endswith("<b>bold</b> & <")


def test_long_activity_types_cost_no_participation(store: Store) -> None:
    report = cordis_in(store, "c01_activity_long")
    assert (report.added["participations"], report.left_empty) == (5, ())
    assert {organisation.kind for organisation in store.organisations().values()} == {Kind.COMPANY}


def test_flags_of_exports(store: Store) -> None:
    assert cordis_in(store, "c02_sme_values").problems == ()
    assert [organisation.sme for organisation in store.organisations().values()] == [
        None,
        None,
        True,
        False,
        None,
    ]


@pytest.mark.parametrize("name", ["c03_trailing_delim", "c11_mac.zip", "c28_sep"])
def test_archives_and_layouts_that_differ_in_form_alone(store: Store, name: str) -> None:
    report = cordis_in(store, name)
    assert (report.added, report.problems) == ({"projects": 2, "organisations": 4, "participations": 5}, ())


def test_amounts_of_exports(store: Store) -> None:
    report = cordis_in(store, "c05_amounts")
    amounts = store.history().participations.set_index("organisation")["contribution_eur"].dropna().to_dict()
    assert amounts == {
        "888000001": -12000.5,
        "888000002": 125000.5,
        "888000004": 1234.567,
        "888000006": 1_250_000,
    }
    assert lines(report, "left_empty") == [(4, "ecContribution"), (8, "ecContribution")]


def test_placeholders_are_no_ids_and_two_names_under_one_are_told(store: Store) -> None:
    report = cordis_in(store, "c06_same_pic")
    assert (lines(report, "conflicts"), report.problems) == ([(3, "organisationID")], ())
    assert "(line 2)" in report.conflicts[0].reason
    names = sorted(organisation.name or "" for organisation in store.organisations().values())
    assert names == [
        "Consiglio Alfa - Istituto Due",
        "Null AG",
        "Ohne Nummer AG",
        "Platzhalter A",
        "Platzhalter B",
    ]


def test_two_rows_of_one_project_are_told(store: Store) -> None:
    report = cordis_in(store, "c07_dup_projects")
    assert lines(report, "conflicts") == [(3, "title")]
    assert "startDate" in report.conflicts[0].reason
    assert "(line 2)" in report.conflicts[0].reason


def test_the_old_layout_without_participant_codes(store: Store) -> None:
    assert cordis_in(store, "c09_old_fp7").added == {"projects": 1, "organisations": 2, "participations": 2}
    assert store.project("287000").start == dt.date(2023, 1, 1)


def test_one_stray_byte_costs_one_cell(store: Store) -> None:
    report = cordis_in(store, "c18_mixed")
    assert [str(problem).split(" holds")[0] for problem in report.left_empty] == [
        "organization.csv:3:name:'Società Per Prova Citt�'"
    ]
    names = [organisation.name for organisation in store.organisations().values()]
    assert names == ["Universität Würzberg", None, "PLAIN AG"]


def test_dates_of_exports_cost_no_project(store: Store) -> None:
    report = cordis_in(store, "c21_dates")
    starts = [project.start for project in store.projects().values()]
    first, thirteenth, fifth = dt.date(2023, 1, 1), dt.date(2023, 1, 13), dt.date(2023, 1, 5)
    assert starts == [None, None, first, thirteenth, thirteenth, first, None, None, fifth, fifth]
    assert (lines(report, "left_empty"), report.added["participations"]) == ([(8, "startDate")], 10)


def test_lists_for_a_check(store: Store) -> None:
    first, second = read_members(HAND / "m01_parta.csv")
    assert (first.id, first.name, first.country, first.budget_eur) == (
        "888000001",
        "Alpha Probe GmbH",
        "DE",
        1_200_000,
    )
    assert (second.role, second.budget_eur) == ("Partner", 800_000)
    assert [member.name for member in read_members(HAND / "m04_total_row.xlsx")] == ["Alpha", "Beta", "Gamma"]


def test_a_table_of_participant_codes(store: Store) -> None:
    import_organisations(store, HAND / "o03_pic_table.csv")
    (organisation,) = store.organisations().values()
    assert (organisation.id, organisation.name, organisation.country) == ("888000009", "Neun GmbH", "DE")
    assert (organisation.kind, organisation.sme) == (Kind.COMPANY, True)
