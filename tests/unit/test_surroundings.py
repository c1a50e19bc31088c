"""Among whom is sought? Real ones for real calls, fictional ones for fictional calls, own records in a rehearsal."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from data.calls import load_profiles
from data.errors import BadInput, NotReady
from data.model import CallId, Organisation, OrganisationId
from matcher.suggest.knowledge import Knowledge
from matcher.suggest.surroundings import Surroundings, surroundings

PROFILES = load_profiles()
DEMO, REAL = PROFILES[CallId("demo-industrial-cloud")], PROFILES[CallId("he-ria-ia-2021")]
ANNA, BEN, FAY = (OrganisationId(name) for name in ("anna", "ben", "fay"))


def store(real: int = 5, outlines: dict[str, Any] | None = None) -> Knowledge:
    """Fay and another are fictional; anna, ben and the others are real, `real` of them in all."""
    fictional = np.array([True, True, *[False] * real])
    population = SimpleNamespace(ids=tuple(range(len(fictional))), fictional=fictional)
    return cast(
        Knowledge,
        SimpleNamespace(
            population=population,
            outlines=outlines or {},
            profiles=PROFILES,
            organisation=lambda who: Organisation(who, who.title(), "DE", fictional=who == FAY),
        ),
    )


def test_a_call_decides_which_sort_is_sought() -> None:
    assert surroundings([None], store(), profile=REAL) == Surroundings(False)
    assert surroundings([ANNA], store(), profile=REAL) == Surroundings(False)
    assert surroundings([FAY], store(), profile=REAL) == Surroundings(True)
    assert surroundings([None], store(), profile=DEMO) == Surroundings(True)


def test_own_records_stand_among_fictional_ones_in_a_fictional_call_only() -> None:
    assert surroundings([ANNA, FAY, BEN, ANNA], store(), profile=DEMO) == Surroundings(True, (ANNA, BEN))
    with pytest.raises(BadInput, match="real and fictional"):
        surroundings([ANNA, FAY], store(), profile=REAL)


def test_who_asks_without_a_call_is_among_those_of_its_outlines_call() -> None:
    outline = SimpleNamespace(organisation=ANNA, call=DEMO.id)
    assert surroundings([ANNA], store(outlines={"o": outline})) == Surroundings(True, (ANNA,))
    assert surroundings([BEN], store(outlines={"o": outline})) == Surroundings(False)


def test_a_real_organisation_alone_is_not_kept_apart() -> None:
    assert surroundings([ANNA], store(real=1), profile=REAL) == Surroundings(True, (ANNA,))
    assert surroundings([None], store(real=1), profile=REAL) == Surroundings(True)
    assert surroundings([ANNA], store(real=2), profile=REAL) == Surroundings(False)


def test_who_is_asked_about_stands_beside_fictional_ones_only() -> None:
    assert Surroundings(True, (ANNA,)).among([BEN, FAY], store()) == Surroundings(True, (ANNA, BEN))
    assert Surroundings(False).among([BEN], store()) == Surroundings(False)


def test_a_rehearsal_says_so() -> None:
    (note,) = Surroundings(True, (ANNA, BEN)).notes(store())
    assert note.startswith("Your records (Anna, Ben) are real, the surroundings are fictional:")
    assert Surroundings(True).notes(store()) == ()


def test_an_empty_store_says_what_to_do() -> None:
    empty = SimpleNamespace(population=SimpleNamespace(ids=()))
    with pytest.raises(NotReady, match="konsort demo"):
        surroundings([], cast(Knowledge, empty))
