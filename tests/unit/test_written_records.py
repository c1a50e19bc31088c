"""Do outlines and organisations that were written to a file come in again as they were?"""

import datetime as dt
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.errors import BadInput
from data.model import CallId, Kind, Organisation, OrganisationId, Outline, OutlineId
from data.sources.organisations import import_organisations
from data.sources.outlines import import_outlines
from data.sources.table import safe_cell, unguarded
from data.sources.written_records import organisations_file, outlines_file
from data.store import Store

Records = tuple[list[Organisation], list[Outline], dict[OutlineId, list[OrganisationId]]]
COUNTRIES = st.sampled_from(["DE", "GR", "GB", "TR", "SE"])
WORDS = st.sampled_from(
    ["Häfen", "=1+1", "«réseau»", "A;B", 'the "edge"', "Łódź\nnad", "-5 °C", "'tis", "@home", "Δίκτυα"]
)
TEXTS = st.lists(WORDS, min_size=1, max_size=4).map(" ".join).map("{} Netz".format)
DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2040, 12, 31))
KINDS = [(kind, None) for kind in (None, *Kind)] + [
    (Kind.SME, True),
    (Kind.LARGE, False),
    (Kind.OTHER, False),
]
IDENTS = st.integers(200_000_012, 988_888_887).map(str) | st.integers(1, 99).map("DEMO-ORG-{}".format)


@st.composite
def organisations(draw: st.DrawFn, ident: str) -> Organisation:
    kind, sme = draw(st.sampled_from(KINDS))
    city, url, profile = (draw(st.none() | TEXTS) for _ in range(3))
    return Organisation(
        OrganisationId(ident),
        f"{ident} {draw(TEXTS)}",
        draw(st.none() | COUNTRIES),
        kind,
        sme,
        draw(st.none() | IDENTS.map(OrganisationId)),
        city,
        url,
        profile,
        fictional=draw(st.booleans()),
        withdrawn=draw(st.none() | DAYS),
    )


@st.composite
def records(draw: st.DrawFn) -> Records:
    known = [
        draw(organisations(ident)) for ident in draw(st.lists(IDENTS, min_size=2, max_size=5, unique=True))
    ]
    outlines = []
    for at in range(draw(st.integers(1, 4))):
        sender = draw(st.sampled_from(known))
        offers, seeks = draw(st.none() | TEXTS), draw(st.none() | TEXTS)
        outlines.append(
            Outline(
                OutlineId(f"R-{at}"),
                CallId("call"),
                f"Idea {draw(TEXTS)}",
                f"We plan {draw(TEXTS)}",
                sender.id,
                sender.country and draw(COUNTRIES),
                draw(st.sampled_from(["de", "el", "nb"])),
                offers,
                seeks,
                draw(st.none() | st.sampled_from(["edge", "data"])),
                draw(st.none() | st.integers(1_000_00, 10**11).map(lambda cents: cents / 100)),
                draw(st.none() | DAYS),
                draw(st.none() | DAYS),
            )
        )
    return known, outlines, {outlines[0].id: [one.id for one in known if one.id != outlines[0].organisation]}


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(records(), st.sampled_from(["csv", "xlsx"]))
def test_what_was_written_comes_in_again_as_it_was(made: Records, form: str) -> None:
    known, outlines, partners = made
    by_id = {one.id: one for one in known}
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder) / f"first.{form}", Path(folder) / f"second.{form}"
        first.write_bytes(organisations_file(known, form))
        second.write_bytes(outlines_file(outlines, by_id, partners, form))
        with Store.open(f"sqlite:///{folder}/store.sqlite") as store:
            assert import_organisations(store, first).problems == ()
            assert store.organisations() == by_id
            report = import_outlines(store, second, "call")
            assert report.problems == ()
            assert list(store.outlines()) == outlines
            assert store.organisations() == by_id


@given(st.text("'=+-@ a\t", max_size=6))
def test_a_guarded_cell_is_read_as_it_was(text: str) -> None:
    assert unguarded(str(safe_cell(text))) == text


def test_another_form_of_file_is_refused() -> None:
    with pytest.raises(BadInput, match="needed: one of csv, xlsx"):
        organisations_file([], "pdf")
