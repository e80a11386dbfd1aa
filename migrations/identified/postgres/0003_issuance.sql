-- One row per petition and address. The petition tag can be computed only with the petition's secret, which the close destroys.

CREATE TABLE issuance (
    petition_id  BYTEA NOT NULL,
    petition_tag BYTEA NOT NULL, -- HMAC(petition secret, tag), 32 bytes
    request_hash BYTEA NOT NULL, -- SHA-256 of the one TokenRequest that is signed, 32 bytes
    PRIMARY KEY (petition_id, petition_tag)
) PARTITION BY RANGE (petition_tag);
SELECT split_into_ranges('issuance', 32);
