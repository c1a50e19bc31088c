"""How does a record look outside? Its JSON and the schema of that JSON, both from the record itself.

A record is a frozen dataclass. Its fields are published under their names, but for what the types below say:
countries in EU style, rounded numbers, another name, nothing at all. What follows from the fields is published too
where it is `derived`. Adapters are built at the first answer of each type: whoever only imports a record pays nothing.
"""

import ast
import inspect
import textwrap
from collections.abc import Mapping, Sequence
from functools import cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, overload

from pydantic import Field, PlainSerializer, TypeAdapter, computed_field
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from data.countries import to_eu

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from pydantic import GetCoreSchemaHandler

    derived = property
else:

    def derived(function: Any) -> Any:
        """A property that is published among the fields."""
        return computed_field(property(function))


def _rounded(digits: int) -> PlainSerializer:
    return PlainSerializer(partial(round, ndigits=digits), return_type=float)


def _all_rounded(shares: Mapping[str, float]) -> dict[str, float]:
    return {name: round(share, 4) for name, share in shares.items()}


EuCountry = Annotated[str, PlainSerializer(to_eu, return_type=str)]
"""ISO 3166 in the record, EU style (EL, UK) outside."""
Rounded3 = Annotated[float, _rounded(3)]
Rounded4 = Annotated[float, _rounded(4)]
Rounded6 = Annotated[float, _rounded(6)]
Rounded8 = Annotated[float, _rounded(8)]
Shares = Annotated[Mapping[str, float], PlainSerializer(_all_rounded, return_type=dict[str, float])]
"""Numbers by name, to four places."""
Names = Annotated[Mapping[str, str], PlainSerializer(dict, return_type=dict[str, str])]
Counts = Annotated[Mapping[str, int], PlainSerializer(dict, return_type=dict[str, int])]
UNPUBLISHED = Field(exclude=True)
"""Kept in the record, not told outside."""
WHERE_KNOWN = Field(exclude_if=lambda value: value is None)
"""Left out where it is None."""
WHERE_ANY = Field(exclude_if=lambda value: not value)
"""Left out where it is empty."""


def renamed(name: str) -> Any:
    """Publish a field under another name: one that Python keeps for itself, or one that says it better outside."""
    return Field(serialization_alias=name)


class Rows:
    """A matrix, published as its rows of `cell`s."""

    def __init__(self, cell: type) -> None:
        self._cell = cell

    def __get_pydantic_core_schema__(
        self, _source: Any, handler: "GetCoreSchemaHandler"
    ) -> core_schema.CoreSchema:
        import numpy as np  # slow to import: only who publishes a matrix pays

        rows = handler.generate_schema(list[list[self._cell]])  # type: ignore[name-defined]
        lists = core_schema.plain_serializer_function_ser_schema(
            lambda matrix: matrix.tolist(), return_schema=rows
        )
        return core_schema.is_instance_schema(np.ndarray, serialization=lists)


@overload
def as_json(record: "DataclassInstance") -> dict[str, Any]: ...
@overload
def as_json(record: "Sequence[DataclassInstance]") -> list[dict[str, Any]]: ...
@overload
def as_json(record: "DataclassInstance | Sequence[DataclassInstance]") -> Any: ...
def as_json(record: Any) -> Any:
    """Return a record as plain JSON values; of several, a list."""
    if isinstance(record, Sequence):
        return [as_json(row) for row in record]
    kind: Any = type(record)
    return _adapter(kind).dump_python(record, mode="json", by_alias=True)


def schema_of(record: type) -> dict[str, Any]:
    """Return the JSON schema (2020-12) of what `as_json` makes of such records."""
    return _adapter(record).json_schema(mode="serialization", schema_generator=_Schema)


def schemas_of(records: Sequence[type], place: str) -> dict[str, dict[str, Any]]:
    """Return the schemas of these records and of all inside them, by name.

    `place` is where they are going to stand, as in "#/components/schemas/{model}". ValueError where two have one name.
    """
    adapters = [(record, "serialization", _adapter(record)) for record in records]
    _, whole = TypeAdapter.json_schemas(
        adapters,  # type: ignore[arg-type]
        schema_generator=_Schema,
        ref_template=place,
    )
    schemas: dict[str, dict[str, Any]] = whole["$defs"]
    if doubles := sorted(name for name in schemas if "__" in name):
        raise ValueError(f"two records have one name, so they would be published as {', '.join(doubles)}")
    return schemas


@cache
def _adapter(record: type) -> TypeAdapter[Any]:
    return TypeAdapter(record)


class _Schema(GenerateJsonSchema):
    """Objects hold what is described and nothing else; every field is there unless it may be left out."""

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        described = super().dataclass_schema(schema)
        texts = _docstrings(schema["cls"])
        for name, field in described.get("properties", {}).items():
            field.pop("title", None)
            if name in texts:
                field.setdefault("description", texts[name])
        return {**described, "additionalProperties": False}

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,  # noqa: ARG002 pydantic's signature
    ) -> bool:
        return "serialization_exclude_if" not in field

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


def _docstrings(record: type) -> dict[str, str]:
    """What stands below the fields of a class, and of those that it derives from, in the source."""
    texts = {}
    for owner in reversed(record.__mro__[:-1]):
        source = ast.parse(textwrap.dedent(inspect.getsource(owner)))
        for written in source.body:
            lines = written.body if isinstance(written, ast.ClassDef) else []
            for field, text in pairwise(lines):
                match field, text:
                    case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(
                        value=ast.Constant(value=str(words))
                    ):
                        texts[name] = inspect.cleandoc(words)
    return texts
