"""Which addresses add, edit, withdraw and delete records, and undo what was changed?"""

from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from data.published import as_json
from service.app import question
from service.app.answers import (
    Change,
    ChangeList,
    DuplicateKept,
    DuplicateList,
    OrganisationKept,
    OutlineKept,
)
from service.app.open import Application
from service.web.api import parameters
from service.web.api.schemas import answered
from service.web.identity import reader

EDITING = Tag(name="editing", description="Single records, and what was changed.")


def editing_routes(api: APIBlueprint, application: Application) -> None:
    """Add the addresses."""
    _outlines(api, application)
    _organisations(api, application)
    _duplicates(api, application)
    _changes(api, application)


def _outlines(api: APIBlueprint, application: Application) -> None:
    editing, responses, one = application.editing, answered(OutlineKept), "/outlines/<outline>"

    @api.post("/outlines", tags=[EDITING], responses=responses)
    def add_outline(body: question.OutlineAdded) -> dict[str, Any]:
        """Add an outline, a late one too: the next proposal places it"""
        return as_json(editing.kept(editing.add_outline(reader(), body)))

    @api.get(one, tags=[EDITING], responses=responses)
    def outline(path: parameters.OutlinePath) -> dict[str, Any]:
        """Show one outline, a withdrawn one too"""
        return as_json(editing.kept(application.records.outline(reader(), path.outline, withdrawn=True)))

    @api.patch(one, tags=[EDITING], responses=responses)
    def edit_outline(path: parameters.OutlinePath, body: question.OutlineEdited) -> dict[str, Any]:
        """Change what is given of an outline; null becomes unknown"""
        return as_json(editing.kept(editing.edit_outline(reader(), path.outline, body)))

    @api.delete(one, tags=[EDITING], responses=responses)
    def delete_outline(path: parameters.OutlinePath, query: question.Deletion) -> dict[str, Any]:
        """Delete an outline, with `forget` for good; answers what it was"""
        return as_json(editing.kept(editing.delete_outline(reader(), path.outline, forget=query.forget)))

    @api.put(f"{one}/withdrawal", tags=[EDITING], responses=responses)
    def withdraw_outline(path: parameters.OutlinePath) -> dict[str, Any]:
        """Withdraw an outline: it is kept, and matched with nobody"""
        return as_json(editing.kept(editing.withdraw_outline(reader(), path.outline)))

    @api.delete(f"{one}/withdrawal", tags=[EDITING], responses=responses)
    def restore_outline(path: parameters.OutlinePath) -> dict[str, Any]:
        """Let a withdrawn outline take part again"""
        return as_json(editing.kept(editing.restore_outline(reader(), path.outline)))


def _organisations(api: APIBlueprint, application: Application) -> None:
    editing, responses, one = application.editing, answered(OrganisationKept), "/organisations/<organisation>"

    @api.post("/organisations", tags=[EDITING], responses=responses)
    def add_organisation(body: question.OrganisationAdded) -> dict[str, Any]:
        """Add an organisation"""
        return as_json(OrganisationKept.of(editing.add_organisation(reader(), body)))

    @api.get(one, tags=[EDITING], responses=responses)
    def organisation(path: parameters.OrganisationPath) -> dict[str, Any]:
        """Show one organisation, a withdrawn one too"""
        return as_json(OrganisationKept.of(editing.organisation(reader(), path.organisation)))

    @api.patch(one, tags=[EDITING], responses=responses)
    def edit_organisation(
        path: parameters.OrganisationPath, body: question.OrganisationEdited
    ) -> dict[str, Any]:
        """Change what is given of an organisation, its profile too; null becomes unknown"""
        return as_json(OrganisationKept.of(editing.edit_organisation(reader(), path.organisation, body)))

    @api.delete(one, tags=[EDITING], responses=responses)
    def delete_organisation(path: parameters.OrganisationPath) -> dict[str, Any]:
        """Delete an organisation that no project and no outline names; answers what it was"""
        return as_json(OrganisationKept.of(editing.delete_organisation(reader(), path.organisation)))

    @api.put(f"{one}/withdrawal", tags=[EDITING], responses=responses)
    def withdraw_organisation(path: parameters.OrganisationPath) -> dict[str, Any]:
        """Withdraw an organisation: it is kept with its past, and suggested to nobody"""
        return as_json(OrganisationKept.of(editing.withdraw_organisation(reader(), path.organisation)))

    @api.delete(f"{one}/withdrawal", tags=[EDITING], responses=responses)
    def restore_organisation(path: parameters.OrganisationPath) -> dict[str, Any]:
        """Let a withdrawn organisation take part again"""
        return as_json(OrganisationKept.of(editing.restore_organisation(reader(), path.organisation)))

    @api.put(f"{one}/merged", tags=[EDITING], responses=responses)
    def merge_organisations(
        path: parameters.OrganisationPath, body: question.OrganisationMerged
    ) -> dict[str, Any]:
        """Let an organisation be another one that is kept; undoing the change splits them again"""
        kept = editing.merge_organisations(reader(), path.organisation, body.into)
        return as_json(OrganisationKept.of(kept))


def _duplicates(api: APIBlueprint, application: Application) -> None:
    @api.get("/duplicates", tags=[EDITING], responses=answered(DuplicateList))
    def duplicates(query: question.DuplicatesAsked) -> dict[str, Any]:
        """List records that may be of one thing, the most alike first"""
        return as_json(DuplicateList(application.duplicates.probable(reader(), query.of, query.limit)))

    @api.put("/duplicates", tags=[EDITING], responses=answered(DuplicateKept))
    def decide_duplicate(body: question.DuplicateDecided) -> dict[str, Any]:
        """Say once whether two records are one: they are merged, or remembered as two; both can be undone"""
        return as_json(DuplicateKept(*application.duplicates.decide(reader(), body), body.same))


def _changes(api: APIBlueprint, application: Application) -> None:
    @api.get("/audit", tags=[EDITING], responses=answered(ChangeList))
    def audit(query: question.ListQuestion) -> dict[str, Any]:
        """List what was changed, newest first, in parts"""
        part = application.editing.audit(reader(), query)
        return as_json(ChangeList(tuple(map(Change.of, part.entries)), part.next))

    @api.put("/audit/<int:change>/undone", tags=[EDITING], responses=answered(Change))
    def undo(path: parameters.ChangePath) -> dict[str, Any]:
        """Undo a change; answers the change that this is, which can be undone in turn"""
        return as_json(Change.of(application.editing.undo(reader(), path.change)))
