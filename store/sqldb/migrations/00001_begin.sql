-- The first shape of the database. Columns named "sealed" or "…_sealed" hold
-- AEAD ciphertext bound to their row, keys are keyed hashes of 16 bytes, times
-- are Unix seconds or, where that is enough, minutes.

-- Reports in progress, when there is no Redis.
CREATE TABLE sessions (
    id            INTEGER PRIMARY KEY,
    who           TEXT    NOT NULL UNIQUE,       -- the reporter's key
    version       INTEGER NOT NULL,
    expires       INTEGER NOT NULL,              -- seconds
    sealed        BLOB    NOT NULL,
    prompt_sealed BLOB                           -- NULL: unknown
);
CREATE INDEX sessions_expire ON sessions (expires);

-- Finished reports. What was attached later and the way back stand apart, so
-- that the one can grow and the other can go.
CREATE TABLE cases (
    id            INTEGER PRIMARY KEY,
    report        BLOB    NOT NULL UNIQUE,       -- lookup of the report's identifier
    opened        INTEGER NOT NULL,              -- minutes
    sealed        BLOB    NOT NULL,
    return_sealed BLOB,                          -- NULL: none, or forgotten
    late          INTEGER NOT NULL DEFAULT 0,    -- how many files came late
    late_at       INTEGER NOT NULL DEFAULT 0,    -- when the last one came, seconds
    late_sealed   BLOB
);

-- A case on its way to an intake. due is when it may be claimed: a claim moves
-- it to the end of the lease, settling makes it NULL.
CREATE TABLE deliveries (
    id            INTEGER PRIMARY KEY,
    case_id       INTEGER NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    intake        BLOB    NOT NULL,              -- lookup of the intake's name
    due           INTEGER,                       -- seconds
    since         INTEGER NOT NULL,              -- seconds
    claim         INTEGER NOT NULL DEFAULT 0,    -- counts the claims
    card_sealed   BLOB,
    files         INTEGER NOT NULL DEFAULT 0,
    told          INTEGER NOT NULL DEFAULT 0,
    tries         INTEGER NOT NULL DEFAULT 0,
    alarmed       INTEGER NOT NULL DEFAULT 0,
    UNIQUE (case_id, intake)
);
-- since and case_id are for counting without a look at the table.
CREATE INDEX deliveries_due ON deliveries (intake, due, since, case_id) WHERE due IS NOT NULL;

-- Messages received and not yet worked on. Identifiers grow, so their order is
-- the order of arrival.
CREATE TABLE inbox (
    id            INTEGER PRIMARY KEY,
    message       BLOB    NOT NULL UNIQUE,       -- lookup of channel and message
    channel       BLOB    NOT NULL,              -- lookup of the channel
    sealed        BLOB    NOT NULL
);

-- Changed to see whether the database can be written to.
CREATE TABLE ping (n INTEGER NOT NULL);
INSERT INTO ping (n) VALUES (0);
