-- Groups that the bot was added to and that wait for the operator's word, by a
-- code that works once.
CREATE TABLE joins (
    code    BLOB    PRIMARY KEY,                 -- lookup
    until   INTEGER NOT NULL,                    -- seconds
    sealed  BLOB    NOT NULL
) WITHOUT ROWID;
