-- Everything that is kept of an address, and for how long. Keys are random or hashes: no row tells when it came.

CREATE TABLE installation (
    name  TEXT NOT NULL PRIMARY KEY, -- 'tag-key-check'
    value BYTEA NOT NULL              -- HMAC(tag key, "check"): another tag key must not be used on these tables
);

CREATE TABLE outbox (
    id     BYTEA  NOT NULL PRIMARY KEY, -- 16 random bytes
    sealed BYTEA  NOT NULL,             -- mail, encrypted, always of one size; gone when the mail is accepted
    day    BIGINT NOT NULL              -- dropped after a day whatever happens
) PARTITION BY RANGE (id);
SELECT split_into_ranges('outbox', 4);

CREATE TABLE tries (
    id    BYTEA  NOT NULL PRIMARY KEY, -- the sealed id of a verification; nothing of the address
    tries BIGINT NOT NULL,             -- wrong codes and check numbers, counted before comparing
    day   BIGINT NOT NULL
) PARTITION BY RANGE (id);
SELECT split_into_ranges('tries', 4);

CREATE TABLE confirmation (
    request_digest BYTEA  NOT NULL PRIMARY KEY, -- SHA-256 of the body that token requests come in
    sealed_tag     BYTEA  NOT NULL,             -- the address's tag under the day's key
    day            BIGINT NOT NULL              -- kept for two days, so that a lost answer can be asked again
) PARTITION BY RANGE (request_digest);
SELECT split_into_ranges('confirmation', 8);
