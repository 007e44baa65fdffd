-- Version 3: what it adds to version 2. Leases are kept apart from reservations because one lease is of a whole pool, and
-- only while no Terraform state is known to hold it. What is published and noted is no promise: it has no event, and may be
-- deleted.

CREATE TABLE lease (
    pool  TEXT NOT NULL PRIMARY KEY REFERENCES pool (key) ON DELETE CASCADE,
    until TEXT NOT NULL,
    seal  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE published (
    name  TEXT NOT NULL PRIMARY KEY,
    at    TEXT NOT NULL,
    actor TEXT NOT NULL,
    body  TEXT NOT NULL,
    seal  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE plan_note (
    pool        TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    at          TEXT NOT NULL,
    until       TEXT NOT NULL,
    body        TEXT NOT NULL,
    seal        TEXT NOT NULL,
    PRIMARY KEY (pool, fingerprint)
) STRICT, WITHOUT ROWID;
