"""What must hold of a store after any fault."""

import json
from pathlib import Path

from desktop_app.core.records.codec import from_json
from desktop_app.core.records.visits import Visit
from desktop_app.store.store import Store

Acknowledged = list[tuple[str, Visit]]


def assert_whole(folder: Path, key: bytes, acknowledged: Acknowledged) -> None:
    """Everything acknowledged is there as it was written, nothing is there by half, and the chain holds."""
    with Store.open(folder, key) as store:
        for what, visit in acknowledged:
            if what == "stage":
                assert store.visits.stage(visit.id) == visit or store.visits.get(visit.id) is not None
            else:
                assert store.visits.get(visit.id, visit.version) == visit
        assert_consistent(store)


def assert_consistent(store: Store) -> None:
    result = store.audit.verify()
    assert result.broken is None
    rows = store.lane.rows("SELECT visit_id, version, record FROM visit_version")
    for row in rows:
        assert from_json(Visit, json.loads(row["record"])).version == row["version"]
    versions = {(row["visit_id"], row["version"]) for row in rows}
    sql = "SELECT subject, subject_version FROM audit WHERE action IN ('visit.review', 'visit.sign')"
    audited = [(row["subject"], row["subject_version"]) for row in store.lane.rows(sql)]
    queued = [(row["item"], row["version"]) for row in store.lane.rows("SELECT item, version FROM outbox")]
    assert sorted(audited) == sorted(versions)
    assert sorted(queued) == sorted(versions)
    assert store.lane.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    assert store.lane.rows("PRAGMA foreign_key_check") == []
