-- Version 2: what it adds to version 1. The same shape as the nouns there.

CREATE TABLE IF NOT EXISTS access_grant (
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

CREATE TABLE IF NOT EXISTS duty_constraint (
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
