"""How does a kept consortium look as a file? The partner table of Part A, needs and rules; XLSX, DOCX, PDF, JSON."""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from data.calls import PREVAILS, CallProfile
from data.countries import country_name, to_eu
from data.demands import Hardness
from data.part_a import PartnerRow
from data.published import as_json
from graph.rules.rules import Verdict
from matcher.suggest.answers import Suggestions
from matcher.suggest.coverage import coverage
from service.exports.blocks import Block, DocumentContent, HeadingBlock, ParagraphBlock, TableBlock
from service.exports.workbook import Sheet

KINDS = ("xlsx", "docx", "pdf", "json")
"""The kinds of files."""
FICTIONAL = "Fictional demonstration: organisations and projects are invented."
NOT_FICTIONAL = ""
ANSWERS = {"met": "met", "broken": "broken", "unknown": "cannot tell"}
TYPES = {
    "large": "large company (private for profit)",
    "sme": "SME (private for profit)",
    "company": "company (private for profit)",
    "university": "higher or secondary education",
    "research": "research organisation",
    "public": "public body",
    "municipal": "public body (municipal)",
    "other": "other",
}


@dataclass(frozen=True, slots=True)
class ConsortiumFacts:
    """What a file tells of a consortium. `answer`: the set as the only answer to its question, where it has one."""

    name: str
    notes: str
    version: int
    profile: CallProfile
    partners: tuple[PartnerRow, ...]
    verdict: Verdict
    answer: Suggestions | None


def consortium_file(kind: str, facts: ConsortiumFacts, *, today: dt.date | None = None) -> bytes:
    """Return a consortium as a file of one of KINDS."""
    day = today or dt.datetime.now(dt.UTC).date()
    make: Mapping[str, Callable[[], bytes]] = {
        "xlsx": lambda: _workbook(facts),
        "docx": lambda: _document(facts, day),
        "pdf": lambda: _pdf(facts, day),
        "json": lambda: _json(facts),
    }
    return make[kind]()


def sheets(facts: ConsortiumFacts) -> tuple[Sheet, ...]:
    """Return the tables that every file has."""
    tables = [partner_table(facts), projects_table(facts)]
    if facts.answer:
        tables.append(needs_table(facts))
    return (*tables, rules_table(facts))


def partner_table(facts: ConsortiumFacts) -> Sheet:
    """Participants in the order of Part A: number, role, PIC, legal name, country, type."""
    return Sheet(
        "Participants",
        f"{facts.name}: participants in the order of Part A. Call: {facts.profile.title}.",
        ("No.", "Role", "PIC", "Legal name", "Country", "Type", "SME", "Budget in EUR", "Previous projects"),
        tuple(_partner(row) for row in facts.partners),
    )


def _partner(row: PartnerRow) -> tuple[object, ...]:
    named = ", ".join(f"{p.name} ({p.year})" if p.year else p.name for p in row.previous)
    more = row.previous_in_all - len(row.previous)
    return (
        row.number,
        row.role,
        row.pic or f"none ({row.id})",
        row.legal_name or row.name,
        to_eu(row.country) if row.country else "not known",
        TYPES.get(row.kind or "", "not known"),
        {True: "yes", False: "no", None: "not stated"}[row.sme],
        "not stated" if row.budget_eur is None else row.budget_eur,
        f"{named} and {more} more" if more > 0 else named or "none known",
    )


def projects_table(facts: ConsortiumFacts) -> Sheet:
    """The latest projects of each participant."""
    return Sheet(
        "Previous projects",
        "The latest projects of each participant that the store holds.",
        ("No.", "Participant", "Project", "Id", "Year", "Role"),
        tuple(
            (row.number, row.name, project.name, project.id, project.year or "not known", project.role)
            for row in facts.partners
            for project in row.previous
        ),
    )


def needs_table(facts: ConsortiumFacts) -> Sheet:
    """What the outline seeks, and who answers it by which evidence."""
    if facts.answer is None:
        return Sheet("Needs", "It goes with no outline.", ("Need",), ())
    rows = []
    for row in coverage(facts.answer.suggestions[0], facts.answer):
        if row.open:
            rows.append((row.text, "nobody yet", "", row.nearest.text if row.nearest else ""))
        rows += [(row.text, claim.name, claim.strength, claim.text) for claim in row.claims]
    return Sheet(
        "Needs",
        "What is sought, and who answers it; strong, fair and weak say how sure the evidence is.",
        ("What is sought", "Answered by", "How surely", "Evidence"),
        tuple(rows),
    )


def rules_table(facts: ConsortiumFacts) -> Sheet:
    """How each rule of the call stands, with the witness."""
    names: dict[str, str] = {row.id: row.name for row in facts.partners}
    return Sheet(
        "Rules",
        f"Rules of {facts.profile.title}. {PREVAILS}",
        ("Rule", "Kind", "Answer", "What it asks", "Found", "Needed", "Why, and by whom", "Source"),
        tuple(
            (
                rule.id,
                rule.kind.value,
                "a person confirms" if rule.kind is Hardness.ATTESTATION else ANSWERS[rule.answer],
                rule.text,
                str(rule.found),
                str(rule.needed),
                "; ".join(filter(None, (rule.why, ", ".join(names.get(one, one) for one in rule.witness)))),
                f"{rule.source}{'' if rule.verified else ' (not verified)'}",
            )
            for rule in facts.verdict.rules
        ),
    )


def _notice(profile: CallProfile) -> str:
    return FICTIONAL if profile.fictional else NOT_FICTIONAL


def _run(facts: ConsortiumFacts) -> str:
    return facts.answer.run if facts.answer else "none: checked, not scored"


def _workbook(facts: ConsortiumFacts) -> bytes:
    from service.exports.workbook import workbook  # slow to import: only who wants a file pays

    return workbook(sheets(facts), run=_run(facts), notice=_notice(facts.profile))


def _content(facts: ConsortiumFacts, day: dt.date) -> DocumentContent:
    """Return the document that both Word and PDF are made of; its tables stand in landscape."""
    blocks: list[Block] = [HeadingBlock("Summary"), ParagraphBlock(_summary(facts))]
    if facts.notes:
        blocks.append(ParagraphBlock(facts.notes))
    for sheet in sheets(facts):
        blocks += [HeadingBlock(sheet.title, wide=True), _table(sheet)]
    return DocumentContent(
        title=facts.name,
        subtitle=facts.profile.title,
        foot=f"{facts.profile.title} · run {_run(facts)} · {day:%d.%m.%Y}",
        page="page",
        contents="Contents",
        language="en",
        run=_run(facts),
        notice=_notice(facts.profile),
        blocks=tuple(blocks),
    )


def _table(sheet: Sheet) -> Block:
    if not sheet.rows:
        return ParagraphBlock(f"{sheet.about} None.")
    return TableBlock(
        caption=sheet.about,
        header=sheet.header,
        rows=tuple(tuple(map(_written, row)) for row in sheet.rows),
        widths=tuple(float(max(6, min(30, sheet.width(column)))) for column in range(len(sheet.header))),
        wide=True,
    )


def _written(cell: object) -> str:
    return f"{cell:,.2f}".removesuffix(".00") if isinstance(cell, float) else str(cell)


def _document(facts: ConsortiumFacts, day: dt.date) -> bytes:
    from service.exports.document import docx_of  # slow to import: only who wants a file pays

    return docx_of(_content(facts, day), today=day)


def _summary(facts: ConsortiumFacts) -> str:
    countries = sorted({country_name(row.country) for row in facts.partners if row.country})
    return (
        f"{len(facts.partners)} participants from {len(countries)} countries ({', '.join(countries)}). "
        f"The hard rules of {facts.profile.title} taken together: {ANSWERS[facts.verdict.answer]}. {PREVAILS}"
    )


def _json(facts: ConsortiumFacts) -> bytes:
    held: dict[str, Any] = {
        "name": facts.name,
        "call": facts.profile.id,
        "notes": facts.notes,
        "version": facts.version,
        "participants": as_json(facts.partners),
        "verdict": as_json(facts.verdict),
        "run": facts.answer.run if facts.answer else None,
    }
    if facts.answer:
        held["suggestion"] = as_json(facts.answer.suggestions[0])
    return json.dumps(held, ensure_ascii=False, indent=1).encode()


def _pdf(facts: ConsortiumFacts, day: dt.date) -> bytes:
    from service.exports.pdf import pdf_of

    return pdf_of(_content(facts, day))
