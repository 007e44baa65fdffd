-- Version 1. One table a noun; the nouns are the same shape because one Rust type reads them all, and separate because
-- reservations refer to pools only and because a noun may grow columns of its own.
--
-- `seal` is the SHA-256 of the row's other columns; `hash` is that of the event and of the hash before it, or of the
-- ledger's id before the first. SQLite itself does not notice a byte that changed inside a value. `incarnation` and
-- `fence` are the `seq` of the event that set them: they only rise, and every reservation names the event that made it.

CREATE TABLE meta (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    ledger_id  TEXT    NOT NULL,
    created_at TEXT    NOT NULL
) STRICT;

CREATE TABLE identity (
    key          TEXT    NOT NULL PRIMARY KEY,
    owner        TEXT    NOT NULL,
    fingerprint  TEXT    NOT NULL,
    body         TEXT    NOT NULL CHECK (json_valid(body)),
    incarnation  INTEGER NOT NULL,
    acknowledged INTEGER NOT NULL CHECK (acknowledged IN (0, 1)),
    run          TEXT    NOT NULL,
    created_at   TEXT    NOT NULL,
    updated_at   TEXT    NOT NULL,
    seal         TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE pool (
    key          TEXT    NOT NULL PRIMARY KEY,
    owner        TEXT    NOT NULL,
    fingerprint  TEXT    NOT NULL,
    body         TEXT    NOT NULL CHECK (json_valid(body)),
    incarnation  INTEGER NOT NULL,
    acknowledged INTEGER NOT NULL CHECK (acknowledged IN (0, 1)),
    run          TEXT    NOT NULL,
    created_at   TEXT    NOT NULL,
    updated_at   TEXT    NOT NULL,
    seal         TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE split (
    key          TEXT    NOT NULL PRIMARY KEY,
    owner        TEXT    NOT NULL,
    fingerprint  TEXT    NOT NULL,
    body         TEXT    NOT NULL CHECK (json_valid(body)),
    incarnation  INTEGER NOT NULL,
    acknowledged INTEGER NOT NULL CHECK (acknowledged IN (0, 1)),
    run          TEXT    NOT NULL,
    created_at   TEXT    NOT NULL,
    updated_at   TEXT    NOT NULL,
    seal         TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE subject_group (
    key          TEXT    NOT NULL PRIMARY KEY,
    owner        TEXT    NOT NULL,
    fingerprint  TEXT    NOT NULL,
    body         TEXT    NOT NULL CHECK (json_valid(body)),
    incarnation  INTEGER NOT NULL,
    acknowledged INTEGER NOT NULL CHECK (acknowledged IN (0, 1)),
    run          TEXT    NOT NULL,
    created_at   TEXT    NOT NULL,
    updated_at   TEXT    NOT NULL,
    seal         TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- The primary key is the rule: a device is promised once, whatever the program does.
CREATE TABLE reservation (
    device  TEXT    NOT NULL PRIMARY KEY,
    pool    TEXT    NOT NULL REFERENCES pool (key) ON DELETE CASCADE,
    replica INTEGER NOT NULL CHECK (replica >= 0),
    node    TEXT    NOT NULL,
    model   TEXT    NOT NULL,
    fence   INTEGER NOT NULL,
    since   TEXT    NOT NULL,
    seal    TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX reservation_by_pool ON reservation (pool, replica, device);

CREATE TABLE event (
    seq    INTEGER PRIMARY KEY AUTOINCREMENT,
    at     TEXT NOT NULL,
    actor  TEXT NOT NULL,
    run    TEXT NOT NULL,
    action TEXT NOT NULL,
    kind   TEXT NOT NULL,
    key    TEXT NOT NULL,
    detail TEXT NOT NULL CHECK (json_valid(detail)),
    hash   TEXT NOT NULL
) STRICT;
CREATE TRIGGER event_is_never_updated BEFORE UPDATE ON event
BEGIN SELECT raise(ABORT, 'events are only ever added'); END;
CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
BEGIN SELECT raise(ABORT, 'events are only ever added'); END;
