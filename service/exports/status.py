"""Which tables tell how the overall project stands? Coverage, rules, what to look at, losses, and what changed."""

from collections.abc import Mapping

from data.countries import country_name, eu_or_unknown, to_eu
from data.demands import Hardness
from data.model import OutlineId
from graph.rules.rules import Answer, RuleAnswer
from matcher.overall.project import Changes, Coverage, Finding, Loss, OverallProject
from service.exports.people import OutlineLabels
from service.exports.workbook import Sheet


def coverage_table(project: OverallProject) -> Sheet:
    """Who covers each topic of the call."""
    labels = OutlineLabels(project)
    streams = {stream.id: stream.name for stream in project.streams}
    rows = [
        (
            topic.name,
            _how(topic, streams),
            labels.all(topic.outlines[:NEAREST]),
            len(topic.outlines),
            ", ".join(to_eu(state) for state in topic.countries),
            f"{labels.owner(topic.nearest)}: “{topic.quote}”" if topic.nearest else "",
        )
        for topic in project.coverage
    ]
    header = ("Topic", "Covered", "By (the nearest three)", "Outlines", "States", "Nearest sentence")
    about = "The call's topics and work streams, and which outlines were found to speak of them."
    return Sheet("Coverage", about, header, tuple(rows))


NEAREST = 3
"""So many of those who cover a topic are named."""


def _how(topic: Coverage, streams: Mapping[str, str]) -> str:
    if topic.how == "sentence":
        return "a sentence speaks of it"
    if topic.how == "nobody":
        return "no outline was found to speak of it"
    name = streams.get(topic.stream or "", topic.stream or "")
    return "by its outlines" if name == topic.name else f"the call names it in the work stream “{name}”"


BY = {"stream": "Work stream", "country": "State", "kind": "Kind of organisation"}


def budgets_table(project: OverallProject, by: str) -> Sheet:
    """What streams, states or kinds of organisation cost; unknown budgets are counted and never added."""
    names = {stream.id: stream.name for stream in project.streams}
    rows = []
    for budget in project.budgets:
        if budget.by == by:
            name = names.get(budget.id, budget.id.capitalize())
            known_state = by == "country" and budget.id != "unknown"
            name = f"{to_eu(budget.id)} {country_name(budget.id)}" if known_state else name
            known = budget.known_eur if budget.unknown < budget.outlines else "unknown"
            share = "" if budget.share is None else round(100 * budget.share, 1)
            rows.append((name, budget.outlines, known, share, budget.unknown))
    header = (BY[by], "Outlines", "Known budgets (EUR)", "Share (%)", "Outlines of unknown budget")
    about = (
        f"Budgets by {BY[by].lower()}. Shares are of what is known; unknown budgets are counted, not added."
    )
    return Sheet(f"Budget by {by}", about, header, tuple(rows))


def asked_table(project: OverallProject) -> Sheet:
    """The stream that each sender asked for beside the one where the outline stands."""
    names = {stream.id: stream.name for stream in project.streams}
    wishes = [p for p in project.participants if p.asked is not None]
    rows = [
        (
            p.name,
            eu_or_unknown(p.country),
            p.title,
            names.get(p.asked or "", p.asked),
            names[p.stream],
            (p.elsewhere and f"elsewhere: {p.elsewhere}") if p.asked in names else "no stream of the project",
            p.outline,
        )
        for p in sorted(wishes, key=lambda p: (not p.elsewhere, eu_or_unknown(p.country), p.outline))
    ]
    others = len(wishes) - len(project.wishes)
    elsewhere = len(project.elsewhere)
    about = f"Of {len(project.wishes)} outlines whose sender asked for a stream, {elsewhere} stand elsewhere."
    about += f" {others} named a field in words of their own." if others else ""
    header = ("Participant", "State", "Outline", "Asked for", "Stands in", "Why", "Outline id")
    return Sheet("Asked for", about, header, tuple(rows))


def tags_table(project: OverallProject) -> Sheet:
    """The salient phrases of each stream with the outlines that carry them."""
    titles = {p.outline: p.title for p in project.participants}
    rows = tuple(
        (
            stream.name,
            term.word,
            term.language,
            ", ".join(term.words),
            "; ".join(titles[o] for o in term.outlines),
        )
        for stream in project.streams
        for term in stream.terms
    )
    header = ("Work stream", "Phrase", "Language", "Words for it", "Outlines that use them")
    return Sheet(
        "Salient phrases", "What each stream's outlines speak of more than the others do.", header, rows
    )


def rules_table(project: OverallProject) -> Sheet:
    """The call's rules over the overall project and over each stream, without those that only a person can confirm."""
    rows: list[tuple[object, ...]] = []
    panels = [("The whole", project.rules), *((stream.name, stream.rules) for stream in project.streams)]
    for where, verdict in panels:
        checked = [rule for rule in (verdict.rules if verdict else ()) if not _for_a_person(rule)]
        rows += [
            (where, rule.text, rule.answer.value, rule.found, rule.needed, rule.why, rule.id, rule.source)
            for rule in checked
        ]
    header = ("Over", "Rule", "Answer", "Found", "Needed", "Why", "Rule id", "Source")
    return Sheet("Rules", "The call's rules; the call text always prevails.", header, tuple(rows))


def attestations_table(project: OverallProject) -> Sheet:
    """What only a person can confirm, once for the overall project."""
    attestations = [rule for rule in (project.rules.rules if project.rules else ()) if _for_a_person(rule)]
    rows = tuple((rule.text, "", "", rule.id, rule.source) for rule in attestations)
    header = ("What is to be confirmed", "Confirmed by", "On", "Rule id", "Source")
    return Sheet("To confirm", "What only a person can confirm, for the whole project.", header, rows)


def _for_a_person(rule: RuleAnswer) -> bool:
    return rule.kind is Hardness.ATTESTATION and rule.answer is Answer.UNKNOWN


def findings_table(project: OverallProject) -> Sheet:
    """What a coordinator should look at."""
    labels = OutlineLabels(project)
    rows: list[tuple[object, ...]] = [
        *(("No link", labels.named(o), "has no link across a border") for o in project.isolated),
        *(
            ("Too few links", labels.named(o), "has fewer links than the call asks for")
            for o in project.short
            if o not in project.isolated
        ),
        *(_finding(finding, labels) for finding in project.findings),
    ]
    if project.missing:
        states = ", ".join(sorted(f"{country_name(state)} ({to_eu(state)})" for state in project.missing))
        rows.append(("Missing states", states, "invited; no outline came"))
    header = ("What", "Who", "Why")
    return Sheet("To look at", "What is not a rule but should be looked at.", header, tuple(rows))


def _finding(finding: Finding, labels: OutlineLabels) -> tuple[str, str, str]:
    wording = {
        "competitors": ("Direct competitors", "offer nearly the same"),
        "duplicate": ("Perhaps handed in twice", "say nearly the same"),
        "island": ("Island", finding.text),
    }
    if finding.kind in wording:
        what, why = wording[finding.kind]
        return what, labels.all(finding.about), why
    return finding.kind.replace("-", " ").capitalize(), "", finding.text


def losses_table(project: OverallProject) -> Sheet:
    """What breaks when somebody drops out, and what would mend it; also states whose loss breaks nothing."""
    labels = OutlineLabels(project)
    rows = [
        (
            _who(loss, labels),
            "; ".join(loss.breaks) or "nothing: it can be borne",
            labels.all(loss.short),
            len(loss.outlines),
            loss.links,
            "; ".join(labels.pair(pair) for pair in loss.mend),
            round(loss.severity, 2),
        )
        for loss in project.fragile
    ]
    header = (
        "If they leave",
        "What breaks",
        "Who has too few links then",
        "Outlines that go",
        "Links that go",
        "Links that would mend it",
        "Severity",
    )
    return Sheet("Losses", "What breaks when somebody drops out, the most severe first.", header, tuple(rows))


def _who(loss: Loss, labels: OutlineLabels) -> str:
    if loss.kind == "country":
        return f"{country_name(loss.id)} ({to_eu(loss.id)})"
    return labels.named(loss.id) if loss.kind == "outline" else labels.organisation(loss.id)


def changes_tables(project: OverallProject) -> tuple[Sheet, ...]:
    """What differs from the proposal before, and what it means for each participant; nothing where nothing differs."""
    changes = project.changes
    if changes is None or changes.nothing:
        return ()
    return _changes(project, changes), _by_participant(project, changes)


def _changes(project: OverallProject, changes: Changes) -> Sheet:
    labels = OutlineLabels(project)
    streams = {stream.id: stream.name for stream in project.streams}
    now = project.stream_of
    rows: list[tuple[str, str, str, str]] = [
        *(("left", labels.named(o), "", "") for o in changes.removed),
        *(("came in", labels.named(o), "", streams[now[o]]) for o in changes.added),
        *(("moved", labels.named(o), streams.get(a, a), streams.get(b, b)) for o, a, b in changes.moved),
        *(("stream named anew", stream, before, after) for stream, before, after in changes.renamed),
        *(("new link", labels.pair(pair), "", "linked") for pair in changes.links_added),
        *(("link no more", labels.pair(pair), "linked", "") for pair in changes.links_removed),
        *(("link gone with who left", labels.pair(pair), "linked", "") for pair in changes.links_gone),
    ]
    header = ("What", "Who", "Before", "Now")
    return Sheet("Changes", "What differs from the proposal before.", header, tuple(rows))


def _by_participant(project: OverallProject, changes: Changes) -> Sheet:
    """Who lost and who gained which partner."""
    labels, links = OutlineLabels(project), {p.outline: p.links for p in project.participants}
    lost: dict[OutlineId, list[OutlineId]] = {}
    gained: dict[OutlineId, list[OutlineId]] = {}
    for kept, pairs in ((lost, (*changes.links_removed, *changes.links_gone)), (gained, changes.links_added)):
        for a, b in pairs:
            kept.setdefault(a, []).append(b)
            kept.setdefault(b, []).append(a)
    rows = [
        (
            labels.named(outline),
            labels.all(lost.get(outline, ())),
            labels.all(gained.get(outline, ())),
            links[outline] + len(lost.get(outline, ())) - len(gained.get(outline, ())),
            links[outline],
        )
        for outline in sorted(lost.keys() | gained.keys(), key=lambda o: (-len(lost.get(o, ())), o))
        if outline in links
    ]
    header = ("Participant", "Partners lost", "Partners gained", "Links before", "Links now")
    about = "Who lost and who gained partners against the proposal before, the greatest losses first."
    return Sheet("Changes by participant", about, header, tuple(rows))
