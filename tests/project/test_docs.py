"""Is what the documents say true: links, dependencies, version, commands and settings?"""

import datetime as dt
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from packaging.version import Version

from service.runtime.settings import SETTINGS
from service.terminal.cli import main

ROOT = Path(__file__).resolve().parents[2]
FRONT = (ROOT / "README.md", ROOT / "CONTRIBUTING.md")
DOCUMENTS = sorted({*FRONT, *(ROOT / "docs").rglob("*.md"), *(ROOT / "data").rglob("*.md")})
FLOORS = ("data", "embeddings", "graph", "matcher", "service")
FOLDERS = (*FLOORS, "benchmarks", "docs", "tests")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINNED: list[str] = sum(PROJECT["optional-dependencies"].values(), PROJECT["dependencies"])

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)[^)]*\)")
_SPAN = re.compile(r"`([^`\n]+)`")
_FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", flags=re.M | re.S)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def anchors(path: Path) -> set[str]:
    """The fragments by which a document's headings are linked: lower case, hyphens, no other signs."""
    headings = re.findall(r"^#+ (.+)$", read(path), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", one.strip().lower()).replace(" ", "-") for one in headings}


def leads_somewhere(path: Path, link: str) -> bool:
    file, _, fragment = link.partition("#")
    target = (path.parent / file).resolve() if file else path
    return target.exists() and (not fragment or fragment in anchors(target))


def mentioned_commands(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the words after `konsort`, from code spans and from the lines of code blocks."""
    lines = [line.strip().removeprefix("$ ") for block in _FENCE.findall(text) for line in block.splitlines()]
    for line in [*_SPAN.findall(_FENCE.sub("", text)), *lines]:
        words = line.removeprefix(".venv/bin/").split()
        if words[:1] == ["konsort"]:
            yield tuple(words[1:])


def all_commands(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        if isinstance(command, click.Group):
            yield from all_commands(command, (*before, word))
        else:
            yield (*before, word)


def unknown_command(words: tuple[str, ...]) -> str | None:
    """Say which word is neither a command nor, in a command, one of its options; None where all are."""
    command: click.Command = main
    for word in words:
        if isinstance(command, click.Group) and re.fullmatch(r"[a-z][a-z-]*", word):
            inner = command.get_command(click.Context(command), word)
            if inner is None:
                return word
            command = inner
        elif option := re.match(r"\[?(--[a-z][a-z-]*)", word):
            allowed = {spelling for known in command.params for spelling in known.opts + known.secondary_opts}
            if option[1] not in allowed | {"--help", "--home", "--json", "--version"}:
                return option[1]
    return None


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_every_relative_link_leads_to_a_file_and_a_heading(path: Path) -> None:
    links = [link for link in _LINK.findall(_FENCE.sub("", read(path))) if not re.match(r"[a-z]+:", link)]
    assert [link for link in links if not leads_somewhere(path, link)] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_every_file_of_the_program_that_is_mentioned_exists(path: Path) -> None:
    spans = _SPAN.findall(_FENCE.sub("", read(path)))
    mentioned = [span for span in spans if re.fullmatch(rf"(?:{'|'.join(FOLDERS)})/[\w./-]+", span)]
    assert [span for span in mentioned if not (ROOT / span).exists()] == []


def test_every_room_of_the_house_is_shown_on_the_plan() -> None:
    plan = read(ROOT / "docs" / "architecture.md")
    rooms = [
        room
        for floor in FLOORS
        for room in (ROOT / floor).iterdir()
        if room.name not in {"__init__.py", "__pycache__"} and (room.is_dir() or room.suffix == ".py")
    ]
    assert [name(room) for room in rooms if f"`{name(room)}`" not in plan] == []


def test_every_dependency_has_its_reason_in_the_docs() -> None:
    reasons = re.sub(r"[_.]", "-", read(ROOT / "docs" / "dependencies.md").lower())
    names = {re.split(r"[\[=]", requirement)[0].lower() for requirement in PINNED} - {"konsort"}
    assert {one for one in names if not re.search(rf"(?<![\w-]){re.escape(one)}(?![\w-])", reasons)} == set()


def test_every_dependency_is_pinned_to_one_version() -> None:
    assert [one for one in PINNED if "==" not in one and not one.startswith("konsort[")] == []


def test_the_changelog_tells_the_version_being_made_or_ends_with_the_one_that_is_built() -> None:
    headings = re.findall(r"^## (.+)$", read(ROOT / "CHANGELOG.md"), flags=re.M)
    making = headings[0] == "Unreleased"
    releases = [heading.split(" – ") for heading in headings[making:]]
    versions = [Version(version) for version, _ in releases]
    dates = [dt.date.fromisoformat(date) for _, date in releases]
    assert versions == sorted(versions, reverse=True)
    assert dates == sorted(dates, reverse=True)
    built = Version(PROJECT["version"])
    assert built > versions[0] if making else built == versions[0]


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_every_konsort_command_that_is_mentioned_exists(path: Path) -> None:
    mentioned = {words: unknown_command(words) for words in mentioned_commands(read(path))}
    assert {words: unknown for words, unknown in mentioned.items() if unknown} == {}


def test_every_konsort_command_is_mentioned_in_a_document() -> None:
    mentioned = {words for path in DOCUMENTS for words in mentioned_commands(read(path))}
    silent = [
        " ".join(command)
        for command in all_commands(main)
        if not any(words[: len(command)] == command for words in mentioned)
    ]
    assert silent == []


def test_every_setting_is_described_in_a_document() -> None:
    text = "\n".join(read(path) for path in DOCUMENTS)
    assert [setting.variable for setting in SETTINGS if setting.variable not in text] == []


def test_every_decision_says_why_and_what_it_costs() -> None:
    for path in sorted((ROOT / "docs" / "decisions").glob("*.md")):
        headings = re.findall(r"^## (.+)$", read(path), flags=re.M)
        assert headings == ["Decision", "Why", "What it costs"], path.name


GLOSSARY = read(ROOT / "docs" / "glossary.md")


def test_every_code_name_of_the_glossary_is_in_the_code() -> None:
    defined = {
        word
        for floor in FLOORS
        for path in (ROOT / floor).rglob("*.py")
        for word in re.findall(
            r"^(?:class |def |async def )?([A-Za-z]\w+)(?=[(:]| =)", read(path), flags=re.M
        )
    }
    spans = [span for span in _SPAN.findall(GLOSSARY) if span != "code"]
    assert [span for span in spans if span not in defined and not (ROOT / span).exists()] == []


def test_every_entry_of_the_glossary_that_another_names_is_there() -> None:
    entries = {
        entry.strip().lower()
        for line in re.findall(r"^\*\*([^*]+)\*\*", GLOSSARY, flags=re.M)
        for entry in re.sub(r"\([^)]*\)", "", line).rstrip(".").split(",")
    }
    named = re.findall(r"(?<!\*)\*([a-zA-Z][^*\n]+)\*(?!\*)", GLOSSARY)
    unknown = {
        word
        for word in map(str.lower, named)
        if not any(word.startswith(entry) or entry.startswith(word.rstrip("s")) for entry in entries)
    }
    assert unknown == {"italics"}, "the word that says what italics mean"
