"""The outpatient record as a FHIR R4 document bundle.

The library's R4B models are used: for all resources here R4B has R4's elements.
"""

from __future__ import annotations

import importlib.metadata
import json
from datetime import datetime

from desktop_app.core.errors import EngineError
from desktop_app.core.records.drafts import Draft, DraftField, FieldKey, FieldState
from desktop_app.core.records.people import VisitKind
from desktop_app.core.records.visits import Visit
from desktop_app.export import claims, content, fhir_check, wording
from desktop_app.export import fhir_values as values
from desktop_app.export.fhir_observations import add_age, add_sheet, add_vitals
from desktop_app.export.fhir_parts import AIAST, Assembly, Json, clean, coded, concept, hl7, narrative


def render(visit: Visit, *, audit_head: str | None) -> bytes:
    """Return the bundle as UTF-8 JSON, validated.

    Raises:
        InputError: the visit can't be exported.
        EngineError: `export.fhir_invalid`, the bundle breaks a rule; its details name the first one.
    """
    bundle = build(visit, audit_head)
    problems = fhir_check.validate(bundle)
    if problems:
        raise EngineError("export.fhir_invalid", hint="; ".join(problems)[:500], count=len(problems))
    return json.dumps(bundle, ensure_ascii=False, indent=1).encode()


def build(visit: Visit, audit_head: str | None) -> Json:
    """Return the bundle as plain JSON values, not yet validated.

    Raises:
        InputError: the visit can't be exported.
    """
    draft = content.exportable(visit)
    return _Builder(visit, draft, audit_head).bundle()


class _Builder:
    """Puts one visit's resources together."""

    def __init__(self, visit: Visit, draft: Draft, audit_head: str | None) -> None:
        self.visit, self.draft, self.audit_head = visit, draft, audit_head
        self.signed = visit.signature is not None
        self.all = Assembly(f"{visit.id}/{visit.version}")
        moment = visit.signature or visit.review
        self.when = _instant(moment.at if moment else visit.started)
        self.started = _instant(visit.started)
        self.sections: dict[FieldKey, list[Json]] = {}
        self.about: Json = {}

    def bundle(self) -> Json:
        """Return the whole bundle, Composition first."""
        self._people()
        age = add_age(self.all, self.visit.patient, self.about, self.started)
        self._claims()
        composition = self._composition(age)
        self._provenance()
        return {
            "resourceType": "Bundle",
            "id": self.all.reference("bundle")["reference"].removeprefix("urn:uuid:"),
            "meta": {"security": [AIAST]},
            "identifier": {
                "system": f"{values.OWN}/sid/record",
                "value": clean(f"{self.visit.id}-{self.visit.version}") or "-",
            },
            "type": "document",
            "timestamp": self.when,
            "entry": [composition, *self.all.entries],
        }

    # -- who and where

    def _people(self) -> None:
        visit, patient = self.visit, self.visit.patient
        name, number = clean(patient.name), clean(patient.number)
        body: Json = {"gender": patient.sex.value}
        if number:
            body["identifier"] = [{"system": f"{values.OWN}/sid/outpatient-number", "value": number}]
        if name:
            body["name"] = [{"text": name}]
        if patient.birth_date:
            body["birthDate"] = patient.birth_date.isoformat()
        subject = self.all.add("patient", "Patient", f"{name or '未登记'} {wording.SEX[patient.sex]}", body)
        encounter = self.all.reference("encounter")
        self.about = {"subject": subject, "encounter": encounter}
        self._encounter(subject)
        self._device()
        for person in self._persons():
            self.all.add(
                f"person/{person}", "Practitioner", person, {"name": [{"text": clean(person) or "-"}]}
            )
        if clean(visit.organization):
            organization = {"name": clean(visit.organization)}
            self.all.add("organization", "Organization", visit.organization, organization)

    def _persons(self) -> tuple[str, ...]:
        visit = self.visit
        named = [visit.signature.signer, visit.signature.countersigner] if visit.signature else []
        named += [visit.review.reviewer] if visit.review else []
        return tuple(dict.fromkeys(name for name in named if name))

    def _encounter(self, subject: Json) -> None:
        visit = self.visit
        kind = wording.VISIT_KIND[visit.kind]
        body: Json = {
            "status": "finished" if self.signed else "in-progress",
            "class": coded(f"{values.HL7}/v3-ActCode", "AMB", "ambulatory"),
            "type": [concept(text=kind)],
            "subject": subject,
            "period": {"start": self.started},
        }
        if clean(visit.department):
            body["serviceType"] = concept(text=visit.department)
        if clean(visit.organization):
            body["serviceProvider"] = self.all.reference("organization")
        first = "初诊" if visit.kind is VisitKind.FIRST else "复诊"
        self.all.add("encounter", "Encounter", f"{first} {wording.local_minute(visit.started)}", body)

    def _device(self) -> None:
        engine = self.draft.engine
        version = _program_version()
        versions: list[Json] = [{"type": {"text": "program"}, "value": version}]
        for name, value in (
            ("writer", engine.writer),
            ("model", engine.model),
            ("model-sha256", engine.model_sha256),
        ):
            if value and clean(value):
                versions.append({"type": {"text": name}, "value": clean(value)})
        body: Json = {
            "status": "active",
            "deviceName": [{"name": "Jiceng", "type": "user-friendly-name"}],
            "version": versions,
        }
        if engine.model_sha256 and clean(engine.model_sha256):
            model = {"system": f"{values.OWN}/sid/model-sha256", "value": clean(engine.model_sha256)}
            body["identifier"] = [model]
        self.all.add("device", "Device", f"基层助手 {version}（{clean(engine.writer)}）", body)

    # -- what was said, as far as it can be structured with certainty

    def _claims(self) -> None:
        draft, visit = self.draft, self.visit
        self._diagnoses(draft.field(FieldKey.DIAGNOSIS))
        self._allergies(draft.field(FieldKey.ALLERGY))
        status = "final" if self.signed else "preliminary"
        exam = draft.field(FieldKey.PHYSICAL_EXAM)
        self.sections[FieldKey.PHYSICAL_EXAM] = add_vitals(self.all, exam, self.about, status, self.started)
        results: list[Json] = []
        for index, sheet in enumerate(visit.sheets, 1):
            results += add_sheet(self.all, sheet, index, self.about, status)
        self.sections[FieldKey.AUXILIARY_EXAM] = results
        self._plan(draft.field(FieldKey.PLAN))
        self._referral(draft.field(FieldKey.REFERRAL))

    def _diagnoses(self, field: DraftField) -> None:
        made = self.sections.setdefault(FieldKey.DIAGNOSIS, [])
        for index, statement in enumerate(claims.diagnoses(field), 1):
            body = {
                "clinicalStatus": hl7("condition-clinical", "active"),
                "verificationStatus": hl7("condition-ver-status", "provisional"),
                "category": [hl7("condition-category", "encounter-diagnosis")],
                "code": concept(text=statement.text),
                **self.about,
                "recordedDate": self.when,
            }
            made.append(self.all.add(f"diagnosis/{index}", "Condition", statement.text, body, drafted=True))

    def _allergies(self, field: DraftField) -> None:
        made = self.sections.setdefault(FieldKey.ALLERGY, [])
        found = [(concept(text=item.text), item.text) for item in claims.stated_allergies(field)]
        denied = claims.denied_allergy(field)
        if denied is not None:
            text = content.field_text(field).strip() or "否认过敏史"
            found.append((concept(coded(values.SNOMED, denied.value), text=text), text))
        for index, (code, text) in enumerate(found, 1):
            body = {
                "clinicalStatus": hl7("allergyintolerance-clinical", "active"),
                "verificationStatus": hl7("allergyintolerance-verification", "unconfirmed"),
                "code": code,
                "patient": self.about["subject"],
                "encounter": self.about["encounter"],
                "recordedDate": self.when,
            }
            made.append(self.all.add(f"allergy/{index}", "AllergyIntolerance", text, body, drafted=True))

    def _plan(self, field: DraftField) -> None:
        text = clean(content.field_text(field))
        if not text:
            return
        made = self.sections.setdefault(FieldKey.PLAN, [])
        drugs = claims.medications(field, self.visit.transcript)
        for index, statement in enumerate(drugs, 1):
            made.append(self._medication(index, clean(statement.text)))
        others = [item for item in field.statements if item not in drugs and claims.certain(item)]
        body: Json = {
            "status": "active" if self.signed else "draft",
            "intent": "plan",
            "title": "处理意见",
            "description": text,
            **self.about,
            "created": self.when,
        }
        if others:
            body["activity"] = [
                {"detail": {"status": "not-started", "description": clean(item.text)}} for item in others
            ]
        made.insert(0, self.all.add("plan", "CarePlan", text, body, drafted=True))

    def _medication(self, index: int, text: str) -> Json:
        """Return what the doctor said of a drug, as text: never an order, signed or not."""
        body = {
            "status": "draft",
            "intent": "proposal",
            "medicationCodeableConcept": concept(text=text),
            **self.about,
            "authoredOn": self.when,
            "note": [{"text": "记录医师所说的文字，不是处方。"}],
        }
        return self.all.add(f"drug/{index}", "MedicationRequest", text, body, drafted=True)

    def _referral(self, field: DraftField) -> None:
        text = clean(content.field_text(field))
        if field.state is not FieldState.STATED or not text:
            return
        if not all(claims.certain(item) for item in field.statements):
            return
        intent = "order" if self.signed else "proposal"
        request: Json = {
            "status": "active" if self.signed else "draft",
            "intent": intent,
            "code": concept(text="转诊"),
            **self.about,
            "authoredOn": self.when,
            "requester": self._responsible(),
            "reasonCode": [concept(text=text)],
        }
        asked = self.all.add("referral", "ServiceRequest", text, request, drafted=True)
        task: Json = {
            "status": "requested" if self.signed else "draft",
            "intent": intent,
            "code": concept(coded("http://hl7.org/fhir/CodeSystem/task-code", "fulfill"), text="转诊"),
            "description": text,
            "focus": asked,
            "for": self.about["subject"],
            "encounter": self.about["encounter"],
            "authoredOn": self.when,
            "requester": self._responsible(),
        }
        self.sections[FieldKey.REFERRAL] = [
            asked,
            self.all.add("referral-task", "Task", text, task, drafted=True),
        ]

    # -- the document and who answers for it

    def _responsible(self) -> Json:
        signature = self.visit.signature
        return self.all.reference(f"person/{signature.signer}" if signature else "device")

    def _composition(self, age: Json | None) -> Json:
        visit, signature = self.visit, self.visit.signature
        banner = content.FOOTER_SIGNED if self.signed else content.BANNER
        body: Json = {
            "language": "zh-CN",
            "status": "final" if self.signed else "preliminary",
            "type": concept(coded(values.LOINC, *values.DOCUMENT_TYPE), text=content.TITLE),
            **self.about,
            "date": self.when,
            "author": [self._responsible()],
            "title": content.TITLE,
        }
        if signature:
            parties = [("professional", signature.signer)]
            parties += [("legal", signature.countersigner)] if signature.countersigner else []
            body["attester"] = [
                {"mode": mode, "time": self.when, "party": self.all.reference(f"person/{name}")}
                for mode, name in parties
            ]
        if clean(visit.organization):
            body["custodian"] = self.all.reference("organization")
        if visit.corrects:
            replaced = {"system": f"{values.OWN}/sid/record", "value": f"{clean(visit.id)}-{visit.corrects}"}
            body["relatesTo"] = [{"code": "replaces", "targetIdentifier": replaced}]
        sections = [self._section(self.draft.field(key)) for key in FieldKey]
        if age is not None:
            text = f"年龄 {wording.age_text(visit.patient, visit.started.date())}"
            sections.insert(0, {"title": "一般情况", "text": narrative(text), "entry": [age]})
        body["section"] = sections
        lead = f"{content.TITLE}（{banner}）"
        self.all.add("composition", "Composition", lead, body, drafted=True)
        return self.all.entries.pop()

    def _section(self, field: DraftField) -> Json:
        text = clean(content.field_text(field)) or content.placeholder_text(field)
        codings = [
            coded(system, code, display)
            for system, kind in ((values.LOINC, "loinc"), (values.DATA_ELEMENT, "de"))
            for code, display in values.section_codes(field.key.value, kind)
        ]
        lead = "" if self.signed else content.BANNER
        section: Json = {"title": field.label, "text": narrative(text, lead)}
        if codings:
            section["code"] = concept(*codings, text=field.label)
        entries = self.sections.get(field.key, [])
        if entries:
            section["entry"] = entries
        elif field.state is FieldState.NOT_ASKED:
            section["emptyReason"] = hl7("list-empty-reason", "notasked")
        return section

    def _provenance(self) -> None:
        signature, review = self.visit.signature, self.visit.review
        agents: list[Json] = [_agent("assembler", self.all.reference("device"))]
        verifiers = [signature.signer, signature.countersigner] if signature else []
        if not verifiers and review:
            verifiers = [review.reviewer]
        agents += [_agent("verifier", self.all.reference(f"person/{name}")) for name in verifiers if name]
        body: Json = {"target": self.all.drafted, "recorded": self.when, "agent": agents}
        if signature:
            hashes = [("content-sha256", signature.content_sha256), ("audit-head", self.audit_head)]
            body["entity"] = [
                {
                    "role": "source",
                    "what": {
                        "identifier": {"system": f"{values.OWN}/sid/{name}", "value": clean(value)},
                        "display": content.SIGNATURE_NOTE,
                    },
                }
                for name, value in hashes
                if value and clean(value)
            ]
        self.all.add("provenance", "Provenance", "由程序起草" + ("，医师核对" if signature else ""), body)


def _agent(kind: str, who: Json) -> Json:
    return {"type": hl7("provenance-participant-type", kind), "who": who}


def _program_version() -> str:
    try:
        return importlib.metadata.version("jiceng")
    except importlib.metadata.PackageNotFoundError:  # a frozen program without its metadata
        return "unknown"


def _instant(moment: datetime) -> str:
    return wording.aware(moment).isoformat(timespec="seconds")
