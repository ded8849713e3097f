"""The machine-readable mark that a file was drafted by a program, and who answers for it.

The `AIGC` value has the members of the file-metadata mark that 《人工智能生成合成内容标识办法》 (2025)
asks for, in the namespace that the public practice guide of TC260 uses; it has not been checked against the
purchased GB 45438 text. The `jiceng` names say more: which writer and model, signed by whom, which audit
head.
"""

from __future__ import annotations

import json
from xml.sax.saxutils import escape, quoteattr

from desktop_app.core.records.drafts import Draft
from desktop_app.core.records.visits import Visit
from desktop_app.export.wording import xml_safe

AIGC_NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"
OWN_NAMESPACE = "https://jiceng.invalid/ns/record/1.0/"  # a reserved name: nobody else uses it
KEYWORDS = "AI生成, AI-generated"
PROGRAM = "Jiceng"


def facts(visit: Visit, draft: Draft, audit_head: str | None) -> dict[str, str]:
    """Return the marks as names and values; a value that doesn't exist is left out."""
    signature = visit.signature
    values = {
        "generated": "true",
        "writer": draft.engine.writer,
        "model": draft.engine.model,
        "modelSha256": draft.engine.model_sha256,
        "record": visit.id,
        "version": str(visit.version),
        "signed": "true" if signature else "false",
        "signer": signature.signer if signature else None,
        "signatureKind": "本机签名，非 CA 可靠电子签名" if signature else None,
        "contentSha256": signature.content_sha256 if signature else None,
        "auditHead": audit_head if signature else None,
    }
    return {name: xml_safe(value) for name, value in values.items() if value}


def aigc(visit: Visit) -> str:
    """Return the `AIGC` value: a JSON object, label 1 (generated)."""
    members = {
        "Label": "1",
        "ContentProducer": PROGRAM,
        "ProduceID": xml_safe(f"{visit.id}-{visit.version}"),
        "ReservedCode1": "",
        "ContentPropagator": "",
        "PropagateID": "",
        "ReservedCode2": "",
    }
    return json.dumps(members, ensure_ascii=False)


def xmp(visit: Visit, draft: Draft, audit_head: str | None, title: str) -> str:
    """Return an XMP packet's inner part with the marks."""
    own = "".join(
        f"<jiceng:{name}>{escape(value)}</jiceng:{name}>"
        for name, value in facts(visit, draft, audit_head).items()
    )
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        f" xmlns:TC260={quoteattr(AIGC_NAMESPACE)} xmlns:jiceng={quoteattr(OWN_NAMESPACE)}>"
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>'
        f"<TC260:AIGC>{escape(aigc(visit))}</TC260:AIGC>{own}"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
