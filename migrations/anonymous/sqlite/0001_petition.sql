-- Public petition data, the same on both sides, and what was prepared for petitions that are not published yet.

CREATE TABLE petition (
    petition_id         BLOB   NOT NULL PRIMARY KEY, -- SHA-256 of the canonical manifest
    slug                TEXT   NOT NULL UNIQUE,      -- never reused
    manifest            BLOB   NOT NULL,             -- canonical JSON
    organiser_signature BLOB   NOT NULL,             -- 64 bytes
    opens_at            BIGINT NOT NULL,             -- seconds, from the manifest
    position            BIGINT UNIQUE                -- order of opening, from 0; NULL before; eight make a bundle
) WITHOUT ROWID;

CREATE TABLE prepared (
    slug          TEXT   NOT NULL,
    organiser_key BLOB   NOT NULL, -- 32 bytes
    public_key    BLOB   NOT NULL, -- what the manifest must name: SPKI of the token key, or the log's Ed25519 key
    day           BIGINT NOT NULL, -- dropped, with its secret, after the next day
    PRIMARY KEY (slug, organiser_key)
) WITHOUT ROWID;
