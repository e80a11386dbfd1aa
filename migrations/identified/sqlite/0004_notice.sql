-- What organiser and operator have said about petitions since: public, the same on both sides.

CREATE TABLE notice (
    petition_id BLOB   NOT NULL,
    notice_id   BLOB   NOT NULL, -- SHA-256 of the canonical notice: the same notice is kept once
    notice      BLOB   NOT NULL, -- canonical JSON
    signature   BLOB   NOT NULL, -- 64 bytes
    by_operator BIGINT NOT NULL, -- 1 where the operator signs it, 0 where the organiser does
    leaf_index  BIGINT,          -- place in the petition's log; NULL on the identified side, which has none
    PRIMARY KEY (petition_id, notice_id)
) WITHOUT ROWID;
