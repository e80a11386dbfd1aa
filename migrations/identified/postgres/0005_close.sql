-- Petitions whose life is over. The row is written in the transaction that deletes the petition's rows of `issuance`; after it nothing
-- is issued any more. Whether the keys are destroyed is told by the files, not by a row.

CREATE TABLE closed (
    petition_id BYTEA  NOT NULL PRIMARY KEY,
    issued      BIGINT NOT NULL              -- the final count, which the close statement repeats
);
