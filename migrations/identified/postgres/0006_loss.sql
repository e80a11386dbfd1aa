-- Tokens that were issued, stand in the count of the public log, and have no row in issuance: an older database was restored, and the
-- operator has said so (`migrate --accept-loss`). Empty otherwise.

CREATE TABLE accepted_loss (
    petition_id BYTEA NOT NULL,
    lost        BIGINT NOT NULL, -- added to the number of rows, so that the issued count never falls
    PRIMARY KEY (petition_id)
);
