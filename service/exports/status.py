"""Which tables tell how the overall project stands? Coverage, rules, what to look at, losses, and what changed."""

from data.countries import country_name, to_eu
from data.demands import Hardness
from data.model import OutlineId
from graph.rules.rules import Answer, RuleAnswer
from matcher.overall.project import Changes, Finding, Loss, OverallProject
from service.exports.people import People
from service.exports.workbook import Sheet


def coverage(project: OverallProject) -> Sheet:
    """Who covers each topic of the call."""
    people = People(project)
    rows = [
        (
            topic.name,
            "covered" if topic.covered else "nobody",
            people.all(topic.outlines),
            ", ".join(to_eu(state) for state in topic.countries),
            round(topic.nearness, 2),
        )
        for topic in project.coverage
    ]
    header = ("Topic", "Coverage", "By (the nearest three)", "States", "Nearness")
    return Sheet("Coverage", "The call's topics and who covers them.", header, tuple(rows))


def rules(project: OverallProject) -> Sheet:
    """The call's rules over the whole and over each stream, without those that only a person can confirm."""
    rows: list[tuple[object, ...]] = []
    panels = [("The whole", project.rules), *((stream.name, stream.rules) for stream in project.streams)]
    for where, verdict in panels:
        asked = [rule for rule in (verdict.rules if verdict else ()) if not _for_a_person(rule)]
        rows += [
            (where, rule.text, rule.answer.value, rule.found, rule.needed, rule.why, rule.id, rule.source)
            for rule in asked
        ]
    header = ("Over", "Rule", "Answer", "Found", "Needed", "Why", "Rule id", "Source")
    return Sheet("Rules", "The call's rules; the call text always prevails.", header, tuple(rows))


def attestations(project: OverallProject) -> Sheet:
    """What only a person can confirm, once for the whole."""
    asked = [rule for rule in (project.rules.rules if project.rules else ()) if _for_a_person(rule)]
    rows = tuple((rule.text, "", "", rule.id, rule.source) for rule in asked)
    header = ("What is to be confirmed", "Confirmed by", "On", "Rule id", "Source")
    return Sheet("To confirm", "What only a person can confirm, for the whole project.", header, rows)


def _for_a_person(rule: RuleAnswer) -> bool:
    return rule.kind is Hardness.ATTESTATION and rule.answer is Answer.UNKNOWN


def checks(project: OverallProject) -> Sheet:
    """What a coordinator should look at."""
    people = People(project)
    rows: list[tuple[object, ...]] = [
        *(("No link", people.named(o), "has no link across a border") for o in project.isolated),
        *(
            ("Too few links", people.named(o), "has fewer links than the call asks for")
            for o in project.short
            if o not in project.isolated
        ),
        *(_finding(finding, people) for finding in project.findings),
    ]
    if project.missing:
        states = ", ".join(sorted(f"{country_name(state)} ({to_eu(state)})" for state in project.missing))
        rows.append(("Missing states", states, "invited; no outline came"))
    header = ("What", "Who", "Why")
    return Sheet("To look at", "What is not a rule but should be looked at.", header, tuple(rows))


def _finding(finding: Finding, people: People) -> tuple[str, str, str]:
    told = {
        "competitors": ("Direct competitors", "offer nearly the same"),
        "duplicate": ("Perhaps handed in twice", "say nearly the same"),
        "island": ("Island", finding.text),
    }
    if finding.kind in told:
        what, why = told[finding.kind]
        return what, people.all(finding.about), why
    return finding.kind.replace("-", " ").capitalize(), ", ".join(finding.about), finding.text


def losses(project: OverallProject, *, borne: bool = True) -> Sheet:
    """What breaks when somebody drops out, and what would mend it; `borne`: also states whose loss breaks nothing."""
    people = People(project)
    rows = [
        (
            _who(loss, people),
            "; ".join(loss.breaks) or "nothing: it can be borne",
            people.all(loss.short),
            len(loss.outlines),
            loss.links,
            "; ".join(people.pair(pair) for pair in loss.mend),
            round(loss.severity, 2),
        )
        for loss in project.fragile
        if borne or loss.breaks
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


def _who(loss: Loss, people: People) -> str:
    if loss.kind == "country":
        return f"{country_name(loss.id)} ({to_eu(loss.id)})"
    return people.named(loss.id) if loss.kind == "outline" else people.organisation(loss.id)


def changes(project: OverallProject) -> tuple[Sheet, ...]:
    """What differs from the proposal before, and what it means for each participant; nothing where nothing differs."""
    told = project.changes
    if told is None or told.nothing:
        return ()
    return _changes(project, told), _by_participant(project, told)


def _changes(project: OverallProject, told: Changes) -> Sheet:
    people = People(project)
    streams = {stream.id: stream.name for stream in project.streams}
    now = project.stream_of
    rows: list[tuple[str, str, str, str]] = [
        *(("left", people.named(o), "", "") for o in told.removed),
        *(("came in", people.named(o), "", streams[now[o]]) for o in told.added),
        *(("moved", people.named(o), streams.get(a, a), streams.get(b, b)) for o, a, b in told.moved),
        *(("stream named anew", stream, before, after) for stream, before, after in told.renamed),
        *(("new link", people.pair(pair), "", "linked") for pair in told.links_added),
        *(("link no more", people.pair(pair), "linked", "") for pair in told.links_removed),
        *(("link gone with who left", people.pair(pair), "linked", "") for pair in told.links_gone),
    ]
    header = ("What", "Who", "Before", "Now")
    return Sheet("Changes", "What differs from the proposal before.", header, tuple(rows))


def _by_participant(project: OverallProject, told: Changes) -> Sheet:
    """Who lost and who gained which partner."""
    people, links = People(project), {p.outline: p.links for p in project.participants}
    lost: dict[OutlineId, list[OutlineId]] = {}
    gained: dict[OutlineId, list[OutlineId]] = {}
    for kept, pairs in ((lost, (*told.links_removed, *told.links_gone)), (gained, told.links_added)):
        for a, b in pairs:
            kept.setdefault(a, []).append(b)
            kept.setdefault(b, []).append(a)
    rows = [
        (
            people.named(outline),
            people.all(lost.get(outline, ())),
            people.all(gained.get(outline, ())),
            links[outline] + len(lost.get(outline, ())) - len(gained.get(outline, ())),
            links[outline],
        )
        for outline in sorted(lost.keys() | gained.keys(), key=lambda o: (-len(lost.get(o, ())), o))
        if outline in links
    ]
    header = ("Participant", "Partners lost", "Partners gained", "Links before", "Links now")
    about = "Who lost and who gained partners against the proposal before, the greatest losses first."
    return Sheet("Changes by participant", about, header, tuple(rows))
