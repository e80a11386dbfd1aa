-- Every withdrawal ever taken, beside the nonce of its signature. Like nonce, it loses no row while the petition lives: twice is once.

CREATE TABLE withdrawal (
    petition_id    BYTEA  NOT NULL,
    nonce          BYTEA  NOT NULL, -- that of a row in nonce; 32 bytes, uniformly random
    withdrawal_key BYTEA  NOT NULL, -- 32 bytes; public with the batch that publishes it
    leaf_index     BIGINT,          -- where the withdrawal stands in the log; NULL while it waits for its batch
    PRIMARY KEY (petition_id, nonce)
) PARTITION BY RANGE (nonce);
SELECT split_into_ranges('withdrawal', 8);

-- Those that wait, so that a tick does not read the published ones.
CREATE INDEX withdrawal_waiting ON withdrawal (petition_id, nonce) WHERE leaf_index IS NULL;
