"""Which wishes are opened to those of whom a fact is not recorded, when known facts do not suffice?"""

from types import SimpleNamespace
from typing import Any

import numpy as np

from matcher.suggest.settle import _openable
from matcher.suggest.wishes import COUNTRY


def wish(ident: str, fact: str, *, unknown: bool = True) -> Any:
    return SimpleNamespace(id=ident, fact=fact, open=np.array([unknown]))


def question(*wishes: Any, opened: tuple[str, ...] = ()) -> Any:
    return SimpleNamespace(wishes=wishes, open_wishes=frozenset(opened))


def test_of_two_wishes_for_countries_one_is_opened_since_nobody_is_of_two() -> None:
    malta, luxembourg, sme = wish("MT", COUNTRY), wish("LU", COUNTRY), wish("sme", "size")
    request = question(malta, luxembourg, sme)
    assert _openable(request, ["MT", "LU", "sme"]) == ["sme", "MT"]
    assert _openable(request, ["LU"]) == ["LU"]
    assert _openable(question(malta, luxembourg, opened=("MT",)), ["MT", "LU"]) == []


def test_what_the_conflict_does_not_name_or_nobody_could_turn_out_to_be_stays_closed() -> None:
    request = question(wish("sme", "size"), wish("large", "size", unknown=False), opened=())
    assert _openable(request, ["large"]) == []
    assert _openable(request, ["size"]) == []
    assert _openable(request, ["sme", "large"]) == ["sme"]
