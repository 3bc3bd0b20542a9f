-- Who looked at what is sealed, and who changed what is not for everybody. Each
-- row's link is a keyed hash over that of the row before, the number, the time
-- and what is sealed.
CREATE TABLE audit (
    number  INTEGER PRIMARY KEY,                 -- 1, 2, 3, … without gaps
    at      INTEGER NOT NULL,                    -- seconds
    sealed  BLOB    NOT NULL,
    link    BLOB    NOT NULL
);
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
