"""A wish for a country, a kind or a type: who fulfils it by record, by name, or perhaps; worked out by hand."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from data.errors import BadInput
from data.model import Kind, Organisation, OrganisationId
from matcher.solver.facts import Facts
from matcher.suggest.eligible import Eligible
from matcher.suggest.type_table import TypeTable
from matcher.suggest.wishes import Wish, wish_of

PEOPLE = (
    Organisation(OrganisationId("a"), "Comune di Lucca", "IT", Kind.PUBLIC),
    Organisation(OrganisationId("b"), "Ministero della Salute", "IT", Kind.PUBLIC),
    Organisation(OrganisationId("c"), "Widgets Limited", "IE", Kind.COMPANY),
    Organisation(OrganisationId("d"), "Small Widgets Limited", "IE", Kind.COMPANY, sme=True),
    Organisation(OrganisationId("e"), "University of Nowhere", "IE", Kind.UNIVERSITY),
    Organisation(OrganisationId("f"), None, None, None),
    Organisation(OrganisationId("g"), "Meyer Werft GmbH", "DE", Kind.COMPANY, sme=False),
)


def wish(least: int, of: str, people: tuple[Organisation, ...] = PEOPLE) -> Wish:
    n = len(people)
    chosen = Eligible(
        np.arange(n),
        tuple(one.id for one in people),
        Facts.of(people),
        sparse.csr_array((n, n)),
        np.zeros(n),
        np.zeros(n, bool),
    )
    types = TypeTable.of([(one.name, one.country, one.kind) for one in people])
    knowledge: Any = SimpleNamespace(types=types)
    return wish_of(least, of, chosen, knowledge)


def who(mask: np.ndarray) -> str:
    return "".join(PEOPLE[row].id for row in np.flatnonzero(mask))


@pytest.mark.parametrize(
    ("of", "recorded", "inferred", "open_"),
    [
        ("sme", "d", "", "cf"),  # a university without a flag is no candidate for an SME
        ("large", "g", "", "cf"),
        ("company", "cdg", "", "f"),
        ("municipal", "", "a", "bf"),  # a store that knows no towns has them among public bodies
        ("IT", "ab", "", "f"),
        ("EL", "", "", "f"),
        ("shipyard", "", "g", ""),
    ],
)
def test_a_wish_is_fulfilled_by_record_by_name_or_perhaps(
    of: str, recorded: str, inferred: str, open_: str
) -> None:
    wanted = wish(1, of)
    assert (who(wanted.recorded), who(wanted.inferred), who(wanted.open)) == (recorded, inferred, open_)


def test_where_towns_are_recorded_a_public_body_is_none() -> None:
    town = Organisation(OrganisationId("h"), "Stadt Musterstadt", "DE", Kind.MUNICIPAL)
    wanted = wish(1, "municipal", (*PEOPLE, town))
    assert np.flatnonzero(wanted.recorded).tolist() == [7]
    assert np.flatnonzero(wanted.open).tolist() == [5]


def test_what_is_not_recorded_counts_only_where_it_is_asked_to() -> None:
    wanted = wish(2, "sme")
    ids = [one.id for one in PEOPLE]
    assert wanted.demand(ids, open_too=False).organisations == ("d",)
    assert wanted.demand(ids, open_too=True).organisations == ("c", "d", "f")
    assert wanted.demand(ids, open_too=True).at_least == 2
    assert wanted.short()
    assert wanted.short([3])
    assert not wish(1, "sme").short([3])


def test_the_answer_says_what_is_known_and_what_was_done() -> None:
    assert wish(2, "sme").answer(open_too=True).text == (
        "At least 2 SMEs: recorded of 1. So 2 whose size is not recorded may count, too: ask those who are in."
    )
    assert wish(1, "municipal").answer(open_too=False).text == (
        "At least 1 municipal body: recorded of nobody, told of 1 by name or profile (inferred)."
    )
    assert wish(1, "shipyard").answer(open_too=False).complete is False


def test_a_member_that_counts_without_a_record_is_marked() -> None:
    town, sme = wish(1, "municipal"), wish(2, "sme")
    marked = town.reason(PEOPLE[0], 0, open_too=False)
    assert marked is not None
    assert marked.text == (
        "Counts for your wish for at least 1 municipal body: its name, “Comune”, tells: municipality (inferred)."
    )
    perhaps = sme.reason(PEOPLE[2], 2, open_too=True)
    assert perhaps is not None
    assert perhaps.text == "May count for your wish for at least 2 SMEs: its size is not recorded, ask it."
    assert sme.reason(PEOPLE[2], 2, open_too=False) is None
    assert sme.reason(PEOPLE[3], 3, open_too=True) is None


def test_what_is_no_country_kind_or_type_is_refused() -> None:
    with pytest.raises(BadInput, match="'club' is neither a country nor a kind nor a type"):
        wish(1, "club")
