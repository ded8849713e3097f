"""The tables, by migration. What is written here is never edited once released: add a migration instead."""

from __future__ import annotations

FOUNDATION = """
CREATE TABLE store_info (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE store_key (name TEXT PRIMARY KEY, wrapped BLOB NOT NULL, public_key BLOB NOT NULL);

CREATE TABLE patient (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  initials TEXT NOT NULL,          -- pinyin initials, readings separated by blanks
  number TEXT NOT NULL,
  sex TEXT NOT NULL,
  birth_date TEXT,
  record TEXT NOT NULL,            -- core.records.people.Patient
  updated_at TEXT NOT NULL
);
CREATE INDEX patient_number ON patient(number);

CREATE TABLE visit (
  id TEXT PRIMARY KEY,
  patient_id TEXT NOT NULL REFERENCES patient(id),
  started TEXT NOT NULL,
  kind TEXT NOT NULL,
  organization TEXT NOT NULL,
  department TEXT NOT NULL,
  state TEXT NOT NULL,             -- of the newest version or stage
  version INTEGER NOT NULL,        -- the newest version; 0 while only stages are saved
  signed_version INTEGER,          -- the newest signed version
  signed_at TEXT,
  updated_at TEXT NOT NULL
);
CREATE INDEX visit_patient ON visit(patient_id, started);
CREATE INDEX visit_started ON visit(started);
CREATE INDEX visit_signed ON visit(signed_at);

CREATE TABLE visit_version (
  visit_id TEXT NOT NULL REFERENCES visit(id),
  version INTEGER NOT NULL CHECK (version > 0),
  state TEXT NOT NULL,
  corrects INTEGER,
  reviewer TEXT NOT NULL,          -- '' until a person reviewed it
  signer TEXT NOT NULL,            -- '' until a person signed it
  record TEXT NOT NULL,            -- core.records.visits.Visit
  record_sha256 TEXT NOT NULL,
  saved_at TEXT NOT NULL,
  saved_by TEXT NOT NULL,
  PRIMARY KEY (visit_id, version)
);
CREATE TRIGGER visit_version_keeps BEFORE UPDATE ON visit_version
BEGIN SELECT RAISE(ABORT, 'store.immutable'); END;
CREATE TRIGGER visit_version_stays BEFORE DELETE ON visit_version
BEGIN SELECT RAISE(ABORT, 'store.immutable'); END;
CREATE TRIGGER visit_version_after_signing BEFORE INSERT ON visit_version
WHEN NEW.corrects IS NULL AND EXISTS (
  SELECT 1 FROM visit_version WHERE visit_id = NEW.visit_id AND state = 'signed')
BEGIN SELECT RAISE(ABORT, 'store.signed'); END;

CREATE TABLE stage (
  visit_id TEXT PRIMARY KEY REFERENCES visit(id),
  state TEXT NOT NULL,
  version INTEGER NOT NULL,
  record TEXT NOT NULL,
  saved_at TEXT NOT NULL
);

CREATE TABLE sealed_key (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,              -- payload | sound
  subject TEXT NOT NULL,           -- the visit, or '' where there is none
  wrapped BLOB,                    -- NULL once shredded
  created_at TEXT NOT NULL,
  shredded_at TEXT,
  reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX sealed_key_subject ON sealed_key(subject, kind);
CREATE INDEX sealed_key_age ON sealed_key(kind, created_at);
CREATE TRIGGER sealed_key_only_shreds BEFORE UPDATE ON sealed_key
WHEN NEW.wrapped IS NOT NULL OR NEW.id <> OLD.id
BEGIN SELECT RAISE(ABORT, 'store.immutable'); END;

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  previous TEXT NOT NULL,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  role TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  subject_version INTEGER NOT NULL,
  input_hash TEXT NOT NULL,
  engine TEXT NOT NULL,
  model_hash TEXT NOT NULL,
  prompt_hash TEXT NOT NULL,
  output_hash TEXT NOT NULL,
  changes_hash TEXT NOT NULL,
  signature TEXT NOT NULL,
  payload_hash TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  head_signature TEXT NOT NULL
);
CREATE INDEX audit_subject ON audit(subject, seq);
CREATE TABLE audit_payload (
  seq INTEGER PRIMARY KEY REFERENCES audit(seq),
  key_id TEXT NOT NULL REFERENCES sealed_key(id),
  sealed BLOB NOT NULL
);
CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'store.immutable'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'store.immutable'); END;
CREATE TRIGGER audit_payload_keeps BEFORE UPDATE ON audit_payload
BEGIN SELECT RAISE(ABORT, 'store.immutable'); END;
CREATE TRIGGER audit_payload_stays BEFORE DELETE ON audit_payload
BEGIN SELECT RAISE(ABORT, 'store.immutable'); END;

CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,              -- visit | referral | ...
  item TEXT NOT NULL,
  version INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  reviewer TEXT NOT NULL CHECK (length(reviewer) > 0),
  created_at TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  retry_at TEXT,
  sent_at TEXT,
  UNIQUE (kind, item, version)
);
CREATE INDEX outbox_waiting ON outbox(sent_at, created_at);
CREATE TRIGGER outbox_reviewed BEFORE INSERT ON outbox
WHEN NEW.kind = 'visit' AND NOT EXISTS (
  SELECT 1 FROM visit_version WHERE visit_id = NEW.item AND version = NEW.version
    AND state IN ('reviewed', 'signed') AND reviewer = NEW.reviewer AND reviewer <> '')
BEGIN SELECT RAISE(ABORT, 'policy.review'); END;
"""

PEOPLE = """
CREATE TABLE account (
  name TEXT PRIMARY KEY,
  display TEXT NOT NULL,
  role TEXT NOT NULL,
  registration TEXT NOT NULL,      -- number of the practising licence, where there is one
  active INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  created_by TEXT NOT NULL,
  pin TEXT NOT NULL,               -- JSON: salt, cost, check value
  failures INTEGER NOT NULL DEFAULT 0,
  wait_until TEXT,
  public_key TEXT NOT NULL,        -- Ed25519, hexadecimal; '' for those who never sign
  signing_key BLOB                 -- wrapped by PIN and data key
);
CREATE TABLE consent (
  id TEXT PRIMARY KEY,
  patient_id TEXT NOT NULL REFERENCES patient(id),
  visit_id TEXT,
  kind TEXT NOT NULL,
  answer TEXT NOT NULL,
  by_account TEXT NOT NULL,
  at TEXT NOT NULL,
  note TEXT NOT NULL
);
CREATE INDEX consent_patient ON consent(patient_id, kind, at);
CREATE TRIGGER consent_keeps BEFORE UPDATE ON consent BEGIN SELECT RAISE(ABORT, 'store.immutable'); END;
CREATE TRIGGER consent_stays BEFORE DELETE ON consent BEGIN SELECT RAISE(ABORT, 'store.immutable'); END;
CREATE TABLE person_setting (
  account TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,             -- JSON
  PRIMARY KEY (account, name)
) WITHOUT ROWID;
"""

SOUND = """
CREATE TABLE sound (
  id TEXT PRIMARY KEY,
  visit_id TEXT NOT NULL REFERENCES visit(id),
  key_id TEXT NOT NULL REFERENCES sealed_key(id),
  file TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,            -- of the sealed file
  created_at TEXT NOT NULL
);
CREATE INDEX sound_visit ON sound(visit_id);
"""

PATIENT_SEARCH = """
CREATE VIRTUAL TABLE patient_search USING fts5(tokens, detail='none', prefix='1 2 3');
"""
