-- What this side counts, a row a day and count. Written once the day is over and never before, in whole tens: no state of these tables,
-- nor the difference of two of them, tells of fewer than ten of anything. Kept for 400 days.

CREATE TABLE issuer_count (
    petition_id BLOB   NOT NULL, -- whose; no bytes: the installation's
    day         BIGINT NOT NULL, -- days since 1970, in UTC
    name        TEXT   NOT NULL, -- what was counted; with a mail provider after a slash, from a list that is built in
    number      BIGINT NOT NULL, -- a multiple of ten. Named 'whole': how many processes have counted all day
    PRIMARY KEY (petition_id, day, name)
) WITHOUT ROWID;

-- Organisers' requests for counts that were answered, so that none is answered twice. Dropped after the next day.

CREATE TABLE issuer_asked (
    nonce BLOB   NOT NULL, -- 16 random bytes, the organiser's
    day   BIGINT NOT NULL, -- of the request
    PRIMARY KEY (nonce)
) WITHOUT ROWID;
