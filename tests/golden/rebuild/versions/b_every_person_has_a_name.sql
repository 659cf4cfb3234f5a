-- every person has a name
--
-- revision: b
-- down_revision: a

-- rev: upgrade
UPDATE people SET name = '' WHERE name IS NULL;

-- rev: upgrade
CREATE TABLE new_people (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO new_people SELECT id, name FROM people;
DROP TABLE people;
ALTER TABLE new_people RENAME TO people;

-- rev: upgrade
CREATE INDEX people_name ON people (name);

-- rev: downgrade
ALTER TABLE people RENAME TO old_people;
CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO people SELECT id, name FROM old_people;
DROP TABLE old_people;
