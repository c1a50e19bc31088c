"""What is wrong with a request, in our own words? Each says what was found, what is needed and what to do."""

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from service.problems import WrongField

LONGEST_QUOTE = 60
"""Characters of somebody's input that an answer repeats."""

NEEDED: Mapping[str, str] = MappingProxyType(
    {
        "string_type": "a text",
        "list_type": "a list",
        "tuple_type": "a list of two",
        "dict_type": "an object",
        "model_type": "an object with fields",
        "model_attributes_type": "an object with fields",
        "int_type": "a whole number",
        "int_parsing": "a whole number",
        "int_from_float": "a whole number",
        "float_type": "a number",
        "float_parsing": "a number",
        "finite_number": "a finite number",
        "bool_type": "true or false",
        "bool_parsing": "true or false",
        "date_type": "a day such as 2019-07-01",
        "date_parsing": "a day such as 2019-07-01",
        "date_from_datetime_parsing": "a day such as 2019-07-01",
        "date_from_datetime_inexact": "a day such as 2019-07-01, without a time",
        "string_unicode": "a text of whole characters, without a lone surrogate",
    }
)
"""What a field needs to be, by pydantic's name for the error."""


def fields_of(error: ValidationError, root: type[BaseModel]) -> tuple[WrongField, ...]:
    """Return what is wrong where, in the order of the fields.

    Of `root` derives whatever a request may be read into; from there an unknown name gets its likeliest correction.
    """
    model = next((model for model in _below(root) if model.__name__ == error.title), None)
    return tuple(
        WrongField(".".join(map(str, wrong["loc"])) or "body", _detail(wrong, model))
        for wrong in error.errors(include_url=False)
    )


def _below(root: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for model in root.__subclasses__():
        yield model
        yield from _below(model)


def _detail(wrong: Mapping[str, Any], model: type[BaseModel] | None) -> str:
    kind, context = wrong["type"], wrong.get("ctx", {})
    if kind == "missing":
        return "is missing; it is needed"
    if kind == "extra_forbidden":
        return f"is not known here; {_instead(wrong['loc'], model)}"
    return f"{_quoted(wrong['input'])} cannot be taken; needed: {_needed(kind, context) or wrong['msg']}"


def _needed(kind: str, context: Mapping[str, Any]) -> str | None:
    match kind:
        case "string_too_short":
            least = context["min_length"]
            return "a text that is not empty" if least == 1 else f"at least {least} characters"
        case "string_too_long":
            return f"at most {context['max_length']:,} characters"
        case "too_short":
            return f"at least {context['min_length']:,} in the list"
        case "too_long":
            return f"at most {context['max_length']:,} in the list"
        case "greater_than_equal":
            return f"{context['ge']:,.15g} or more"
        case "less_than_equal":
            return f"{context['le']:,.15g} or less"
        case "enum" | "literal_error":
            return "one of " + str(context["expected"]).replace("'", "")
        case "value_error":
            return str(context["error"])
    return NEEDED.get(kind)


def _quoted(value: object) -> str:
    """Return a value as JSON shows it, cut short."""
    try:
        text = json.dumps(value, ensure_ascii=False)
        text.encode()
    except (TypeError, ValueError):
        text = ascii(value)
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]} …"


def _instead(place: Sequence[int | str], model: type[BaseModel] | None) -> str:
    known = sorted(_names_at(place[:-1], model))
    if near := difflib.get_close_matches(str(place[-1]), known, 1):
        return f"did you mean {near[0]}?"
    return f"known are {', '.join(known)}" if known else "leave it out"


def _names_at(place: Sequence[int | str], model: type[BaseModel] | None) -> set[str]:
    """Return the names of fields that may stand at a place in a body."""
    for step in place:
        if isinstance(step, str) and model is not None:
            fields = {(field.alias or name): field for name, field in model.model_fields.items()}
            model = next(_models_in(fields[step].annotation), None) if step in fields else None
    return {field.alias or name for name, field in model.model_fields.items()} if model else set()


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)
