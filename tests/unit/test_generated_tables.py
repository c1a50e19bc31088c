"""Does a table come in whatever its shape: where it begins, its language, encoding, delimiter, merged cells?

Tables are made from a list of outlines, which is also the oracle: what was put in must come out.
"""

import csv
import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from data.model import CallId, Kind
from data.sources.headings import meaning_of
from data.sources.identity import Directory
from data.sources.outline_rows import OutlineRows
from data.sources.outlines import OUTLINE_COLUMNS, outlines_of
from data.sources.sheets import read_sheet
from data.sources.table import Cells

HEADINGS = {
    "de": (
        "Nr.",
        "Titel der Skizze",
        "Kurzbeschreibung",
        "Einrichtung",
        "Land",
        "Art der Einrichtung",
        "Budget",
    ),
    "en": (
        "No.",
        "Project title",
        "Abstract",
        "Organisation name",
        "Country",
        "Type of organisation",
        "Budget",
    ),
    "fr": ("N°", "Titre du projet", "Résumé", "Organisme", "Pays", "Type d'organisme", "Budget"),
    "es": ("Núm.", "Título del proyecto", "Resumen", "Entidad", "País", "Tipo de entidad", "Presupuesto"),
    "it": ("N.", "Titolo del progetto", "Sintesi", "Ente", "Paese", "Tipo di ente", "Costo"),
    "nl": ("Nr.", "Projecttitel", "Samenvatting", "Organisatie", "Land", "Type organisatie", "Begroting"),
    "pl": ("Nr", "Tytuł projektu", "Streszczenie", "Nazwa organizacji", "Kraj", "Rodzaj podmiotu", "Budżet"),
    "cs": ("Číslo", "Název projektu", "Popis", "Organizace", "Země", "Typ organizace", "Rozpočet"),
    "sk": ("Číslo", "Názov projektu", "Opis", "Organizácia", "Krajina", "Typ organizácie", "Rozpočet"),
    "hu": (
        "Sorszám",
        "Projekt címe",
        "Leírás",
        "Szervezet neve",
        "Ország",
        "Szervezet típusa",
        "Költségvetés",
    ),
    "ro": ("Nr.", "Titlul proiectului", "Descriere", "Organizația", "Țara", "Tip organizație", "Buget"),
    "bg": ("Номер", "Заглавие на проекта", "Описание", "Организация", "Държава", "Вид организация", "Бюджет"),
    "el": ("Αριθμός", "Τίτλος έργου", "Περιγραφή", "Φορέας", "Χώρα", "Είδος φορέα", "Προϋπολογισμός"),
    "pt": ("N.º", "Título do projeto", "Resumo", "Entidade", "País", "Tipo de entidade", "Orçamento"),
    "sv": (
        "Nummer",
        "Projekttitel",
        "Sammanfattning",
        "Organisation",
        "Land",
        "Typ av organisation",
        "Budget",
    ),
    "da": ("Nummer", "Projekttitel", "Beskrivelse", "Organisation", "Land", "Organisationstype", "Budget"),
    "fi": ("Numero", "Hankkeen nimi", "Kuvaus", "Organisaatio", "Maa", "Organisaation tyyppi", "Budjetti"),
    "et": (
        "Number",
        "Projekti nimetus",
        "Kirjeldus",
        "Organisatsioon",
        "Riik",
        "Organisatsiooni tüüp",
        "Eelarve",
    ),
    "lv": (
        "Numurs",
        "Projekta nosaukums",
        "Apraksts",
        "Organizācija",
        "Valsts",
        "Organizācijas veids",
        "Budžets",
    ),
    "lt": (
        "Numeris",
        "Projekto pavadinimas",
        "Aprašymas",
        "Organizacija",
        "Šalis",
        "Organizacijos tipas",
        "Biudžetas",
    ),
    "sl": (
        "Številka",
        "Naslov projekta",
        "Povzetek",
        "Organizacija",
        "Država",
        "Vrsta organizacije",
        "Proračun",
    ),
    "hr": ("Broj", "Naziv projekta", "Sažetak", "Organizacija", "Država", "Vrsta organizacije", "Proračun"),
    "mt": ("Numru", "Titolu tal-proġett", "Deskrizzjoni", "Organizzazzjoni", "Pajjiż", "Tip", "Baġit"),
    "ga": ("Uimhir", "Teideal an togra", "Cur síos", "Eagraíocht", "Tír", "Cineál", "Buiséad"),
}
TOTALS = ("Summe", "Total", "Razem", "Σύνολο", "Yhteensä", "Общо", "Összesen", "Celkem")
COUNTRIES = {"Germany": "DE", "Frankreich": "FR", "EL": "GR", "Polska": "PL", "España": "ES", "Suomi": "FI"}
KINDS = {
    "KMU": Kind.SME,
    "université": Kind.UNIVERSITY,
    "REC": Kind.RESEARCH,
    "Kommune": Kind.MUNICIPAL,
    "n/a": None,
}
BUDGETS = {
    "1.250.000 €": 1_250_000.0,
    "2,4 Mio. €": 2_400_000.0,
    "640000": 640_000.0,
    "k. A.": None,
    "viel": None,
}
TEXT = "Wir bauen Netze für Krankenhäuser auf dem Land; gesucht werden Partner mit Erfahrung, Nr. "


@dataclass(frozen=True)
class Row:
    title: str
    organisation: str
    country: str
    kind: str
    budget: str

    def cells(self, number: int) -> list[str]:
        text = f"{TEXT}{number}."
        return [f"R-{number}", self.title, text, self.organisation, self.country, self.kind, self.budget]


WORDS = st.sampled_from(["Netze", "Häfen", "Gießerei", "réseau", "données", "odlewnia", "Kanten", "cloud"])
ROWS = st.builds(
    Row,
    st.lists(WORDS, min_size=2, max_size=4).map(" ".join),
    st.sampled_from(["Ada GmbH", "Société Béa SA", "Zakład Łódź Sp. z o.o.", "Koe Oy"]),
    st.sampled_from(sorted(COUNTRIES)),
    st.sampled_from(sorted(KINDS)),
    st.sampled_from(sorted(BUDGETS)),
)
TABLES = st.lists(ROWS, min_size=1, max_size=8)
LANGUAGES = st.sampled_from(sorted(HEADINGS))
PREAMBLES = st.lists(
    st.sampled_from(["", "Liste der Skizzen", "Stand: 12.11.2026", "confidential"]), max_size=4
)


def outlines_read(sheet: Cells) -> OutlineRows:
    return outlines_of(sheet, CallId("call-1"), Directory([]))


def assert_whole(sheet: Cells, rows: Sequence[Row]) -> None:
    """Assert that what came out is what went in, and that every row that did not come in is named."""
    read = outlines_read(sheet)
    assert sheet.findings.problems == []
    assert [outline.id for outline in read.outlines] == [f"R-{number}" for number in range(len(rows))]
    for outline, row in zip(read.outlines, rows, strict=True):
        assert (outline.title, outline.country) == (row.title, COUNTRIES[row.country])
        assert outline.budget_eur == BUDGETS[row.budget]
    left_empty = {problem.column for problem in sheet.findings.left_empty}
    assert left_empty == ({"budget_eur"} if any(row.budget == "viel" for row in rows) else set())


def csv_text(rows: Sequence[Sequence[str]], delimiter: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


def sheet_of(content: bytes, name: str) -> Cells:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return read_sheet(path, OUTLINE_COLUMNS)


COLUMNS = ("id", "title", "text", "organisation_name", "country", "kind", "budget_eur")


@pytest.mark.parametrize("language", sorted(HEADINGS))
def test_usual_headings_are_understood_in_every_eu_language(language: str) -> None:
    assert tuple(meaning_of(heading).column for heading in HEADINGS[language]) == COLUMNS


@settings(deadline=None, max_examples=40)
@given(
    TABLES,
    LANGUAGES,
    PREAMBLES,
    st.sampled_from(";,\t|"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.data(),
)
@example(
    [Row("Netze Häfen", "Ada GmbH", "EL", "KMU", "viel")], "ga", ["", "confidential"], "|", "utf-16", None
)
def test_a_text_file_comes_in_whatever_its_preamble_language_delimiter_and_encoding(
    rows: list[Row],
    language: str,
    preamble: list[str],
    delimiter: str,
    encoding: str,
    chosen: st.DataObject | None,
) -> None:
    lines = [row.cells(number) for number, row in enumerate(rows)]
    table: list[list[str]] = [[text, "", ""] if text else [] for text in preamble]
    table += [list(HEADINGS[language]), *lines]
    if chosen is not None and chosen.draw(st.booleans()):
        table.insert(-1, list(HEADINGS[language]))
        table.append([])
        table.append([chosen.draw(st.sampled_from(TOTALS)), "", "", "", "", "", "4.540.000"])
    assert_whole(sheet_of(csv_text(table, delimiter).encode(encoding), "table.csv"), rows)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(TABLES, LANGUAGES, st.integers(0, 4), st.integers(0, 3), st.booleans())
def test_a_workbook_comes_in_whatever_stands_above_beside_and_behind_its_table(
    rows: list[Row], language: str, above: int, beside: int, is_merged: bool
) -> None:
    book = openpyxl.Workbook()
    cover = book.active
    cover.title = "Hinweise"
    cover.append(["Bitte lesen"])
    table = book.create_sheet("Skizzen")
    for _ in range(above):
        table.append(["Skizzen zum Aufruf"])
    rows = sorted(rows, key=lambda row: row.country)
    table.append([""] * beside + [*HEADINGS[language], "Telefon"])
    first = table.max_row + 1
    for number, row in enumerate(rows):
        table.append([""] * beside + [*row.cells(number), "+49 30 000000"])
    if is_merged:
        column = beside + 5
        for country in {row.country for row in rows}:
            same = [first + at for at, row in enumerate(rows) if row.country == country]
            table.merge_cells(start_row=same[0], end_row=same[-1], start_column=column, end_column=column)
    stream = io.BytesIO()
    book.save(stream)
    sheet = sheet_of(stream.getvalue(), "table.xlsx")
    assert_whole(sheet, rows)
    assert ("column 'Telefon'", len(rows)) in [
        (ignored.what, ignored.filled) for ignored in sheet.findings.ignored
    ]
    assert ("sheet 'Hinweise'", 1) in [(ignored.what, ignored.filled) for ignored in sheet.findings.ignored]


@settings(deadline=None, max_examples=40)
@given(st.text("a\"; ,\n\t'é\u2028\\=#/x", max_size=80), LANGUAGES)
def test_no_text_makes_the_reader_fail_and_no_row_is_lost(text: str, language: str) -> None:
    content = (
        csv_text([HEADINGS[language], Row("Netze Häfen", "Ada GmbH", "EL", "KMU", "640000").cells(0)], ";")
        + text
    )
    sheet = sheet_of(content.encode(), "table.csv")
    outlines_read(sheet)
    findings = sheet.findings
    named = {problem.line for problem in (*findings.problems, *findings.notes)}
    kept = {sheet.lines[at] for at in sheet.kept_rows.tolist()}
    begun = [
        line
        for line, written in enumerate(io.StringIO(content, newline=""), start=1)
        if written.strip(' \t\r\n;,"')
    ]
    assert kept.isdisjoint(problem.line for problem in findings.problems)
    assert min(begun) == 1
    assert 2 in kept
    assert all(line in named | kept | {1} or any(near <= line for near in kept | named) for line in begun)
