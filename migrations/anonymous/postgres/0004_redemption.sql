-- Every nonce ever taken, in one narrow table that loses no row while the petition lives: that is what counts a token once.

CREATE TABLE nonce (
    petition_id BYTEA  NOT NULL,
    nonce       BYTEA  NOT NULL, -- 32 bytes, uniformly random
    leaf_index  BIGINT,          -- NULL while in the pool; set by the batch that publishes it
    PRIMARY KEY (petition_id, nonce)
) PARTITION BY RANGE (nonce);
SELECT split_into_ranges('nonce', 32);

-- The other bytes of tokens in the pool. Published ones stand in the log.
CREATE TABLE pool (
    petition_id   BYTEA NOT NULL,
    nonce         BYTEA NOT NULL,
    authenticator BYTEA NOT NULL, -- 256 bytes
    PRIMARY KEY (petition_id, nonce)
) PARTITION BY RANGE (nonce);
SELECT split_into_ranges('pool', 8);
