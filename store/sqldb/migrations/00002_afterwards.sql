-- What happens to a case after it was sent. What came late became a list of
-- everything that happened; identities stand apart; cases are found by their code
-- and by their card.

ALTER TABLE cases ADD COLUMN ticket BLOB;            -- lookup of the code; NULL: from before
ALTER TABLE cases ADD COLUMN identity_sealed BLOB;   -- NULL: anonymous, or forgotten
ALTER TABLE cases ADD COLUMN files_gone INTEGER NOT NULL DEFAULT 0;
-- Not unique: two of fifty random bits may be alike, and both are to be kept.
CREATE INDEX cases_ticket ON cases (ticket);

ALTER TABLE deliveries ADD COLUMN card BLOB;         -- lookup of intake and card
CREATE INDEX deliveries_card ON deliveries (card) WHERE card IS NOT NULL;

-- Guesses at receipts, by code and by who guesses.
CREATE TABLE guesses (
    key     BLOB    PRIMARY KEY,
    wrong   INTEGER NOT NULL,
    at      INTEGER NOT NULL,                        -- of the last one, seconds
    was     INTEGER NOT NULL DEFAULT 0               -- of the one before
) WITHOUT ROWID;

-- What people asked of their data (UU 27/2022): which request, when, until when,
-- when it was done. Who asked is not kept.
CREATE TABLE requests (
    number  TEXT    PRIMARY KEY,
    kind    TEXT    NOT NULL,
    at      INTEGER NOT NULL,                        -- seconds
    until   INTEGER NOT NULL,
    done    INTEGER
) WITHOUT ROWID;
