-- What this side counts, a row a day and count. Written once the day is over and never before, in whole tens: no state of these tables,
-- nor the difference of two of them, tells of fewer than ten of anything. Kept for 400 days.

CREATE TABLE origin_count (
    petition_id BYTEA  NOT NULL, -- whose; no bytes: of no petition
    day         BIGINT NOT NULL, -- days since 1970, in UTC
    name        TEXT   NOT NULL, -- what was counted
    number      BIGINT NOT NULL, -- a multiple of ten. Named 'whole': how many processes have counted all day
    PRIMARY KEY (petition_id, day, name)
) PARTITION BY RANGE (petition_id);
SELECT split_into_ranges('origin_count', 1);

-- Organisers' requests for counts that were answered, so that none is answered twice. Dropped after the next day.

CREATE TABLE origin_asked (
    nonce BYTEA  NOT NULL, -- 16 random bytes, the organiser's
    day   BIGINT NOT NULL, -- of the request
    PRIMARY KEY (nonce)
) PARTITION BY RANGE (nonce);
SELECT split_into_ranges('origin_asked', 1);
