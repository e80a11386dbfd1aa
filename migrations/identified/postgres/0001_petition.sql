-- Public petition data, the same on both sides, and what was prepared for petitions that are not published yet.

CREATE TABLE petition (
    petition_id         BYTEA  NOT NULL PRIMARY KEY, -- SHA-256 of the canonical manifest
    slug                TEXT   NOT NULL UNIQUE,      -- never reused
    manifest            BYTEA  NOT NULL,             -- canonical JSON
    organiser_signature BYTEA  NOT NULL,             -- 64 bytes
    opens_at            BIGINT NOT NULL,             -- seconds, from the manifest
    position            BIGINT UNIQUE                -- order of opening, from 0; NULL before; eight make a bundle
);

CREATE TABLE prepared (
    slug          TEXT   NOT NULL,
    organiser_key BYTEA  NOT NULL, -- 32 bytes
    public_key    BYTEA  NOT NULL, -- what the manifest must name: SPKI of the token key, or the log's Ed25519 key
    day           BIGINT NOT NULL, -- dropped, with its secret, after the next day
    PRIMARY KEY (slug, organiser_key)
);

-- Splits a table into ranges of its key, of which a large one is rewritten one after another (server/src/storage/rewrite/postgres.rs).
-- Keys are uniformly random: their first byte is enough. Nothing is sampled for the planner, for pg_statistic would keep values of
-- rows that are gone; nothing is stored apart from its row; and autovacuum has nothing to do where everything is rewritten.
CREATE FUNCTION split_into_ranges(parent TEXT, ranges INT) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
    attribute NAME;
    part TEXT;
    low TEXT;
    high TEXT;
BEGIN
    FOR attribute IN SELECT attname FROM pg_attribute WHERE attrelid = parent::REGCLASS AND attnum > 0 LOOP
        EXECUTE format('ALTER TABLE %1$I ALTER COLUMN %2$I SET STORAGE PLAIN, ALTER COLUMN %2$I SET STATISTICS 0',
                       parent, attribute);
    END LOOP;
    FOR number IN 0 .. ranges - 1 LOOP
        part := parent || '_' || number;
        low := quote_literal('\x' || lpad(to_hex(number * 256 / ranges), 2, '0'));
        high := quote_literal('\x' || lpad(to_hex((number + 1) * 256 / ranges), 2, '0'));
        IF number = 0 THEN low := 'MINVALUE'; END IF;
        IF number = ranges - 1 THEN high := 'MAXVALUE'; END IF;
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%s) TO (%s) WITH (autovacuum_enabled = false)',
                       part, parent, low, high);
        FOR attribute IN SELECT attname FROM pg_attribute WHERE attrelid = part::REGCLASS AND attnum > 0 LOOP
            EXECUTE format('ALTER TABLE %I ALTER COLUMN %I SET STATISTICS 0', part, attribute);
        END LOOP;
    END LOOP;
END
$$;
