"""What does the common descriptive document (the "Chapeau") of an overall project say? Its parts, in a language."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence

from data.countries import eu_or_unknown, to_eu
from data.demands import Hardness
from graph.rules.rules import Answer, RuleAnswer
from matcher.overall.project import Coverage, Ground, Link, Loss, OverallProject, Participant, Stream
from service.exports.blocks import (
    Block,
    DocumentContent,
    HeadingBlock,
    ParagraphBlock,
    PointBlock,
    TableBlock,
)
from service.exports.people import OutlineLabels
from service.exports.spoken import DocumentWording

STRONGEST, WORST, BROKEN = 12, 12, 20
"""Collaborations with their reasons, losses, and rules that a stream does not keep; the workbook has all."""
NEAREST = 3
"""Outlines that are named for each topic."""


def descriptive_document(
    project: OverallProject,
    wording: DocumentWording,
    *,
    title: str,
    today: dt.date,
    aims: Mapping[str, str] | None = None,
) -> DocumentContent:
    """Return the document. `aims`: the call's own descriptions of its work streams, by id."""
    part = _Parts(project, wording, aims or {})
    foot = wording.say("made", call=project.call, date=f"{today:%d.%m.%Y}", run=project.run)
    return DocumentContent(
        title=title,
        subtitle=wording.say("subtitle"),
        foot=foot,
        page=wording.say("page"),
        contents=wording.say("contents"),
        language=wording.language,
        run=project.run,
        notice=wording.say("fictional") if project.fictional else "",
        blocks=tuple(block for made in part.all() for block in made),
    )


class _Parts:
    """The parts of one document."""

    def __init__(self, project: OverallProject, wording: DocumentWording, aims: Mapping[str, str]) -> None:
        self._project = project
        self._wording = wording
        self._aims = aims
        self._labels = OutlineLabels(project)
        self._names = {stream.id: stream.name for stream in project.streams}
        self._people = {p.outline: p for p in project.participants}

    def all(self) -> tuple[list[Block], ...]:
        parts: tuple[Callable[[], list[Block]], ...] = (
            self._summary,
            self._streams,
            self._matrices,
            self._participants,
            self._strongest,
            self._coverage,
            self._elsewhere,
            self._budgets,
            self._spillover,
            self._rules,
            self._look,
            self._losses,
            self._changes,
            self._unknown,
        )
        return tuple(part() for part in parts)

    # ParagraphBlock

    def _say(self, key: str, **values: object) -> ParagraphBlock:
        return ParagraphBlock(self._wording.say(key, **values))

    def _head(self, *keys: str) -> tuple[str, ...]:
        return tuple(self._wording.head[key] for key in keys)

    def _states(self, codes: Iterable[str]) -> str:
        return ", ".join(sorted(self._wording.country(code) for code in codes))

    def _millions(self, eur: float) -> str:
        return self._wording.number(eur / 1e6)

    # Parts

    def _summary(self) -> list[Block]:
        project, say = self._project, self._say
        people = project.participants
        known = [p.budget_eur for p in people if p.budget_eur is not None]
        joins = say(
            "joins",
            outlines=len(people),
            organisations=len({p.organisation for p in people}),
            states=len(project.state_matrix.states),
            streams=len(project.streams),
            links=len(project.links),
        )
        near = (
            say("proved", streams=len(project.streams))
            if project.status == "optimal"
            else say("within", streams=len(project.streams), gap=f"{100 * project.gap:.2g}")
        )
        money = (
            say(
                "budget" if len(known) < len(people) else "budget_all",
                known=self._millions(sum(known)),
                unknown=len(people) - len(known),
                outlines=len(people),
            )
            if known
            else say("budget_none")
        )
        wished = (
            say("asked", elsewhere=len(project.elsewhere), asked=len(project.wishes))
            if project.wishes
            else say("asked_none")
        )
        bare = ", ".join(topic.name for topic in project.uncovered)
        return [
            HeadingBlock(self._wording.say("summary")),
            joins,
            say("states", states=self._states(project.state_matrix.states)),
            money,
            wished,
            *(
                []
                if not project.coverage
                else [say("uncovered", topics=bare) if bare else say("uncovered_none")]
            ),
            say("missing", states=self._states(project.missing)) if project.missing else say("missing_none"),
            near,
            say("best_means"),
            *(say("note", note=note) for note in project.notes),
            self._streams_grid(),
        ]

    def _streams_grid(self) -> TableBlock:
        rows = []
        for stream in self._project.streams:
            budget = self._budget("stream", stream.id)
            rows.append(
                (
                    stream.name,
                    str(len(stream.outlines)),
                    str(len(stream.countries)),
                    str(self._inside(stream)),
                    self._millions(budget[0]),
                    str(budget[1]),
                )
            )
        header = self._head("stream", "outlines", "states", "links", "known", "unknown")
        caption = self._wording.say("streams_caption")
        return TableBlock(caption, header, tuple(rows), (5, 1.4, 1.4, 2.2, 2, 1.6), numbers=1)

    def _inside(self, stream: Stream) -> int:
        return sum(link.stream == stream.id for link in self._project.links)

    def _budget(self, by: str, ident: str) -> tuple[float, int]:
        row = next(row for row in self._project.budgets if (row.by, row.id) == (by, ident))
        return row.known_eur, row.unknown

    def _streams(self) -> list[Block]:
        blocks: list[Block] = [HeadingBlock(self._wording.say("streams"))]
        if self._project.streams_found:
            blocks.append(self._say("found"))
        for stream in self._project.streams:
            if stream.outlines:
                blocks += self._stream(stream)
        return blocks

    def _stream(self, stream: Stream) -> list[Block]:
        say, aim = self._say, self._aims.get(stream.id)
        known, unknown = self._budget("stream", stream.id)
        blocks: list[Block] = [HeadingBlock(stream.name, 2)]
        if aim:
            blocks.append(say("aim", aim=aim))
        blocks.append(
            say(
                "stream_figures" if unknown else "stream_figures_all",
                outlines=len(stream.outlines),
                states=self._states(stream.countries),
                links=self._inside(stream),
                known=self._millions(known),
                unknown=unknown,
            )
        )
        if stream.clear is not None:
            blocks.append(say("clear", clear=stream.clear, outlines=len(stream.outlines)))
        if stream.terms:
            blocks.append(say("phrases", phrases=", ".join(term.quoted for term in stream.terms)))
        if stream.second:
            blocks.append(say("second", names=self._labels.all(stream.second)))
        return blocks

    def _matrices(self) -> list[Block]:
        people = self._project.participants
        states = sorted({eu_or_unknown(p.country) for p in people})
        header = (self._wording.head["stream"], *states, self._wording.head["all"])
        streams = [*self._project.streams]
        outlines, money = [], []
        for stream in [*streams, None]:
            theirs = [p for p in people if stream is None or p.stream == stream.id]
            name = stream.name if stream else self._wording.head["all"]
            by_state = [[p for p in theirs if eu_or_unknown(p.country) == state] for state in states]
            outlines.append((name, *(str(len(cell) or "") for cell in by_state), str(len(theirs))))
            money.append((name, *map(self._money, by_state), self._money(theirs)))
        widths = (6.0, *[1.0] * len(states), 1.3)
        matrix = self._project.state_matrix
        links = tuple(
            (f"{to_eu(state)} {self._wording.country(state)}", *(str(n or "") for n in row), str(sum(row)))
            for state, row in zip(matrix.states, matrix.links, strict=True)
        )
        say = self._wording.say
        corner = self._wording.head["state"]
        return [
            HeadingBlock(say("matrices"), wide=True),
            TableBlock(say("outlines_matrix"), header, tuple(outlines), widths, wide=True, numbers=1),
            TableBlock(say("budget_matrix"), header, tuple(money), widths, wide=True, numbers=1),
            TableBlock(
                say("links_matrix"),
                (corner, *map(to_eu, matrix.states), self._wording.head["all"]),
                links,
                (4.0, *[1.0] * len(matrix.states), 1.3),
                wide=True,
                numbers=1,
            ),
        ]

    def _money(self, people: Sequence[Participant]) -> str:
        """Known budgets in millions; "?" where none is known, "+ ?" where one of several is not."""
        known = [p.budget_eur for p in people if p.budget_eur is not None]
        if not people:
            return ""
        if not known:
            return "?"
        return self._millions(sum(known)) + (" + ?" if len(known) < len(people) else "")

    def _participants(self) -> list[Block]:
        project = self._project
        order = {stream.id: k for k, stream in enumerate(project.streams)}
        rows = [
            (
                self._names[p.stream],
                f"{p.name}, {eu_or_unknown(p.country)}",
                p.title,
                self._partners(p),
            )
            for p in sorted(
                project.participants, key=lambda p: (order[p.stream], eu_or_unknown(p.country), p.name)
            )
        ]
        counts = [p.links for p in project.participants]
        new = sum(link.new for link in project.links)
        alone = self._labels.all(project.isolated)
        header = self._head("stream", "participant", "outline", "works_with")
        return [
            HeadingBlock(self._wording.say("participants")),
            self._say(
                "participants_text",
                least=min(counts, default=0),
                most=max(counts, default=0),
                new=new,
                links=len(project.links),
            ),
            self._say("alone", names=alone) if alone else self._say("alone_none"),
            TableBlock(self._wording.say("participants_caption"), header, tuple(rows), (2.2, 3, 4, 6)),
        ]

    def _partners(self, one: Participant) -> str:
        """The partners' organisations and states, the strongest collaboration first."""
        theirs = [link for link in self._project.links if one.outline in (link.a, link.b)]
        theirs.sort(key=lambda link: (-link.strength, link.a, link.b))
        return "; ".join(self._labels.owner(link.b if link.a == one.outline else link.a) for link in theirs)

    def _strongest(self) -> list[Block]:
        """The strongest collaboration of each pair of states: not twelve times the same two."""
        by_states: dict[tuple[str, ...], Link] = {}
        for link in sorted(self._project.links, key=lambda link: (-link.strength, link.a, link.b)):
            by_states.setdefault(tuple(sorted(link.countries)), link)
        points = []
        for link in list(by_states.values())[:STRONGEST]:
            reasons = "; ".join(filter(None, map(self._ground, link.why)))
            words = self._wording.say("with", name=self._labels.named(link.b))
            points.append(
                PointBlock(self._labels.named(link.a), f"{words}{f': {reasons}' if reasons else ''}.")
            )
        say = self._wording.say
        return [
            HeadingBlock(say("strongest"), 2),
            ParagraphBlock(say("near")),
            *points,
            ParagraphBlock(say("more")),
        ]

    def _ground(self, ground: Ground) -> str:
        name, evidence = ground.name, ground.evidence
        if name == "seeks-offers":
            seeker, supplier = (self._people[end].name for end in (evidence.seeker, evidence.supplier) if end)
            return self._wording.say(
                "seeks", seeker=seeker, supplier=supplier, seeks=evidence.seeks, offers=evidence.offers
            )
        return self._wording.say(name) if name in ("tie", "decision") else ""

    def _coverage(self) -> list[Block]:
        rows = [self._topic(topic) for topic in self._project.coverage if topic.topic not in self._names]
        say = self._wording.say
        if not rows:
            return []
        header = self._head("topic", "covered", "by", "sentence")
        return [
            HeadingBlock(say("coverage")),
            TableBlock(say("coverage_caption"), header, tuple(rows), (2.6, 3, 5, 4.4)),
        ]

    def _topic(self, topic: Coverage) -> tuple[str, ...]:
        say = self._wording.say
        how = {
            "stream": say("by_stream", stream=self._names.get(topic.stream or "", "")),
            "sentence": say("by_sentence"),
            "nobody": say("by_nobody"),
        }[topic.how]
        named = self._labels.all(topic.outlines[:NEAREST])
        further = len(topic.outlines) - NEAREST
        quote = f"{self._labels.owner(topic.nearest)}: “{topic.quote}”" if topic.nearest else ""
        if quote and topic.how == "nobody":
            quote = say("nearest_none", quote=quote)
        return topic.name, how, f"{named} + {further}" if further > 0 else named, quote

    def _elsewhere(self) -> list[Block]:
        rows = tuple(
            (
                self._labels.named(p.outline),
                self._names.get(p.asked or "", p.asked or ""),
                self._names[p.stream],
                self._wording.phrase(p.elsewhere),
            )
            for p in self._project.elsewhere
        )
        if not rows:
            return []
        say = self._wording.say
        header = self._head("outline", "asked", "stands", "why")
        return [
            HeadingBlock(say("elsewhere"), 2),
            TableBlock(say("elsewhere_caption"), header, rows, (5, 3, 3, 4)),
        ]

    def _budgets(self) -> list[Block]:
        if all(p.budget_eur is None for p in self._project.participants):
            return [HeadingBlock(self._wording.say("budgets")), self._say("budget_none")]
        return [
            HeadingBlock(self._wording.say("budgets")),
            self._budget_grid("stream"),
            self._budget_grid("kind"),
        ]

    def _budget_grid(self, by: str) -> TableBlock:
        names = self._names if by == "stream" else self._wording.kind
        rows = []
        order = [stream.id for stream in self._project.streams]
        chosen = [row for row in self._project.budgets if row.by == by]
        if by == "stream":
            chosen.sort(key=lambda row: order.index(row.id))
        for row in chosen:
            share = "" if row.share is None else self._wording.number(100 * row.share)
            known = self._millions(row.known_eur) if row.unknown < row.outlines else "?"
            rows.append((names.get(row.id, row.id), str(row.outlines), known, share, str(row.unknown)))
        header = self._head(by, "outlines", "known", "share", "unknown")
        return TableBlock(
            self._wording.say(f"budget_{by}"), header, tuple(rows), (6, 1.6, 2.4, 1.6, 1.8), numbers=1
        )

    def _spillover(self) -> list[Block]:
        spillovers = self._project.spillovers
        heading = HeadingBlock(self._wording.say("spillover"))
        if not spillovers:
            return [heading, self._say("spillover_none")]
        points = [PointBlock(self._labels.owner(one.outline), f": “{one.quote}”") for one in spillovers]
        return [heading, self._say("spillover_text"), *points]

    def _rules(self) -> list[Block]:
        say = self._wording.say
        verdict = self._project.rules
        if verdict is None:
            return []
        checked = [rule for rule in verdict.rules if not _for_a_person(rule)]
        broken = [
            (f"{stream.name}: {rule.text}", rule)
            for stream in self._project.streams
            for rule in (stream.rules.rules if stream.rules else ())
            if rule.answer is not Answer.MET and not _for_a_person(rule)
        ]
        blocks: list[Block] = [
            HeadingBlock(say("rules")),
            self._say("rules_text"),
            self._rule_grid(say("rules_caption"), [(rule.text, rule) for rule in checked]),
        ]
        if broken:
            blocks.append(self._rule_grid(say("broken_caption"), broken[:BROKEN]))
        persons = [rule for rule in verdict.rules if _for_a_person(rule)]
        if persons:
            rows = tuple((rule.text, rule.source, "") for rule in persons)
            header = (self._wording.head["rule"], "", self._wording.head["confirmed"])
            blocks += [HeadingBlock(say("confirm"), 2), TableBlock("", header, rows, (6, 4, 5))]
        return blocks

    def _rule_grid(self, caption: str, rules: Sequence[tuple[str, RuleAnswer]]) -> TableBlock:
        rows = tuple(
            (
                text,
                self._wording.answer.get(rule.answer.value, rule.answer.value),
                " · ".join(
                    str(part) for part in (rule.found, rule.needed, rule.why) if part not in (None, "")
                ),
            )
            for text, rule in rules
        )
        return TableBlock(caption, self._head("rule", "answer", "reason"), rows, (6, 2, 7))

    def _look(self) -> list[Block]:
        project, say = self._project, self._wording.say
        wording_of_kind = {"island": "island", "competitors": "competitors", "duplicate": "duplicate"}
        rows = [(say("short"), self._labels.named(outline)) for outline in project.short]
        for finding in project.findings:
            if finding.kind in wording_of_kind:
                rows.append((say(wording_of_kind[finding.kind]), self._labels.all(finding.about)))
            else:
                text = self._wording.phrase(finding.text)
                rows.append((text[:1].upper() + text[1:], ""))
        if not rows:
            return [HeadingBlock(say("look")), ParagraphBlock(say("look_none"))]
        return [HeadingBlock(say("look")), TableBlock("", self._head("what", "who"), tuple(rows), (5, 10))]

    def _losses(self) -> list[Block]:
        say, project = self._wording.say, self._project
        worst = [loss for loss in project.fragile if loss.breaks]
        borne = [loss.id for loss in project.fragile if loss.kind == "country" and not loss.breaks]
        blocks: list[Block] = [HeadingBlock(say("resilience"))]
        if not worst:
            blocks.append(self._say("resilience_none"))
        else:
            rows = tuple(map(self._loss, worst[:WORST]))
            header = self._head("leaves", "breaks", "mend")
            blocks.append(TableBlock(say("resilience_caption"), header, rows, (4, 5, 6)))
        if len(worst) > WORST:
            blocks.append(self._say("lesser", count=len(worst) - WORST))
        if borne:
            blocks.append(self._say("borne", states=self._states(borne)))
        return blocks

    def _loss(self, loss: Loss) -> tuple[str, str, str]:
        if loss.kind == "country":
            who = f"{self._wording.country(loss.id)} ({to_eu(loss.id)})"
        else:
            who = (
                self._labels.named(loss.id) if loss.kind == "outline" else self._labels.organisation(loss.id)
            )
        breaks = "; ".join(map(self._wording.phrase, loss.breaks))
        mend = "; ".join(" – ".join(map(self._labels.owner, pair)) for pair in loss.mend)
        return who, breaks[:1].upper() + breaks[1:], mend

    def _changes(self) -> list[Block]:
        changes, say = self._project.changes, self._wording.say
        if changes is None or changes.nothing:
            return []
        rows = [
            *((say("left"), self._labels.named(o), "") for o in changes.removed),
            *(
                (say("came"), self._labels.named(o), self._names[self._project.stream_of[o]])
                for o in changes.added
            ),
            *(
                (say("moved"), self._labels.named(o), f"{self._names.get(a, a)} → {self._names.get(b, b)}")
                for o, a, b in changes.moved
            ),
        ]
        if not rows:
            return []
        header = (*self._head("what", "who"), "")
        return [HeadingBlock(say("changes")), TableBlock("", header, tuple(rows), (2, 7, 6))]

    def _unknown(self) -> list[Block]:
        project, say = self._project, self._wording.say
        people = project.participants
        quoted = sum(any(ground.name == "seeks-offers" for ground in link.why) for link in project.links)
        points = [
            *(
                say(key, count=count, outlines=len(people))
                for key, count in (
                    ("unknown_budget", sum(one.budget_eur is None for one in people)),
                    ("unknown_kind", sum(one.kind is None for one in people)),
                )
                if count
            ),
            say("unknown_links", quoted=quoted, links=len(project.links)),
            say("unknown_capacity"),
            say("unknown_language"),
        ]
        if project.fictional:
            points.insert(0, say("unknown_fictional"))
        return [HeadingBlock(say("unknown")), *(PointBlock("", text) for text in points)]


def _for_a_person(rule: RuleAnswer) -> bool:
    return rule.kind is Hardness.ATTESTATION and rule.answer is Answer.UNKNOWN
