-- Pictures of petitions as pages show them: written anew by the server, nothing in them but pixels.

CREATE TABLE picture (
    petition_id BYTEA  NOT NULL,
    jpeg        BYTEA  NOT NULL,
    width       BIGINT NOT NULL, -- pixels
    height      BIGINT NOT NULL, -- pixels
    PRIMARY KEY (petition_id)
);
