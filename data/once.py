"""How is a part of a frozen thing built at its first use, once, though several threads ask for it together?"""

import threading
from collections.abc import Callable, Mapping
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")


class once(Generic[T]):  # noqa: N801  # used as a decorator, like property
    """A property that is worked out at its first use and then kept in the instance; safe under threads.

    Whoever comes while it is being worked out waits for it. Once it is there it is read like any attribute, without
    this code and without a lock. (Python 3.11's `cached_property` takes one lock for all instances of a class, later
    ones take none and work the same out twice.) Where the work fails, the next one who asks tries again.

    >>> class Sum:
    ...     @once
    ...     def total(self) -> int:
    ...         print("adding")
    ...         return 2 + 3
    >>> s = Sum()
    >>> s.total, s.total
    adding
    (5, 5)
    """

    def __init__(self, work: Callable[[Any], T]) -> None:
        self._work = work
        self.__doc__ = work.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name
        self._lock_name = f"lock of {name}"

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None) -> T: ...

    def __get__(self, instance: object | None, owner: type | None = None) -> Self | T:
        if instance is None:
            return self
        kept = instance.__dict__
        with kept.setdefault(self._lock_name, threading.RLock()):
            if self._name not in kept:
                kept[self._name] = self._work(instance)
            value: T = kept[self._name]
        return value


def built(instance: object, name: str) -> bool:
    """Whether a part that is worked out once is there already."""
    return name in instance.__dict__


def give(instance: object, name: str, value: object) -> None:
    """Hand a part over that was worked out elsewhere, before anybody asks for it."""
    instance.__dict__[name] = value


Key = TypeVar("Key")
Item = TypeVar("Item")


class Kept(Generic[Key, Item]):
    """The newest few of what is costly to work out. Safe under threads.

    What is there is read without a lock; who asks for what is being worked out waits for it.

    >>> squares = Kept[int, int](most=2)
    >>> [squares.get(number, lambda number=number: number**2) for number in (2, 3, 2)]
    [4, 9, 4]
    """

    def __init__(self, most: int, items: Mapping[Key, Item] | None = None) -> None:
        self._most = most
        self._items = dict(items or {})
        self._lock = threading.RLock()  # working out one item may ask for another

    def get(self, key: Key, work: Callable[[], Item]) -> Item:
        """Return what is kept, worked out now if need be."""
        items = self._items
        if key in items:
            return items[key]
        with self._lock:
            if key not in self._items:
                newest = [*self._items.items(), (key, work())][-self._most :]
                self._items = dict(newest)
            return self._items[key]

    def mapped(self, change: Callable[[Item], Item]) -> "Kept[Key, Item]":
        """Return the same with every item changed; this one stays as it is."""
        return Kept(self._most, {key: change(item) for key, item in self._items.items()})
