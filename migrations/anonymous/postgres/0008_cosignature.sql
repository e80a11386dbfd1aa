-- What witnesses have signed: of each witness and log the newest cosignature. Public; served with the checkpoint that it belongs to.

CREATE TABLE cosignature (
    log_id    BYTEA   NOT NULL, -- as in log_head
    witness   TEXT   NOT NULL, -- the witness's key, a vkey
    tree_size BIGINT NOT NULL, -- the tree that it has seen last
    line      TEXT   NOT NULL, -- to be added to that tree's note; holds a time, which is the tick's
    PRIMARY KEY (log_id, witness)
);
