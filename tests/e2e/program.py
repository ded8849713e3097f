"""Runs the real program the way a person or a script does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "resources" / "samples"


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        lines = self.out.splitlines()
        assert len(lines) == 1, f"more than one JSON object on standard output: {self.out[:300]}"
        data = json.loads(lines[0])
        assert isinstance(data, dict)
        return data


def jiceng(*arguments: str | Path, env: Mapping[str, str] | None = None, stdin: bytes = b"") -> Outcome:
    """Run one command in a process of its own, with an empty environment but for what it needs."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "SYSTEMROOT") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "desktop_app", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        cwd=ROOT,
        env=kept | {"PYTHONPATH": str(ROOT)} | dict(env or {}),
        timeout=300,
        check=False,
    )
    return Outcome(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))
