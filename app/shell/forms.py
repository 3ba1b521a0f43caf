"""Forms: what was typed, read into a model, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from types import UnionType
from typing import Any, ClassVar, Generic, Self, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails


class FormModel(BaseModel):
    """What a form asks for; `words` is the prefix of its message ids.

    `<words>.<field>` is a field's label, `<words>.<field>.hint` its hint where the catalogue has one. An empty field
    counts as not there. Passwords and codes are SecretStr: they are never put back into a page.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True, str_strip_whitespace=True)
    words: ClassVar[str]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a field is refused: a message id and what fills its slots."""

    words: str
    slots: Mapping[str, str | int | float] = field(default_factory=dict)


Model = TypeVar("Model", bound=FormModel)


@dataclass(frozen=True)
class Form(Generic[Model]):
    """A form as typed: `value` is there when nothing is wrong; `faults` by field, "" for the whole form."""

    model: type[Model]
    typed: Mapping[str, tuple[str, ...]]
    faults: Mapping[str, Fault] = field(default_factory=dict)
    value: Model | None = None

    def refused(self, field_name: str, words: str, **slots: str | float) -> Self:
        """The same form with one more fault, for what only a room can know ("this login is taken")."""
        return replace(self, value=None, faults={**self.faults, field_name: Fault(words, slots)})

    def shown(self, field_name: str) -> str:
        """What stands in the field."""
        return next(iter(self.typed.get(field_name, ())), "")

    def chosen(self, field_name: str, choice: str) -> bool:
        return choice in self.typed.get(field_name, ())

    def required(self, field_name: str) -> bool:
        return self.model.model_fields[field_name].is_required()

    def ordered_faults(self) -> list[tuple[str, Fault]]:
        """The faults in the order of the fields, those of the whole form first."""
        order = ["", *self.model.model_fields]
        return sorted(self.faults.items(), key=lambda item: order.index(item[0]) if item[0] in order else len(order))


def blank(model: type[Model], **start: object) -> Form[Model]:
    """An untouched form, with what its fields begin with."""
    defaults = {name: info.get_default(call_default_factory=False) for name, info in model.model_fields.items()}
    begun = {**defaults, **start}
    return Form(model, {name: _as_typed(value) for name, value in begun.items() if _is_shown(model, name, value)})


def read(model: type[Model], posted: Mapping[str, tuple[str, ...]]) -> Form[Model]:
    """What was posted, as the model or with faults."""
    typed = {name: posted.get(name, ()) for name in model.model_fields}
    shown = {name: values for name, values in typed.items() if not _is_secret(model.model_fields[name])}
    try:
        return Form(model, shown, value=model.model_validate(_as_fields(model, typed)))
    except ValidationError as error:
        return Form(model, shown, _faults(error))


def _as_fields(model: type[FormModel], typed: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, values in typed.items():
        filled = [value for value in values if value.strip()]
        if _is_many(model.model_fields[name]):
            fields[name] = filled
        elif filled:
            fields[name] = filled[0]
    return fields


def _faults(error: ValidationError) -> dict[str, Fault]:
    faults: dict[str, Fault] = {}
    for detail in error.errors(include_url=False, include_input=False):
        faults.setdefault(str(detail["loc"][0]) if detail["loc"] else "", _fault(detail))
    return faults


def _fault(detail: ErrorDetails) -> Fault:
    """A type with a dot is a message id of our own; pydantic's types stand under `form.fault`."""
    slots = {name: value for name, value in detail.get("ctx", {}).items() if isinstance(value, str | int | float)}
    kind = detail["type"]
    return Fault(kind if "." in kind else f"form.fault.{kind}", slots)


def _as_typed(value: object) -> tuple[str, ...]:
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(text for item in value for text in _as_typed(item))
    if isinstance(value, bool):
        return ("true",) if value else ()
    return (str(value.value if isinstance(value, Enum) else value),)


def _is_shown(model: type[FormModel], name: str, value: object) -> bool:
    info = model.model_fields[name]
    return value is not None and not (info.is_required() and value is info.default) and not _is_secret(info)


def _is_secret(info: FieldInfo) -> bool:
    return SecretStr in _kinds(info.annotation)


def _is_many(info: FieldInfo) -> bool:
    return any(get_origin(kind) in {list, tuple, set, frozenset} for kind in _kinds(info.annotation))


def _kinds(annotation: Any) -> tuple[Any, ...]:  # noqa: ANN401  An annotation may be anything.
    """The types that a field may be of: the members of a union, else the one."""
    return get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)
