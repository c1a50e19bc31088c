"""Names that look like one owner's are suspected, carefully; facts and decisions settle them."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.names.names import NOTHING_COUNTED, NameStatistics, fold, take_apart
from graph.names.ownership import may_share_names, ownership_of, suspected_pairs
from graph.rules.members import Member, pair


def suspects(
    *names: str, statistics: NameStatistics = NOTHING_COUNTED, country: str = "DE"
) -> list[tuple[str, str]]:
    members = [Member(str(number), name, country) for number, name in enumerate(names)]
    suspicions = suspected_pairs(members, statistics)
    return [(names[int(suspicion.a)], names[int(suspicion.b)]) for suspicion in suspicions]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SIEMENS AG", "SIEMENS SAS"),
        ("SIEMENS AKTIENGESELLSCHAFT OESTERREICH", "Siemens s.r.o."),
        ("THALES ALENIA SPACE ITALIA SPA", "THALES SA"),
        ("Groupe Renault SAS", "RENAULT ESPANA SA"),
        ("Ørsted A/S", "ORSTED WIND POWER AS"),
        ("ABENGOA HIDROGENO SA", "ABENGOA SOLAR NEW TECHNOLOGIES SA"),
        ("UNIVERSITAET HAMBURG", "Universität Hamburg".replace("ä", "ae")),
    ],
)
def test_one_groups_names_are_suspected(one: str, other: str) -> None:
    assert suspects(one, other) == [(one, other)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("UNIVERSITAET BREMEN", "HOCHSCHULE BREMEN"),
        ("UNIVERSITY OF LEEDS", "UNIVERSITY OF YORK"),
        ("INSTITUT JOZEF STEFAN", "INSTITUT PASTEUR"),
        ("STADT KOELN", "STADT DORMAGEN"),
        ("GREEN ENERGY GMBH", "GREEN POWER SRL"),
        ("SOLAR SYSTEMS LTD", "SOLAR SERVICES SA"),
        ("BERLINER WASSERBETRIEBE GMBH", "BERLINER STADTREINIGUNG AG"),
        ("MUELLER GMBH", "SCHMIDT GMBH"),
        ("APR TECHNOLOGIES AB", "APR SRL"),
        ("Company 1 Ltd", "Company 2 Ltd"),
        ("Partner A GmbH", "Partner B GmbH"),
        ("COMUNE DI VORAX", "Comune di Nirla"),
    ],
)
def test_what_is_common_is_not_suspected(one: str, other: str) -> None:
    assert suspects(one, other) == []


def test_equal_institutions_in_two_countries_are_two() -> None:
    members = [Member("1", "INSTITUT ZA FIZIKU", "HR"), Member("2", "INSTITUT ZA FIZIKU", "RS")]
    assert suspected_pairs(members) == ()


def test_statistics_of_a_store_take_out_cities_ordinary_words_and_words_that_are_everywhere() -> None:
    names = ["VORAX GMBH", "VORAX SAS", *(f"N{k} VORAX" for k in range(5))]
    assert suspects("VORAX GMBH", "VORAX LABS SAS") != []
    assert suspects("VORAX GMBH", "VORAX LABS SAS", statistics=NameStatistics.of(names)) == []
    assert suspects("VORAX GMBH", "VORAX LABS SAS", statistics=NameStatistics.of([], ["Vorax"])) == []
    texts = ["the vorax is a fish", "a vorax again"]
    assert suspects("VORAX GMBH", "VORAX LABS SAS", statistics=NameStatistics.of([], [], texts)) == []


def test_the_evidence_names_both_and_what_they_share() -> None:
    suspicions = suspected_pairs([Member("2", "ACMERA SAS", "FR"), Member("1", "ACMERA AG", "DE")])
    assert [(s.a, s.b, s.shared) for s in suspicions] == [("1", "2", ("ACMERA",))]
    assert suspicions[0].evidence == "ACMERA AG and ACMERA SAS share ACMERA"


@dataclass(frozen=True)
class Decided:
    a: str
    b: str
    same: bool


def test_stated_owners_and_decisions_settle_a_suspicion() -> None:
    open_pair = [Member("1", "ACMERA AG", "DE"), Member("2", "ACMERA SAS", "FR")]
    stated = [Member("1", "ACMERA AG", "DE", owner="1"), Member("2", "ACMERA SAS", "FR", owner="2")]
    both = frozenset({pair("1", "2")})
    assert ownership_of(open_pair).suspected == both
    assert ownership_of(stated).suspected == frozenset()
    confirmed = ownership_of(open_pair, [Decided("1", "2", True)])
    assert (confirmed.same, confirmed.suspected) == (both, frozenset())
    rejected = ownership_of(open_pair, [Decided("1", "2", False), Decided("1", "9", True)])
    assert (rejected.different, rejected.same, rejected.suspected) == (both, frozenset(), frozenset())


def test_names_are_folded_alike_whatever_their_marks_and_dots() -> None:
    assert fold("L'Oréal S.A.") == ("L", "OREAL", "SA")
    assert fold("Łódź Sp. z o.o.") == ("LODZ", "SP", "Z", "OO")
    assert take_apart("Łódź-Technika Sp. z o.o.").core == ("LODZ", "TECHNIKA")
    assert take_apart("A.B.C. Kft.").core == ("ABC",)


WORDS = st.sampled_from(
    ["Siemens", "Thales", "Acme", "ABB", "University", "of", "Leeds", "Energy", "AG", "SA"]
)
NAMES = st.lists(st.lists(WORDS, min_size=1, max_size=4).map(" ".join), min_size=1, max_size=6)


@given(NAMES, NAMES)
def test_names_that_cannot_be_suspected_without_counts_are_suspected_by_no_counts(
    names: list[str], store: list[str]
) -> None:
    members = [Member(str(number), name, "DE") for number, name in enumerate(names)]
    statistics = NameStatistics.of(store * 7, cities=["Leeds"], texts=["energy", "energy"])
    if not may_share_names(members):
        assert suspected_pairs(members, statistics) == ()


def test_only_names_that_share_a_compared_word_need_counting() -> None:
    assert may_share_names([Member("1", "SIEMENS AG"), Member("2", "SIEMENS SAS")])
    assert not may_share_names([Member("1", "SIEMENS AG"), Member("2", "THALES SA"), Member("3")])
