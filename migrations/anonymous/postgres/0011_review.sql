-- What organisers have handed in and nobody else sees until the operator's moderator has accepted it. Each side has its own.

CREATE TABLE review (
    petition_id         BYTEA  NOT NULL, -- SHA-256 of the canonical manifest
    slug                TEXT   UNIQUE,   -- nobody else gets it meanwhile; NULL where it is refused, for then it is free
    organiser_key       BYTEA  NOT NULL, -- 32 bytes
    manifest            BYTEA  NOT NULL, -- canonical JSON
    organiser_signature BYTEA  NOT NULL, -- 64 bytes
    state               BIGINT NOT NULL, -- 0 waits, 1 accepted, 2 refused and its key is still there, 3 refused
    reason              TEXT,            -- the moderator's words, where it is refused
    day                 BIGINT NOT NULL, -- on which it was handed in, or refused
    PRIMARY KEY (petition_id)
);

-- Whose petitions are published at once, beside those of the configuration.
CREATE TABLE organiser (
    public_key BYTEA NOT NULL, -- 32 bytes
    name       TEXT  NOT NULL, -- the operator's, for himself
    PRIMARY KEY (public_key)
);

-- Questions of organisers that were answered: none is answered twice.
CREATE TABLE question (
    nonce BYTEA  NOT NULL, -- 16 bytes
    day   BIGINT NOT NULL, -- dropped after the next day
    PRIMARY KEY (nonce)
);
