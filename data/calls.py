"""What does each call demand? Profiles: versioned, layered, every number with its source.

The call text always prevails; whoever shows a profile shows `PREVAILS` beside it.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from data.countries import FACTS_AS_OF
from data.demands import CountRange, Demand, Hardness, Layer, Selector, Unit
from data.errors import BadInput, BadProfile
from data.model import CallId
from data.profile_files import ProfileFile, apply_override, parse_profile

PREVAILS = "The call text always prevails."


@dataclass(frozen=True, slots=True)
class WorkStream:
    """One of the streams into which a call divides its overall project."""

    id: str
    title: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallProfile:
    """A call's demands after layering: its own, over those it extends.

    `pillar` is the part of Horizon Europe ("I", "II", "III"); some associations hold for one only.
    `lineage` names the profiles it was built from, the base first, itself last. Dates are inclusive.
    """

    id: CallId
    title: str
    programme: str
    source: str
    demands: tuple[Demand, ...]
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    lineage: tuple[CallId, ...] = ()
    pillar: str | None = None
    work_streams: tuple[WorkStream, ...] = ()
    topics: tuple[str, ...] = ()
    note: str = ""
    fictional: bool = False

    @property
    def reference_date(self) -> dt.date:
        """The day for which country sets are read by default: the last one both known and valid."""
        return min(self.valid_until or FACTS_AS_OF, FACTS_AS_OF)

    def demand(self, demand_id: str) -> Demand:
        """Return the demand of that id; KeyError where the profile has none."""
        for demand in self.demands:
            if demand.id == demand_id:
                return demand
        raise KeyError(demand_id)

    @property
    def size_range(self) -> tuple[int | None, int | None]:
        """The tightest (minimum, maximum) number of members that hard rules state outright."""
        bounds = [
            demand
            for demand in self.demands
            if isinstance(demand, CountRange)
            and demand.of is Unit.MEMBERS
            and demand.members == Selector()
            and demand.hardness == "hard"
        ]
        lows = [demand.minimum for demand in bounds if demand.minimum is not None]
        highs = [demand.maximum for demand in bounds if demand.maximum is not None]
        return (max(lows) if lows else None, min(highs) if highs else None)


_PACKAGED = Path(__file__).parent / "calls"


def load_profiles(paths: Iterable[Path | str] = ()) -> dict[CallId, CallProfile]:
    """Return every profile by id: those of this package, then those of the user's files or folders of *.toml.

    Later files override earlier ones: `amends` changes a profile in place, a new `id` adds one. Raises
    BadProfile, naming file, line and reason, and BadInput where a path does not exist.
    """
    files = [_read(path, Layer.PROGRAMME) for path in sorted(_PACKAGED.glob("*.toml"))]
    for path in paths:
        files.extend(_read(file, Layer.USER) for file in _toml_files(Path(path)))
    return layer_profiles(files)


def _toml_files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(path.glob("*.toml"))
    if not path.is_file():
        raise BadInput(f"no profile file or folder at {path}: check the path")
    return [path]


def _read(path: Path, layer: Layer) -> ProfileFile:
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise BadInput(f"cannot read the profile {path}: {problem.strerror}") from problem
    return parse_profile(str(path) if layer is Layer.USER else path.name, content, layer=layer)


def layer_profiles(files: Sequence[ProfileFile]) -> dict[CallId, CallProfile]:
    """Put the layers together: base before extension, amendments in the files' order."""
    own: dict[str, ProfileFile] = {}
    amendments: dict[str, list[ProfileFile]] = {}
    for file in files:
        if "amends" in file.header:
            amendments.setdefault(file.header["amends"], []).append(file)
        elif (ident := file.header["id"]) in own:
            file.fail("id", f"profile {ident} is already in {own[ident].file}: use amends to change it")
        else:
            own[ident] = file
    for ident, changes in amendments.items():
        if ident not in own:
            changes[0].fail("amends", f"no profile {ident!r} to amend; known: {', '.join(sorted(own))}")
    profiles: dict[CallId, CallProfile] = {}

    def build(ident: str, below: tuple[str, ...]) -> CallProfile:
        if CallId(ident) not in profiles:
            file = own[ident]
            base = None
            if (extended := file.header.get("extends")) is not None:
                if extended not in own:
                    known = ", ".join(sorted(own))
                    file.fail("extends", f"no profile {extended!r} to extend; known: {known}")
                if extended in below:
                    file.fail("extends", f"profiles extend each other in a circle: {', '.join(below)}")
                base = build(extended, (*below, extended))
            profile = _extend(base, file)
            for change in amendments.get(ident, ()):
                profile = _extend(profile, change)
            profiles[CallId(ident)] = profile
        return profiles[CallId(ident)]

    for ident in own:
        build(ident, (ident,))
    return dict(sorted(profiles.items()))


def _extend(base: CallProfile | None, file: ProfileFile) -> CallProfile:
    """Lay one file over a profile (None: over nothing)."""
    header = dict(file.header)
    demands = {demand.id: demand for demand in base.demands} if base is not None else {}
    for ident in header.pop("remove", []):
        if demands.pop(ident, None) is None:
            file.fail("remove", f"no demand {ident!r} to remove")
    for override in file.overrides:
        if override.id not in demands:
            raise BadProfile(f"{file.file}:{override.line}: no demand {override.id!r} to override")
        demands[override.id] = apply_override(demands[override.id], override, file.file)
    for index, demand in enumerate(file.demands):
        if demand.id in demands:
            line = file.lines.within("demand", index, "id")
            raise BadProfile(
                f"{file.file}:{line}: demand {demand.id} is inherited: use [[override]] to change it"
            )
        demands[demand.id] = demand
    extended = header.pop("extends", None)
    header.pop("amends", None)
    changes: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in header.items()
    }
    changes["demands"] = tuple(demands.values())
    if file.work_streams:
        changes["work_streams"] = tuple(WorkStream(**stream) for stream in file.work_streams)
    if base is None:
        for key in ("title", "programme", "source"):
            if key not in header:
                file.fail("id", f"a profile that extends none needs {key}")
        profile = CallProfile(lineage=(CallId(header["id"]),), **changes)
    else:
        if extended is not None:
            changes["lineage"] = (*base.lineage, CallId(header["id"]))
            changes.setdefault("title", f"{base.title} ({header['id']})")
        profile = replace(base, **changes)
    if profile.valid_from and profile.valid_until and profile.valid_from > profile.valid_until:
        file.fail("valid_from", f"valid_from {profile.valid_from} is after valid_until {profile.valid_until}")
    return profile


def describe(profile: CallProfile) -> str:
    """The profile in plain words, one demand a line with its source."""
    lines = [f"{profile.id}: {profile.title}", f"Programme: {profile.programme}", f"Source: {profile.source}"]
    if profile.fictional:
        lines.append("Fictional: written for demonstration.")
    if profile.valid_from or profile.valid_until:
        start = f"{profile.valid_from:%d.%m.%Y}" if profile.valid_from else "the beginning"
        end = f"{profile.valid_until:%d.%m.%Y}" if profile.valid_until else "today"
        lines.append(f"Valid: {start} to {end}")
    if len(profile.lineage) > 1:
        lines.append(f"Extends: {' < '.join(profile.lineage[:-1])}")
    if profile.note:
        lines.append(profile.note)
    lines.append("")
    for demand in profile.demands:
        marks = [_KIND_WORDS[demand.hardness]]
        if demand.layer is not Layer.PROGRAMME:
            marks.append(f"{demand.layer.value} layer")
        if not demand.verified:
            marks.append("figure not verified")
        lines.append(f"{demand.id} ({', '.join(marks)}): {demand.text}")
        if demand.justification:
            lines.append(f"    otherwise justify: {demand.justification}")
        lines.append(f"    source: {demand.source}")
    lines.extend(
        f"Work stream {stream.id}: {stream.title}. {stream.description}" for stream in profile.work_streams
    )
    lines += ["", PREVAILS]
    return "\n".join(lines)


_KIND_WORDS = {Hardness.HARD: "must", Hardness.SOFT: "should", Hardness.ATTESTATION: "to be attested"}
