"""Whether a bundle is right: the library's shapes, and on top the rules that it doesn't know."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.parsers import expat

from fhir.resources.R4B.bundle import Bundle
from pydantic import ValidationError

from desktop_app.export import fhir_values as values

Place = tuple[str, Any, Any]  # path without list positions, member's value, the object that holds it

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_XHTML = "http://www.w3.org/1999/xhtml"
_ALLOWED_TAGS = frozenset({"div", "p", "b", "br", "span", "ul", "li", "table", "tr", "td", "th", "tbody"})


def validate(bundle: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a bundle, one line each; an empty list if nothing is."""
    problems = _shape(bundle)
    resources = [entry.get("resource", {}) for entry in bundle.get("entry", [])]
    problems += _document(bundle, resources)
    known = {entry.get("fullUrl") for entry in bundle.get("entry", [])}
    problems += _identity(bundle)
    for resource in (dict(bundle) | {"entry": []}, *resources):
        kind = str(resource.get("resourceType"))
        for place in _walk(resource, kind):
            problems += _place(place, known)
        if kind != "Bundle":
            problems += _narrative(resource, kind)
            problems += _invariants(resource, kind)
    return problems


def _shape(bundle: Mapping[str, Any]) -> list[str]:
    try:
        Bundle.model_validate(dict(bundle))
    except ValidationError as error:
        return [f"shape: {'.'.join(map(str, item['loc']))}: {item['type']}" for item in error.errors()]
    return []


def _document(bundle: Mapping[str, Any], resources: list[Any]) -> list[str]:
    problems = [
        f"Bundle.{name}: missing" for name in ("identifier", "timestamp", "type") if not bundle.get(name)
    ]
    kinds = [resource.get("resourceType") for resource in resources]
    if not kinds or kinds[0] != "Composition":
        problems.append("Bundle.entry: the first is no Composition")
    for kind in ("Composition", "Patient", "Encounter", "Provenance", "Device"):
        if kinds.count(kind) != 1:
            problems.append(f"Bundle.entry: {kinds.count(kind)} of {kind}")
    return problems


def _identity(bundle: Mapping[str, Any]) -> list[str]:
    problems, seen = [], set()
    for entry in bundle.get("entry", []):
        url, identifier = entry.get("fullUrl"), entry.get("resource", {}).get("id")
        if not isinstance(identifier, str) or not _ID.fullmatch(identifier):
            problems.append(f"id: {identifier!r}")
        if url != f"urn:uuid:{identifier}":
            problems.append(f"fullUrl: {url!r} is not that of {identifier!r}")
        if identifier in seen:
            problems.append(f"id: {identifier!r} twice")
        seen.add(identifier)
    return problems


def _walk(value: Any, path: str) -> Iterator[Place]:
    if isinstance(value, Mapping):
        for name, member in value.items():
            for item in member if isinstance(member, list) else [member]:
                yield f"{path}.{name}", item, value
                yield from _walk(item, f"{path}.{name}")


def _place(place: Place, known: set[Any]) -> list[str]:
    path, value, holder = place
    name = path.rsplit(".", 1)[-1]
    if name == "reference":
        return [] if value in known else [f"{path}: {value!r} is not in the bundle"]
    if _is_coding(path, name):
        return _coding(path, value)
    if name == "code" and isinstance(value, str) and "value" in holder:
        right = holder.get("system") == values.UCUM and value in values.units()
        return [] if right else [f"{path}: unit {value!r}"]
    if path in values.CODES:
        return [] if value in values.CODES[path] else [f"{path}: {value!r} is not in the value set"]
    if path.endswith(".text.status"):
        return [] if value in values.NARRATIVE_STATUS else [f"{path}: {value!r} is not in the value set"]
    if name in values.CODE_MEMBERS and isinstance(value, str):
        return [f"{path}: no table says what is allowed"]
    return []


def _is_coding(path: str, name: str) -> bool:
    return name in ("coding", "security") or path == "Encounter.class"


def _coding(path: str, coding: Any) -> list[str]:
    system, code = (coding.get("system"), coding.get("code")) if isinstance(coding, Mapping) else (None, None)
    if not isinstance(system, str) or not isinstance(code, str):
        return [f"{path}: a coding without system or code"]
    element = path.removesuffix(".coding")
    allowed = {values.SECURITY} if path.endswith(".meta.security") else values.SYSTEMS.get(element, set())
    if system not in allowed:
        return [f"{path}: system {system!r} has no place here"]
    return [] if code in values.codes(system) else [f"{path}: code {code!r} is not of {system}"]


def _narrative(resource: Mapping[str, Any], kind: str) -> list[str]:
    problems = _div(resource.get("text"), kind)
    if kind == "Composition":
        for section in resource.get("section", []):
            problems += _div(section.get("text"), f"section {section.get('title')!r}")
    return problems


def _div(text: Any, where: str) -> list[str]:
    div = text.get("div") if isinstance(text, Mapping) else None
    if not isinstance(div, str):
        return [f"{where}: no narrative"]
    tags: list[str] = []
    letters: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = lambda name, attributes: tags.append(
        name if not attributes else "attributes"
    )
    parser.CharacterDataHandler = letters.append
    try:
        parser.Parse(div, True)
    except expat.ExpatError:
        return [f"{where}: the narrative is not well-formed"]
    wrong = [tag for tag in tags if tag not in {f"{_XHTML} {name}" for name in _ALLOWED_TAGS}]
    if wrong or tags[0] != f"{_XHTML} div":
        return [f"{where}: the narrative holds {(wrong or tags)[0]!r}"]
    return [] if "".join(letters).strip() else [f"{where}: the narrative is empty"]


def _invariants(resource: Mapping[str, Any], kind: str) -> list[str]:
    if kind == "Composition":
        return _composition(resource)
    if kind in ("Condition", "AllergyIntolerance") and "clinicalStatus" not in resource:
        return [f"{kind}: no clinicalStatus"]
    if kind == "Observation":
        held = [name for name in ("valueQuantity", "valueString", "component") if resource.get(name)]
        return [] if len(held) == 1 else [f"Observation: {len(held)} values"]
    if kind == "Provenance":
        roles = {agent["type"]["coding"][0]["code"] for agent in resource.get("agent", []) if _typed(agent)}
        return [] if "assembler" in roles else ["Provenance: no assembler"]
    return []


def _typed(agent: Any) -> bool:
    return bool(isinstance(agent, Mapping) and agent.get("type", {}).get("coding", [{}])[0].get("code"))


def _composition(resource: Mapping[str, Any]) -> list[str]:
    problems = []
    attested = bool(resource.get("attester"))
    if (resource.get("status") == "preliminary") == attested:
        problems.append("Composition: final if and only if somebody attests it")
    for section in resource.get("section", []):
        if section.get("entry") and section.get("emptyReason"):
            problems.append(
                f"Composition.section {section.get('title')!r}: entries and a reason for none (cmp-2)"
            )
    return problems
