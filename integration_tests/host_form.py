"""A connector's form as a host draws it from the specification, for tests and for pictures of it.

Facts: Airbyte's webapp (airbyte-platform, airbyte-webapp/src): `core/form/schemaToFormBlock.ts` (what becomes what,
what cannot be drawn) and, under `views/Connector/ConnectorForm`, `utils.ts` (the order), `useGroupsAndSections.tsx`
(what stands under "Optional fields"), `useBuildForm.tsx` (what is filled in), `Control.tsx` (which control) and
`VariableInputFieldForm.tsx` (the dialog of a list); and what Airbyte's acceptance tests refuse in a specification.

- What is required, always shown, or a choice between groups stands first; the rest is folded away under "Optional
  fields". Within each, `order` decides.
- A `oneOf` is a choice between groups of settings. It is an object, and so is each option, which has a title and is
  told by a key with a `const` that all options share; no key with a `const` is drawn. Inside a list it cannot be
  drawn: the dialog of a list takes the properties of its entries, and breaks without.
- A list of objects has a dialog for its entries; a list of one of a few texts is a choice of several; any other list
  takes tags that are typed in. An object without properties is nothing at all, and saved as an empty one.
- An option of an `enum` shows its bare value, so what it means has to stand in the setting's description: here, in a
  sentence that begins with the value and a colon.
- What is hidden is not drawn, but has to be sound: the form is built from it all the same.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from jsonschema import Draft7Validator

Schema = Mapping[str, Any]

NOT_FOR_FORMS: Final = frozenset(
    {"anyOf", "allOf", "not", "if", "then", "else", "patternProperties", "prefixItems", "dependentSchemas", "$ref"}
    | {"dependentRequired"}
)
"""What JSON Schema has, and no form knows how to draw."""


class Kind(str, Enum):
    """What a setting is drawn as."""

    TEXT = "text"
    SECRET = "secret"
    NUMBER = "number"
    SWITCH = "switch"
    CHOICE = "choice"
    """One of a few values, in a list that unfolds."""
    CHOICES = "choices"
    """Several of a few values, as tags."""
    TAGS = "tags"
    """Texts that are typed in, as tags."""
    GROUP = "group"
    GROUPS = "groups"
    """A list of groups of settings, each filled in in a dialog."""
    ONE_OF = "one of"
    """A choice between groups of settings."""


@dataclass(frozen=True)
class Choice:
    """One of the things that can be chosen.

    Attributes:
        value: What stands in the config.
        title: What the form shows.
        description: What it means; empty where the specification does not say.
        fields: What there is to fill in once it is chosen.
    """

    value: Any
    title: str
    description: str = ""
    fields: tuple["Field", ...] = ()


@dataclass(frozen=True)
class Field:
    """One setting as it is drawn.

    Attributes:
        key: Its name in the config.
        title: What stands over it, or beside the switch.
        kind: What it is drawn as.
        description: What the form says when asked.
        default: What is filled in; None for nothing.
        optional: Whether it stands under "Optional fields".
        required: Whether it has to be filled in.
        choices: What can be chosen.
        fields: What a group, or an entry of a list of groups, is made of.
        examples: What the form gives as examples.
    """

    key: str
    title: str
    kind: Kind
    description: str = ""
    default: Any = None
    optional: bool = False
    required: bool = False
    choices: tuple[Choice, ...] = ()
    fields: tuple["Field", ...] = ()
    examples: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Form:
    """A connector's form.

    Attributes:
        title: The specification's.
        fields: The settings from top to bottom.
        problems: What a host could not draw, or draws so that nobody understands it, each with where it is.
    """

    title: str
    fields: tuple[Field, ...]
    problems: tuple[str, ...] = field(default=())

    def __getitem__(self, key: str) -> Field:
        """A setting by its name in the config.

        Raises:
            KeyError: When it is not drawn.
        """
        return {each.key: each for each in self.fields}[key]

    @property
    def at_once(self) -> tuple[Field, ...]:
        """What stands there before anything is unfolded."""
        return tuple(each for each in self.fields if not each.optional)


def drawn(specification: Schema) -> Form:
    """The form that a host draws.

    Args:
        specification: The JSON Schema of the config (`connectionSpecification`).
    """
    problems = [*_beyond_forms(specification), *_problems_of_group(specification, "")]
    return Form(specification.get("title", ""), _fields(specification), tuple(problems))


def _fields(group: Schema) -> tuple[Field, ...]:
    return tuple(_field(key, schema, group) for key, schema in _from_top_to_bottom(group))


def _from_top_to_bottom(group: Schema) -> list[tuple[str, Schema]]:
    """The settings that are drawn."""
    return sorted(
        (
            (key, schema)
            for key, schema in group.get("properties", {}).items()
            if "const" not in schema and not schema.get("airbyte_hidden")
        ),
        key=lambda each: (_is_folded_away(each[0], each[1], group), each[1].get("order", float("inf")), each[0]),
    )


def _is_folded_away(key: str, schema: Schema, group: Schema) -> bool:
    stands_first = key in group.get("required", ()) or schema.get("always_show") or _kind(schema) in _ALWAYS_OPEN
    return not stands_first


_ALWAYS_OPEN: Final = (Kind.ONE_OF, Kind.GROUP)


def _field(key: str, schema: Schema, group: Schema) -> Field:
    kind = _kind(schema)
    inside = schema["items"] if kind is Kind.GROUPS else schema
    return Field(
        key=key,
        title=schema.get("title", key),
        kind=kind,
        description=schema.get("description", ""),
        default=schema.get("default"),
        optional=_is_folded_away(key, schema, group),
        required=key in group.get("required", ()),
        choices=_options(schema) if kind is Kind.ONE_OF else _values(schema),
        fields=_fields(inside) if kind in (Kind.GROUP, Kind.GROUPS) else (),
        examples=tuple(schema.get("examples", ())),
    )


def _kind(schema: Schema) -> Kind:
    items = schema.get("items", {})
    simple = {"boolean": Kind.SWITCH, "integer": Kind.NUMBER, "number": Kind.NUMBER, "object": Kind.GROUP}
    if "oneOf" in schema:
        return Kind.ONE_OF
    if schema.get("type") == "array":
        return Kind.GROUPS if items.get("type") == "object" else Kind.CHOICES if "enum" in items else Kind.TAGS
    if "enum" in schema:
        return Kind.CHOICE
    if schema.get("airbyte_secret"):
        return Kind.SECRET
    return simple.get(str(schema.get("type")), Kind.TEXT)


def _options(schema: Schema) -> tuple[Choice, ...]:
    told_by = _told_by(schema["oneOf"])
    return tuple(
        Choice(
            value=option.get("properties", {}).get(told_by, {}).get("const"),
            title=option.get("title", ""),
            description=option.get("description", ""),
            fields=_fields(option),
        )
        for option in schema["oneOf"]
    )


def _values(schema: Schema) -> tuple[Choice, ...]:
    values = schema.get("enum") or schema.get("items", {}).get("enum", ())
    said = _what_is_said_of(values, schema.get("description", ""))
    return tuple(Choice(value, str(value), said.get(str(value), "")) for value in values)


def _what_is_said_of(values: Sequence[Any], description: str) -> Mapping[str, str]:
    """What stands behind each value and a colon, up to the next such."""
    names = "|".join(re.escape(str(value)) for value in sorted(values, key=lambda value: -len(str(value))) if value)
    if not names:
        return {}
    parts = re.split(rf"(?:^|(?<=[.;?] ))({names}): ", description)
    return {name: said.strip(" ;") for name, said in zip(parts[1::2], parts[2::2], strict=True)}


def _told_by(options: Sequence[Schema]) -> str | None:
    """The key by which a form tells the options apart: the first one that has a `const` in all of them."""
    telling = [[key for key, part in option.get("properties", {}).items() if part.get("const")] for option in options]
    shared = [key for key in telling[0] if all(key in keys for keys in telling)] if telling else []
    return shared[0] if shared else None


# ------------------------------------------------------------------ what cannot be drawn


def _beyond_forms(schema: Any, path: str = "") -> Iterator[str]:
    """Keywords of JSON Schema that no form knows, anywhere; names of settings are none."""
    for word in sorted(NOT_FOR_FORMS & set(schema)):
        yield f"{path or 'the specification'}: {word} is nothing that a form can draw"
    for key, part in schema.get("properties", {}).items():
        yield from _beyond_forms(part, _inside(path, key))
    if isinstance(schema.get("items"), Mapping):
        yield from _beyond_forms(schema["items"], f"{path}[]")
    for option in schema.get("oneOf", ()):
        yield from _beyond_forms(option, f"{path}[{option.get('title', '')}]")


def _problems_of_group(group: Schema, path: str) -> Iterator[str]:
    properties: Schema = group.get("properties", {})
    here = path or "the specification"
    if group.get("type") != "object" or not properties:
        yield f"{here}: an object without properties, of which nothing is drawn"
        return
    orders = [schema.get("order") for schema in properties.values()]
    if sorted(order for order in orders if order is not None) != list(range(len(properties))):
        yield f"{here}: the order is not 0 to {len(properties) - 1}, each once, but {orders}"
    drawn_orders = [schema.get("order", 0) for _, schema in _from_top_to_bottom(group)]
    if drawn_orders != sorted(drawn_orders):
        yield f"{here}: what is drawn stands in another order than it says: {drawn_orders}"
    for missing in set(group.get("required", ())) - set(properties):
        yield f"{here}: {missing} is required, and not there"
    for key, schema in properties.items():
        if "const" not in schema:
            yield from _problems_of(key, schema, _inside(path, key))
        if schema.get("always_show") and key in group.get("required", ()):
            yield f"{_inside(path, key)}: what is required is always shown anyway"


def _problems_of(key: str, schema: Schema, path: str) -> Iterator[str]:
    if not schema.get("title") or not schema.get("description"):
        yield f"{path}: without a title and a description, nobody knows what {key} is"
    if "default" in schema and not _valid(schema["default"], schema):
        yield f"{path}: the default is not valid"
    if isinstance(schema.get("type"), list):
        yield f"{path}: a form knows one type for each setting"
    values = schema.get("enum") or schema.get("items", {}).get("enum", ())
    if len(values) != len({str(value) for value in values}):
        yield f"{path}: two choices look the same"
    kind = _kind(schema)
    if kind is Kind.ONE_OF:
        yield from _problems_of_options(schema, path)
    elif kind is Kind.GROUP:
        yield from _problems_of_group(schema, path)
    elif schema.get("type") == "array":
        yield from _problems_of_list(schema, path)


def _problems_of_list(schema: Schema, path: str) -> Iterator[str]:
    items: Schema = schema.get("items", {})
    if "oneOf" in items:
        yield from _problems_of_options(items, f"{path}[]")
        if not schema.get("airbyte_hidden"):
            yield f"{path}: a list of one or the other; the dialog of its entries breaks"
    elif items.get("type") == "object":
        yield from _problems_of_group(items, f"{path}[]")
    elif items.get("type") not in ("string", "integer", "number"):
        yield f"{path}: a list of nobody knows what"


def _problems_of_options(schema: Schema, path: str) -> Iterator[str]:
    options = schema["oneOf"]
    told_by = _told_by(options)
    if schema.get("type") != "object":
        yield f"{path}: only an object can be one of several"
    if told_by is None:
        yield f"{path}: no key with a const tells the options apart"
        return
    constants = [option["properties"][told_by]["const"] for option in options]
    if len(constants) != len(set(constants)):
        yield f"{path}: two options have the same {told_by}"
    if any(
        option["properties"][told_by].get("default", told) != told
        for option, told in zip(options, constants, strict=True)
    ):
        yield f"{path}: an option's default is another option"
    default = schema.get("default")
    if isinstance(default, Mapping) and default.get(told_by) != constants[0]:
        yield f"{path}: the form begins with its first option, which is not the default"
    for option in options:
        inside = f"{path}[{option.get('title', '')}]"
        if not option.get("title") or not option.get("description"):
            yield f"{inside}: without a title and a description, nobody knows what is chosen"
        yield from _problems_of_group(option, inside)


def _inside(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _valid(value: Any, schema: Schema) -> bool:
    return bool(Draft7Validator(schema).is_valid(value))
