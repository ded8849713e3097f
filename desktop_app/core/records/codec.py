"""Records to plain JSON values and back, by their type hints.

Members that are `None` are left out; a member that the JSON lacks takes its default, so that records grow
without breaking what an earlier version stored.
"""

from __future__ import annotations

import dataclasses
import functools
import types
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from desktop_app.core.errors import InputError

T = TypeVar("T")


def to_json(value: object) -> Any:
    """Return a record as dictionaries, lists, strings, numbers and booleans."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = ((item.name, getattr(value, item.name)) for item in dataclasses.fields(value))
        return {name: to_json(member) for name, member in pairs if member is not None}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [to_json(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    return value


def from_json(kind: type[T], data: object) -> T:
    """Build a record of a type from what `to_json` made.

    Raises:
        InputError: the data does not have the type's shape; its details name the place.
    """
    return cast(T, _read(kind, data, kind.__name__))


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _wrong(place: str, wanted: object) -> InputError:
    return InputError("input.shape", place=place, wanted=getattr(wanted, "__name__", str(wanted)))


def _read(kind: Any, data: object, place: str) -> object:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _read_union(get_args(kind), data, place)
    if origin is tuple:
        return _read_tuple(get_args(kind), data, place)
    if dataclasses.is_dataclass(kind):
        return _read_record(cast(type, kind), data, place)
    return _read_plain(kind, data, place)


def _read_union(options: tuple[Any, ...], data: object, place: str) -> object:
    if data is None and type(None) in options:
        return None
    for option in options:
        if option is type(None):
            continue
        try:
            return _read(option, data, place)
        except InputError:
            continue
    raise _wrong(place, options)


def _read_tuple(arguments: tuple[Any, ...], data: object, place: str) -> object:
    if not isinstance(data, list | tuple):
        raise _wrong(place, "list")
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return tuple(_read(arguments[0], item, f"{place}[{index}]") for index, item in enumerate(data))
    if len(arguments) != len(data):
        raise _wrong(place, f"{len(arguments)} values")
    return tuple(_read(kind, item, place) for kind, item in zip(arguments, data, strict=True))


def _read_record(kind: type, data: object, place: str) -> object:
    if not isinstance(data, Mapping):
        raise _wrong(place, kind)
    hints = _hints(kind)
    values: dict[str, object] = {}
    for member in dataclasses.fields(kind):
        if member.name in data:
            values[member.name] = _read(hints[member.name], data[member.name], f"{place}.{member.name}")
    try:
        return kind(**values)
    except TypeError as error:
        raise _wrong(place, kind) from error


def _read_plain(kind: Any, data: object, place: str) -> object:
    if isinstance(kind, type) and issubclass(kind, Enum):
        try:
            return kind(data)
        except ValueError as error:
            raise _wrong(place, kind) from error
    if kind in (datetime, date):
        if not isinstance(data, str):
            raise _wrong(place, kind)
        try:
            return kind.fromisoformat(data)
        except ValueError as error:
            raise _wrong(place, kind) from error
    if kind is float and isinstance(data, int) and not isinstance(data, bool):
        try:
            return float(data)
        except OverflowError as error:  # JSON allows whole numbers of any length
            raise _wrong(place, kind) from error
    if isinstance(kind, type) and isinstance(data, kind) and (kind is bool or not isinstance(data, bool)):
        return data
    raise _wrong(place, kind)
