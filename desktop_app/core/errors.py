"""What can go wrong, said once.

An `AppError` means that the environment or the input failed: it carries a code that the catalogues under
`resources/i18n` turn into one sentence and a next step. Anything else that is raised is a bug.
"""

from __future__ import annotations


class AppError(Exception):
    """A fault that a person can do something about.

    Args:
        code: key of the sentence in the catalogues, as in `input.empty`.
        hint: a short technical remark for the local log; never patient text.
        details: values for the placeholders of the sentence.
    """

    def __init__(self, code: str, hint: str = "", **details: str | int | float) -> None:
        super().__init__(code if not hint else f"{code}: {hint}")
        self.code = code
        self.hint = hint
        self.details = details

    def __reduce__(self) -> tuple[object, ...]:
        """Errors cross the worker's pipe, keyword details included."""
        return (_rebuild, (type(self), self.code, self.hint, self.details))


def _rebuild(kind: type[AppError], code: str, hint: str, details: dict[str, str | int | float]) -> AppError:
    return kind(code, hint, **details)


class ModelMissingError(AppError):
    """Weights that a step needs are not installed."""


class DeviceError(AppError):
    """A microphone, camera, printer or disk doesn't do what it should."""


class InputError(AppError):
    """A file, text, image or argument can't be used."""


class EngineError(AppError):
    """An engine failed: it crashed, ran out of memory, or its model file is broken."""


class StoreError(AppError):
    """The database or its folder can't be used."""


class SyncError(AppError):
    """A transfer to or from a hub failed."""


class PolicyError(AppError):
    """Policy, role or consent forbids it."""


class Cancelled(Exception):  # noqa: N818  (a person's wish, not an error)
    """The person stopped the work."""
