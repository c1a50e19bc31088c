"""What has the coordinator decided about the overall project, one decision at a time? Frozen, no I/O."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from data.errors import BadInput
from data.model import OutlineId

OutlinePair = tuple[OutlineId, OutlineId]

KINDS = ("put", "together", "never", "name", "carry", "withdraw")
"""What can be decided, in the order in which decisions are listed."""


def ordered(a: str, b: str) -> OutlinePair:
    """The pair with the smaller id first, so that (a, b) and (b, a) are one."""
    return (OutlineId(a), OutlineId(b)) if a <= b else (OutlineId(b), OutlineId(a))


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision. `about`: the outlines, or the stream for "name"; `value`: the stream, the name, or how many links.

    >>> Decision("put", ("O-1",), "data").key, Decision("never", ("O-2", "O-1")).key
    ('put:O-1', 'never:O-1,O-2')
    """

    kind: str
    about: tuple[str, ...]
    value: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise BadInput(f"a decision is one of {', '.join(KINDS)}, not {self.kind!r}")
        needed = 2 if self.kind in ("together", "never") else 1
        if len(self.about) != needed or not all(self.about):
            ids = ", ".join(self.about) or "nothing"
            raise BadInput(f"{self.kind} is decided about {needed} id{'s' * (needed > 1)}, found {ids}")
        if needed == 2 and self.about[0] == self.about[1]:
            raise BadInput(
                f"{self.kind} is decided about two different outlines, found {self.about[0]} twice"
            )
        if needed == 2:
            object.__setattr__(self, "about", ordered(*self.about))
        valued = self.kind in ("put", "name", "carry")
        if valued != bool(self.value.strip()):
            raise BadInput(
                f"{self.kind} {'needs a value' if valued else 'takes no value'}, found {self.value!r}"
            )
        if self.kind == "carry" and not (
            self.value.isascii() and self.value.isdigit() and len(self.value) < 4
        ):
            raise BadInput(f"carry needs a number of links from 0 to 999, not {self.value!r}")

    @property
    def key(self) -> str:
        """What tells it from every other decision; a second one with the same key takes its place."""
        return f"{self.kind}:{','.join(self.about)}"


@dataclass(frozen=True, slots=True)
class Decisions:
    """What the coordinator has decided; kept in every run.

    `streams`: this outline in that stream. `together`: both in one stream and, where a border lies between
    them, linked. `never`: neither linked nor in one main stream. `names`: this stream is named so.
    `capacity`: so many links at most. `withdrawn`: left out.
    """

    streams: Mapping[str, str] = field(default_factory=dict)
    together: frozenset[OutlinePair] = frozenset()
    never: frozenset[OutlinePair] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    capacity: Mapping[str, int] = field(default_factory=dict)
    withdrawn: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        both = self.together & self.never
        if both:
            a, b = min(both)
            raise BadInput(
                f"{a} and {b} are decided to be together and never together; take one decision back"
            )
        for a, b in sorted(self.together):
            if a in self.streams and b in self.streams and self.streams[a] != self.streams[b]:
                raise BadInput(
                    f"{a} and {b} are decided to be together, but {a} in stream {self.streams[a]!r} and {b} in "
                    f"stream {self.streams[b]!r}; take one of the three decisions back"
                )
        for a, b in sorted(self.never):
            if a in self.streams and self.streams.get(b) == self.streams[a]:
                raise BadInput(
                    f"{a} and {b} are decided never to be together, but both to be in stream "
                    f"{self.streams[a]!r}; take one of the three decisions back"
                )
        for outline, links in sorted(self.capacity.items()):
            if links < 0:
                raise BadInput(f"capacity of {outline} must be 0 or more links, not {links}")

    @property
    def listed(self) -> tuple[Decision, ...]:
        """Every decision by itself, in the order of KINDS, then by id."""
        return (
            *(Decision("put", (outline,), stream) for outline, stream in sorted(self.streams.items())),
            *(Decision("together", pair) for pair in sorted(self.together)),
            *(Decision("never", pair) for pair in sorted(self.never)),
            *(Decision("name", (stream,), name) for stream, name in sorted(self.names.items())),
            *(Decision("carry", (outline,), str(most)) for outline, most in sorted(self.capacity.items())),
            *(Decision("withdraw", (outline,)) for outline in sorted(self.withdrawn)),
        )

    def plus(self, decision: Decision) -> "Decisions":
        """These decisions and one more. Raises BadInput where it contradicts another."""
        first, value = decision.about[0], decision.value.strip()
        match decision.kind:
            case "put":
                return replace(self, streams={**self.streams, first: value})
            case "together":
                return replace(self, together=self.together | {ordered(*decision.about)})
            case "never":
                return replace(self, never=self.never | {ordered(*decision.about)})
            case "name":
                return replace(self, names={**self.names, first: value})
            case "carry":
                return replace(self, capacity={**self.capacity, first: int(value)})
        return replace(self, withdrawn=self.withdrawn | {first})

    def less(self, key: str) -> "Decisions":
        """These decisions without one. Raises BadInput where none has this key."""
        kept = [decision for decision in self.listed if decision.key != key]
        if len(kept) == len(self.listed):
            keys = ", ".join(decision.key for decision in self.listed) or "none"
            raise BadInput(f"no decision {key!r} is kept; kept: {keys}")
        decisions = Decisions()
        for decision in kept:
            decisions = decisions.plus(decision)
        return decisions

    def as_json(self) -> str:
        """The decisions as one JSON document, keys sorted, for `store.put_setting`."""
        document = {
            "streams": dict(self.streams),
            "together": sorted(map(list, self.together)),
            "never": sorted(map(list, self.never)),
            "names": dict(self.names),
            "capacity": dict(self.capacity),
            "withdrawn": sorted(self.withdrawn),
        }
        return json.dumps(document, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str | None) -> "Decisions":
        """Read what `as_json` wrote; None or "" is no decision. Raises BadInput for anything else."""
        if not text:
            return cls()
        try:
            document = json.loads(text)
            names = {"streams", "together", "never", "names", "capacity", "withdrawn"}
            if not isinstance(document, dict) or not document.keys() <= names:
                raise ValueError(f"needed an object with {', '.join(sorted(names))}")
            return cls(
                streams={str(k): str(v) for k, v in document.get("streams", {}).items()},
                together=frozenset(ordered(str(a), str(b)) for a, b in document.get("together", [])),
                never=frozenset(ordered(str(a), str(b)) for a, b in document.get("never", [])),
                names={str(k): str(v) for k, v in document.get("names", {}).items()},
                capacity={str(k): int(v) for k, v in document.get("capacity", {}).items()},
                withdrawn=frozenset(map(str, document.get("withdrawn", []))),
            )
        except (ValueError, TypeError, AttributeError) as error:
            raise BadInput(f"the decisions are not readable: {error}") from error
