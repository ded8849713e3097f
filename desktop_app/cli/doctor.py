"""`jiceng doctor`: what this machine can do, before a patient sits at the desk."""

# annotations are evaluated at once here: their help texts are local to `register`

import importlib.util
import os
import platform
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from desktop_app.cli.models import open_library
from desktop_app.cli.session import EXIT_FAULT, Session, session_of
from desktop_app.core import paths
from desktop_app.core.cancellation import CancelToken
from desktop_app.core.errors import EngineError, ModelMissingError
from desktop_app.core.messages import Catalogue
from desktop_app.engines import catalogue, machine, memory
from desktop_app.engines.host import EngineHost
from desktop_app.engines.library import ModelLibrary
from desktop_app.engines.models import LANGUAGE, SPEECH

# the least that works (rules writer, small speech model), and the least that is comfortable
MEMORY_FAIL_GB, MEMORY_WARN_GB = 1.8, 3.7
DISK_FAIL_GB, DISK_WARN_GB = 0.5, 5.0
CORES_WARN = 2
SLOW_VARIANTS = frozenset({"x64", "sse42"})  # an eighth of the speed of AVX2 in prompts, a third in answers
FIRST_YEAR, LAST_YEAR = 2026, 2099  # a flat battery sets a clock to 1970, 2000 or 2009


class Status(StrEnum):
    """How a finding is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One finding; `values` fill its sentence and are printed with `--json`."""

    name: str
    status: Status
    values: dict[str, Any] = field(default_factory=dict)


def register(app: typer.Typer, messages: Catalogue) -> None:
    """Add the command to the tree."""

    @app.command("doctor", help=messages.text("help.doctor.command"))
    def doctor(
        context: typer.Context,
        json_: Annotated[bool, typer.Option("--json", help=messages.text("help.doctor.json"))] = False,
    ) -> None:
        session = session_of(context)
        with session.errors():
            library = open_library(session, catalogue.load())
            checks = examine(library, session.data_dir or paths.user_data(), datetime.now(UTC))
        if json_:
            session.print_json(as_json(checks, session.messages))
        else:
            session.print_text("\n".join(_lines(checks, session)))
        if any(item.status is Status.FAIL for item in checks):
            raise typer.Exit(EXIT_FAULT)


def examine(library: ModelLibrary, data: Path, now: datetime) -> list[Check]:
    """Run every check; starts the engine process once, to see that it starts."""
    return [
        _system(machine.glibc()),
        _processor(),
        _engines(),
        _memory(memory.total_bytes() / 1e9, memory.available_bytes() / 1e9),
        _disk(data),
        _fonts(paths.resources() / "fonts"),
        _reading(),
        _installed(library, SPEECH),
        _installed(library, LANGUAGE),
        _clock(now),
    ]


def as_json(checks: list[Check], messages: Catalogue) -> dict[str, Any]:
    """Return the findings with their sentences."""
    rows = [
        {
            "check": item.name,
            "status": item.status.value,
            **item.values,
            "text": messages.text(f"doctor.{item.name}.{item.status}", **item.values),
            "next": _next_step(item, messages),
        }
        for item in checks
    ]
    worst = next((s for s in (Status.FAIL, Status.WARN) if any(c.status is s for c in checks)), Status.OK)
    return {"status": worst.value, "findings": rows}


def _next_step(item: Check, messages: Catalogue) -> str:
    return "" if item.status is Status.OK else messages.text(f"doctor.{item.name}.next", **item.values)


def _lines(checks: list[Check], session: Session) -> list[str]:
    lines = []
    for row in as_json(checks, session.messages)["findings"]:
        mark = session.messages.text(f"doctor.mark.{row['status']}")
        lines.append(f"{mark}  {row['text']}" + (f" {row['next']}" if row["next"] else ""))
    return lines


def _graded(value: float, fail: float, warn: float) -> Status:
    if value < fail:
        return Status.FAIL
    return Status.WARN if value < warn else Status.OK


def _system(version: tuple[int, ...] | None) -> Check:
    name = f"{platform.system()} {platform.release()}"
    if version is None:
        return Check(name="system", status=Status.OK, values={"system": name, "glibc": "-"})
    status = Status.FAIL if version < machine.OLDEST_GLIBC else Status.OK
    text = ".".join(map(str, version))
    return Check(name="system", status=status, values={"system": name, "glibc": text})


def _processor() -> Check:
    cores, isa = memory.usable_cores(), machine.instruction_set()
    status = Status.WARN if cores < CORES_WARN else Status.OK
    return Check(
        name="processor", status=status, values={"cpu": machine.processor(), "cores": cores, "isa": isa}
    )


def _engines() -> Check:
    try:
        with EngineHost() as host:
            result = host.call("probe", CancelToken())
    except EngineError as error:
        return Check(name="engine", status=Status.FAIL, values={"code": error.code, "hint": error.hint})
    usable = [item["name"] for item in result["variants"] if item["score"] > 0]
    chosen = str(result["chosen"])
    return Check(
        name="engine",
        status=Status.WARN if chosen in SLOW_VARIANTS else Status.OK,
        values={
            "chosen": chosen,
            "usable": usable,
            "variants": [item["name"] for item in result["variants"]],
        },
    )


def _memory(total: float, free: float) -> Check:
    values = {"total_gb": round(total, 1), "free_gb": round(free, 1)}
    return Check(name="memory", status=_graded(total, MEMORY_FAIL_GB, MEMORY_WARN_GB), values=values)


def _disk(data: Path) -> Check:
    place = next((item for item in (data, *data.parents) if item.is_dir()), Path.cwd())
    free = shutil.disk_usage(place).free / 1e9
    status = _graded(free, DISK_FAIL_GB, DISK_WARN_GB)
    writable = os.access(place, os.W_OK)
    values = {"free_gb": round(free, 1), "folder": str(data), "writable": writable}
    return Check(name="disk", status=status if writable else Status.FAIL, values=values)


def _fonts(folder: Path) -> Check:
    found = sorted(item.name for item in folder.glob("*.ttf")) if folder.is_dir() else []
    return Check(name="fonts", status=Status.OK if found else Status.FAIL, values={"fonts": found})


def _reading() -> Check:
    spec = importlib.util.find_spec("rapidocr")  # finds the package without loading it
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    found = sorted(file.name for place in places for file in (Path(place) / "models").glob("*.onnx"))
    status = Status.OK if len(found) >= 2 else Status.FAIL  # detection and recognition
    return Check(name="reading", status=status, values={"models": found})


def _installed(library: ModelLibrary, kind: str) -> Check:
    try:
        model = library.find(kind)
    except ModelMissingError:
        return Check(name=kind, status=Status.WARN, values={"model": None})
    return Check(name=kind, status=Status.OK, values={"model": model.name})


def _clock(now: datetime) -> Check:
    status = Status.OK if FIRST_YEAR <= now.year <= LAST_YEAR else Status.FAIL
    return Check(name="clock", status=status, values={"now": now.isoformat(timespec="seconds")})
