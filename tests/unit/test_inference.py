"""What a reader may not see, that reader cannot infer: one test a channel, a store that hides against one without.

Two stores hold the same demo. One holds besides what is hidden: an outline of a known sender, one of a sender that
nothing else tells of, and a profile. Whoever may not see these is told the same by both.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from data.errors import KonsortError, NotFound
from data.model import CallId, Organisation, OrganisationId, Outline, OutlineId
from data.openness import Opening, Sort, Tier
from data.people import Account
from data.published import as_json
from data.readers import Reader, Role
from service.app.asking import reader_at_hand
from service.app.open import Application, open_application
from service.app.question import (
    CheckQuestion,
    ConsortiumWritten,
    IntegrateQuestion,
    ListQuestion,
    OutlineAdded,
    PartnersQuestion,
    RankQuery,
    ReadQuestion,
    SteerQuestion,
    SuggestQuestion,
    WhyQuestion,
    made,
)
from service.runtime.settings import Settings

CALL = "demo-industrial-cloud"
OWNER, ASKER = OrganisationId("DEMO-ORG-004"), OrganisationId("DEMO-ORG-007")
TEXT = (
    "We build a sovereign cloud for the metering of tidal harbours. We seek a university for cryptography and a "
    "municipal utility that runs meters."
)
NEW = Organisation(OrganisationId("888777666"), "Secret Tidal Works", "PT", profile=TEXT, fictional=True)
HIDDEN = (
    Outline(
        OutlineId("HID-1"),
        CallId(CALL),
        "Tidal metering cloud",
        TEXT,
        OWNER,
        "FR",
        "en",
        seeks="a university",
    ),
    Outline(OutlineId("HID-2"), CallId(CALL), "Tidal metering cloud two", TEXT, NEW.id, "PT", "en"),
)
PROFILE = "Tidal metering, sovereign clouds for harbours, cryptography for meters."
Answer = Callable[[Application, Reader], Any]


def opened(home: Path, *, hiding: bool) -> Application:
    application = open_application(Settings.from_env({"KONSORT_ENCODER": "hashing"}, home=str(home)))
    application.imports.demo(application.reader, dry_run=False)
    store = application.store
    store.openness.open(
        [Opening(Sort.ORGANISATION, ident, Tier.EXISTENCE) for ident in store.organisations()], by="test"
    )
    shown = [one.id for one in store.outlines(CALL) if one.organisation != OWNER][:12]
    store.openness.open([Opening(Sort.OUTLINE, ident, Tier.FULL) for ident in shown], by="test")
    if hiding:
        with store.transaction(what="hidden") as writer:
            writer.put_organisations([NEW, replace(store.organisation("DEMO-ORG-010"), profile=PROFILE)])
            writer.put_outlines(HIDDEN)
        store.openness.open([Opening(Sort.OUTLINE, "HID-1", Tier.CLOSED)], by="test")
    application.snapshots.refresh()
    return application


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Application, Application]]:
    with (
        opened(tmp_path_factory.mktemp("plain"), hiding=False) as plain,
        opened(tmp_path_factory.mktemp("hiding"), hiding=True) as hiding,
    ):
        yield plain, hiding


READERS = {
    "company": Account("ben", "Ben", Role.COMPANY, ASKER),
    "analyst": Account("ann", "Ann", Role.ANALYST),
    "coordinator of another call": Account(
        "cleo", "Cleo", Role.COORDINATOR, calls=frozenset({CallId("ipcei-2021")})
    ),
}


def plain_json(answer: Any) -> Any:
    if hasattr(answer, "__dataclass_fields__"):
        try:
            answer = as_json(answer)
        except Exception:  # noqa: BLE001 a record that is not published as it is
            return repr(answer)
    if isinstance(answer, dict):
        # The run id names the history, of which every import is one: see the test of run ids.
        return {name: plain_json(part) for name, part in answer.items() if name != "run"}
    if isinstance(answer, list | tuple):
        return [plain_json(part) for part in answer]
    return answer


def answered(ask: Answer, application: Application, account: Account) -> str:
    try:
        answer = ask(application, application.accounts.reader_of(account))
    except KonsortError as error:
        return f"{type(error).__name__}: {error}"
    return json.dumps(plain_json(answer), sort_keys=True, default=repr)


def as_reader(reader: Reader, work: Callable[[], Any]) -> Any:
    """Do what a door does that has no reader among the arguments."""
    before = reader_at_hand.set(reader)
    try:
        return work()
    finally:
        reader_at_hand.reset(before)


def suggest(application: Application, reader: Reader) -> Any:
    question = made(SuggestQuestion, call=CALL, text=TEXT, limit=3, budget_s=5)
    return application.questions.suggest(reader, question)


def why(application: Application, reader: Reader) -> Any:
    outline = next(iter(sorted(reader.outlines or ())))
    return application.questions.why(reader, made(WhyQuestion, organisation="DEMO-ORG-010", outline=outline))


def steer(application: Application, reader: Reader) -> Any:
    team = ["DEMO-ORG-010", "DEMO-ORG-002", "DEMO-ORG-013"]
    question = made(SteerQuestion, call=CALL, text=TEXT, members=team, budget_s=5)
    return application.questions.steer(reader, question)


def consortium(application: Application, reader: Reader, *members: str) -> Any:
    """What is told of a consortium that the reader keeps, beside its id and when it was kept."""
    written = made(
        ConsortiumWritten,
        name="K",
        call=CALL,
        members=[{"organisation": one} for one in members],
        text=TEXT,
    )
    kept = application.consortia.keep(reader, written)
    view = application.consortia.view(reader, kept)
    return [view.partners, view.verdict, view.helpful]


CHANNELS: dict[str, Answer] = {
    "outlines on the page of an organisation": lambda app, who: app.records.outlines_of(who, OWNER),
    "a kept consortium": lambda app, who: consortium(app, who, "DEMO-ORG-010", "DEMO-ORG-002"),
    "a kept consortium with somebody hidden": lambda app, who: consortium(app, who, str(NEW.id)),
    "ranking, scores, gaps, bounds and reasons of suggestions": suggest,
    "partners for a text": lambda app, who: app.questions.partners(
        who, made(PartnersQuestion, text=TEXT, call=CALL)
    ),
    "partners for an organisation": lambda app, who: app.questions.partners(
        who, made(PartnersQuestion, organisation="DEMO-ORG-010", call=CALL)
    ),
    "the ranking": lambda app, who: app.questions.rank(who, [made(RankQuery, id="1", text=TEXT)], limit=30),
    "why somebody stands where": why,
    "swaps and who steps in": steer,
    "what a profile says of its author": lambda app, who: app.questions.read(
        who, made(ReadQuestion, text=TEXT, coordinator="DEMO-ORG-010")
    ),
    "a check": lambda app, who: app.questions.check(
        who, made(CheckQuestion, call=CALL, members=[{"id": "DEMO-ORG-010"}, {"id": str(NEW.id)}])
    ),
    "lists of outlines": lambda app, who: app.records.outlines(who, ListQuestion(limit=500)),
    "counts of outlines": lambda app, who: app.records.count_outlines(who, call=CALL),
    "titles found while typing": lambda app, who: app.records.outlines(who, ListQuestion(), text="tidal"),
    "names found while typing": lambda app, who: as_reader(who, lambda: app.records.find("tidal")),
    "a name that somebody types": lambda app, who: as_reader(
        who, lambda: app.records.names.organisation("Secret Tidal")
    ),
    "a code that somebody types": lambda app, who: as_reader(
        who, lambda: app.records.names.organisation(NEW.id)
    ),
    "records by their ids": lambda app, who: as_reader(
        who, lambda: repr(sorted(app.records.organisations([NEW.id, "DEMO-ORG-010"]).items()))
    ),
    "a record by its page": lambda app, who: as_reader(
        who, lambda: repr(app.records.organisation("DEMO-ORG-010"))
    ),
    "a hidden organisation's page": lambda app, who: as_reader(who, lambda: app.records.organisation(NEW.id)),
    "outlines of an organisation": lambda app, who: app.records.outlines_of(who, OWNER),
    "outlines of a hidden organisation": lambda app, who: app.records.outlines_of(who, NEW.id),
    "a consortium of the hidden": lambda app, who: app.consortia.keep(
        who, made(ConsortiumWritten, name="Probe", call=CALL, members=[{"organisation": NEW.id}])
    ),
    "a consortium for the hidden": lambda app, who: app.consortia.keep(
        who,
        made(
            ConsortiumWritten,
            name="P",
            call=CALL,
            outline="HID-1",
            members=[{"organisation": "DEMO-ORG-010"}],
        ),
    ),
    "the network in figures": lambda app, who: as_reader(who, lambda: app.records.network.summary()),
    "the network of a country": lambda app, who: as_reader(who, lambda: app.records.network.country("PT")),
    "the network around a name": lambda app, who: as_reader(who, lambda: app.records.network.around(NEW.id)),
    "what is opened": lambda app, who: [
        replace(one, reference="")
        for one in sorted(app.sharing.open_outlines(who)[0], key=lambda one: one.id or "")
    ],
    "how many more exist": lambda app, who: app.sharing.open_outlines(who)[1],
    "an outline by its id": lambda app, who: app.records.outline(who, "HID-1"),
    "an outline by its title": lambda app, who: app.records.outline(who, "Tidal metering cloud"),
    "an outline to be changed": lambda app, who: app.editing.outline(who, "HID-1"),
    "an outline to be deleted": lambda app, who: app.editing.delete_outline(who, "HID-1"),
    "an outline to be opened": lambda app, who: app.sharing.open_outline(who, "HID-1", "full"),
    "an interest in what is hidden": lambda app, who: app.sharing.ask(who, "HID-1"),
    "a request of others": lambda app, who: app.sharing.answer(who, 1, "yes"),
    "the overall project and its exports": lambda app, who: app.projects.propose(
        who, made(IntegrateQuestion, call=CALL)
    ),
    "decisions": lambda app, who: app.projects.decisions(who, CALL),
    "which calls have outlines": lambda app, who: app.projects.calls(who),
    "the audit": lambda app, who: app.editing.audit(who, ListQuestion()),
    "people": lambda app, who: app.accounts.people(who),
    "suspected owners": lambda app, who: list(app.owners.suspected(who, 500)),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("channel", CHANNELS)
def test_a_channel_tells_nothing_of_what_is_hidden(
    both: tuple[Application, Application], channel: str, reader: str
) -> None:
    plain, hiding = (answered(CHANNELS[channel], application, READERS[reader]) for application in both)
    assert plain == hiding
    assert "Secret Tidal" not in hiding.replace("'Secret Tidal'", "")


def test_the_same_channels_tell_who_sees_all_of_it(both: tuple[Application, Application]) -> None:
    plain, hiding = both
    for channel in (
        "lists of outlines",
        "counts of outlines",
        "names found while typing",
        "partners for a text",
    ):
        ask = CHANNELS[channel]
        assert plain_json(ask(plain, plain.reader)) != plain_json(ask(hiding, hiding.reader)), channel


def test_a_run_id_does_not_change_with_what_is_hidden(both: tuple[Application, Application]) -> None:
    _, hiding = both
    ben = hiding.accounts.reader_of(READERS["company"])
    before = suggest(hiding, ben).run
    with hiding.store.transaction(what="hidden again") as writer:
        writer.put_outlines([replace(HIDDEN[0], text=TEXT + " And seals.")])
    hiding.snapshots.refresh()
    assert suggest(hiding, ben).run == before
    assert suggest(hiding, hiding.reader).run != before


def test_what_somebody_else_was_answered_is_no_ones_answer(both: tuple[Application, Application]) -> None:
    plain, hiding = both
    suggest(hiding, hiding.reader)
    for account in READERS.values():
        assert answered(suggest, plain, account) == answered(suggest, hiding, account)


def test_an_outline_written_to_probe_finds_nothing(both: tuple[Application, Application]) -> None:
    answers = []
    for application in both:
        ben = application.accounts.reader_of(READERS["company"])
        probe = made(
            OutlineAdded,
            id="PROBE",
            call=CALL,
            title="Probe",
            text=TEXT,
            organisation=str(ASKER),
            country="DE",
        )
        application.editing.add_outline(ben, probe)
        question = made(SuggestQuestion, call=CALL, outline="PROBE", limit=2, budget_s=5)
        answers.append(plain_json(application.questions.suggest(ben, question)))
        application.editing.delete_outline(ben, "PROBE")
    assert answers[0] == answers[1]


def test_not_found_and_not_allowed_are_one_answer_after_the_same_work(
    both: tuple[Application, Application],
) -> None:
    """The time that an answer takes follows from what is asked of the store: the same statements, one by one."""
    _, hiding = both
    ben = hiding.accounts.reader_of(READERS["company"])
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    def refused_for(ident: str) -> tuple[str, list[str]]:
        seen.clear()
        with pytest.raises(NotFound) as refused:
            hiding.records.outline(ben, ident)
        return str(refused.value).replace(ident, "ID"), list(seen)

    event.listen(hiding.store._engine, "before_cursor_execute", note)
    try:
        assert refused_for("HID-1") == refused_for("NONE-1")
    finally:
        event.remove(hiding.store._engine, "before_cursor_execute", note)


def test_consent_shows_names_and_contacts_to_both_and_no_more_after_it_is_withdrawn(
    both: tuple[Application, Application],
) -> None:
    _, konsort = both
    people = konsort.store.people
    for account in (
        Account("asker", "Anna Asker", Role.COMPANY, ASKER, contact="anna@asker.example"),
        Account("owner", "Otto Owner", Role.COMPANY, OWNER, contact="otto@owner.example"),
        Account("third", "Thea Third", Role.COMPANY, OrganisationId("DEMO-ORG-002")),
    ):
        people.add(account, by="test")

    def reader(name: str) -> Reader:
        account = people.person(name)
        assert account
        return konsort.accounts.reader_of(account)

    sharing, outline = konsort.sharing, "HID-1"
    sharing.open_outline(reader("owner"), outline, "teaser")
    with pytest.raises(NotFound, match="yours to open"):
        sharing.open_outline(
            konsort.accounts.reader_of(READERS["coordinator of another call"]), "DEMO-OUT-001", "full"
        )
    reference = konsort.store.openness.opening(Sort.OUTLINE, outline).reference
    (shown,) = [one for one in sharing.open_outlines(reader("asker"))[0] if one.reference == reference]
    assert (shown.id, shown.country, shown.abstract, shown.readable) == (None, "FR", None, False)
    interest = sharing.ask(reader("asker"), reference)

    def both_see() -> list[tuple[str | None, list[str]]]:
        return [
            (row.other.label if row.other else None, [str(one.contact) for one in row.people])
            for name in ("asker", "owner")
            for row in sharing.requests(reader(name))
            if row.interest.id == interest.id
        ]

    assert both_see() == [(None, []), (None, [])]
    with pytest.raises(NotFound):
        konsort.records.outline(reader("asker"), outline)
    for stranger in ("asker", "third"):
        with pytest.raises(NotFound, match="no request"):
            sharing.answer(reader(stranger), interest.id, "yes")
    sharing.answer(reader("owner"), interest.id, "yes")
    names = {ident: konsort.store.organisation(ident).label for ident in (OWNER, ASKER)}
    assert both_see() == [(names[OWNER], ["otto@owner.example"]), (names[ASKER], ["anna@asker.example"])]
    assert konsort.records.outline(reader("asker"), outline).text.startswith("We build")
    assert sharing.requests(reader("third")) == ()
    (mine,) = [row for row in sharing.mine(reader("owner")) if row.outline.id == outline]
    assert [one.person for one in mine.readings] == ["asker"]
    with pytest.raises(NotFound, match="no request"):
        sharing.withdraw(reader("third"), interest.id)
    sharing.withdraw(reader("asker"), interest.id)
    assert both_see() == [(None, []), (None, [])]
    with pytest.raises(NotFound):
        konsort.records.outline(reader("asker"), outline)
    sharing.open_outline(reader("owner"), outline, "closed")
