-- create notes
--
-- revision: a1

-- rev: upgrade
CREATE TABLE notes (id INTEGER PRIMARY KEY, body VARCHAR(190) NOT NULL);

-- rev: downgrade
DROP TABLE notes;
