-- create notes
--
-- revision: 5c1e77aa0b42
-- created: 2026-11-20T09:00:00Z

-- rev: upgrade
CREATE TABLE notes (id INTEGER PRIMARY KEY, body VARCHAR(500) NOT NULL);

-- rev: upgrade
INSERT INTO notes (id, body) VALUES (1, 'the schema is there before the program starts');

-- rev: downgrade
DROP TABLE notes;
