"""The small shapes of FHIR R4 that resources are put together from, and the bundle in the making."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from html import escape
from typing import Any

from desktop_app.export.fhir_values import HL7, SECURITY
from desktop_app.export.wording import xml_safe

Json = dict[str, Any]

_NAMESPACE = uuid.UUID(
    "5a0d1d54-7d3e-5c5e-9a53-1b8f2f0f6c11"
)  # ids follow from the visit: same visit, same ids
AIAST: Json = {"system": SECURITY, "code": "AIAST", "display": "Artificial Intelligence asserted"}


def clean(text: str) -> str:
    """Return a text as a FHIR string can hold it: no controls, no blanks at its ends."""
    return xml_safe(text).strip()


def narrative(text: str, lead: str = "") -> Json:
    """Return a narrative: one paragraph a line, every sign escaped."""
    lines = [f"<p><b>{escape(clean(lead))}</b></p>"] if lead else []
    lines += [f"<p>{escape(clean(line))}</p>" for line in xml_safe(text).splitlines() if clean(line)]
    body = "".join(lines) or "<p>无内容</p>"
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{body}</div>'}


def coded(system: str, code: str, display: str | None = None) -> Json:
    """Return a coding."""
    return {"system": system, "code": code} | ({"display": display} if display else {})


def concept(*codings: Json, text: str | None = None) -> Json:
    """Return a codeable concept."""
    made: Json = {"coding": list(codings)} if codings else {}
    return made | ({"text": clean(text)} if text and clean(text) else {})


def hl7(name: str, code: str) -> Json:
    """Return a codeable concept of one code of HL7's own code systems."""
    return concept(coded(f"{HL7}/{name}", code))


@dataclass(slots=True)
class Assembly:
    """Entries of a bundle in their order; references are made by key before or after the entry."""

    seed: str
    entries: list[Json] = field(default_factory=list)
    drafted: list[Json] = field(default_factory=list)  # references to what the program drafted

    def reference(self, key: str) -> Json:
        """Return a reference to the entry with that key."""
        return {"reference": f"urn:uuid:{self._id(key)}"}

    def add(self, key: str, kind: str, text: str, body: Json, *, drafted: bool = False) -> Json:
        """Append a resource and return a reference to it."""
        identifier = self._id(key)
        meta: Json = {"meta": {"security": [AIAST]}} if drafted else {}
        resource = {"resourceType": kind, "id": identifier, **meta, "text": narrative(text), **body}
        self.entries.append({"fullUrl": f"urn:uuid:{identifier}", "resource": resource})
        if drafted:
            self.drafted.append(self.reference(key))
        return self.reference(key)

    def _id(self, key: str) -> str:
        return str(uuid.uuid5(_NAMESPACE, f"{self.seed}/{key}"))
