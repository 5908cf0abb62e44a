"""Shapes that several forms share: one of a few answers, and a declaration that must be ticked."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any

from wtforms import BooleanField, RadioField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, ValidationError


def offered(words: Mapping[Any, str], members: Iterable[Any] | None = None) -> list[SelectChoice]:
    """Return the answers of a field from their words, all of them or some in the order given."""
    return [SelectChoice(value=_plain(member), label=words[member]) for member in (words if members is None else members)]


def one_of(message: str) -> Callable[[Any, Any], None]:
    """Return a validator that refuses, in our own words, whatever was not offered."""

    def check(form: Any, field: Any) -> None:
        if field.data is None or field.data not in {choice.value for choice in field.iter_choices()}:
            raise ValidationError(message)

    return check


def radios(label: str, message: str, *, words: Mapping[Any, str], coerce: Callable[[Any], Any] = str, **more: Any) -> RadioField:
    """Return a field of radios; what was not offered, and nothing at all, is refused with `message`."""
    return RadioField(label, choices=offered(words), coerce=_softly(coerce), validate_choice=False, validators=[one_of(message)], **more)


def declaration(label: str, message: str, **more: Any) -> BooleanField:
    """Return a box that has to be ticked."""
    return BooleanField(label, validators=[DataRequired(message)], **more)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, StrEnum) else value


def _softly(coerce: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return `coerce` with None for what it cannot read: the field's own words then say what is missing."""

    def read(value: Any) -> Any:
        try:
            return None if value is None else coerce(value)
        except ValueError:
            return None

    return read
