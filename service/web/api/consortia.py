"""Which addresses keep consortia, check them and say who would mend them?"""

from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from data.published import as_json
from service.app import question
from service.app.consortia import ConsortiumKept, ConsortiumList
from service.app.open import Application
from service.web.api import parameters
from service.web.api.schemas import answered
from service.web.identity import reader

CONSORTIA = Tag(name="consortia", description="Consortia that people keep by name.")


def consortia_routes(api: APIBlueprint, application: Application) -> None:
    """Add the addresses."""
    consortia, responses, one = application.consortia, answered(ConsortiumKept), "/consortia/<consortium>"

    def view(ident: str) -> dict[str, Any]:
        return as_json(consortia.view(reader(), consortia.consortium(reader(), ident)))

    @api.get("/consortia", tags=[CONSORTIA], responses=answered(ConsortiumList))
    def listed() -> dict[str, Any]:
        """List the consortia that you keep, the one changed last first"""
        return as_json(ConsortiumList(consortia.listed(reader())))

    @api.post("/consortia", tags=[CONSORTIA], responses=responses)
    def keep(body: question.ConsortiumWritten) -> dict[str, Any]:
        """Keep a consortium: it is checked, and who would mend it is named"""
        return view(consortia.keep(reader(), body).id)

    @api.get(one, tags=[CONSORTIA], responses=responses)
    def consortium(path: parameters.ConsortiumPath) -> dict[str, Any]:
        """Show one: partners in the order of Part A, rules, who would mend it, versions, comments"""
        return view(path.consortium)

    @api.put(f"{one}/members", tags=[CONSORTIA], responses=responses)
    def seat(path: parameters.ConsortiumPath, body: question.ConsortiumSeated) -> dict[str, Any]:
        """Say who is in from now on; those before stay as an earlier version"""
        consortia.seat(reader(), path.consortium, body.members, "changed")
        return view(path.consortium)

    @api.post(f"{one}/comments", tags=[CONSORTIA], responses=responses)
    def comment(path: parameters.ConsortiumPath, body: question.CommentWritten) -> dict[str, Any]:
        """Say something of it"""
        consortia.comment(reader(), consortia.consortium(reader(), path.consortium), body.text)
        return view(path.consortium)

    @api.delete(one, tags=[CONSORTIA], responses=responses)
    def remove(path: parameters.ConsortiumPath) -> dict[str, Any]:
        """Delete one with its versions, comments and links; answers what it was"""
        was = view(path.consortium)
        consortia.remove(reader(), path.consortium)
        return was
