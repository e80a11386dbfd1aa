-- The logs: one per petition (log_id = petition_id) and one of the host (log_id = 32 zero bytes).

CREATE TABLE log_head (
    log_id      BLOB   NOT NULL PRIMARY KEY,
    tree_size   BIGINT NOT NULL, -- appending compares and swaps it
    root        BLOB   NOT NULL, -- 32 bytes
    signatures  BIGINT NOT NULL, -- entries of kind 1
    withdrawals BIGINT NOT NULL, -- entries of kind 2
    issued      BIGINT NOT NULL, -- the last statement's count
    ended       BIGINT NOT NULL  -- 1 once the last batch is in: nothing more is taken
) WITHOUT ROWID;

CREATE TABLE log_entry (
    log_id     BLOB   NOT NULL,
    leaf_index BIGINT NOT NULL,
    entry      BLOB   NOT NULL, -- kind byte and body
    PRIMARY KEY (log_id, leaf_index)
) WITHOUT ROWID;

CREATE TABLE log_hash (
    log_id   BLOB   NOT NULL,
    level    BIGINT NOT NULL, -- tile level: 0 are leaf hashes, 1 roots of 256 of them, and so on
    position BIGINT NOT NULL,
    hash     BLOB   NOT NULL, -- 32 bytes
    PRIMARY KEY (log_id, level, position)
) WITHOUT ROWID;
