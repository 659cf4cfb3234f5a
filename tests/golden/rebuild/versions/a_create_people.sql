-- create people
--
-- revision: a

-- rev: upgrade
CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, person INTEGER REFERENCES people ON DELETE CASCADE);

-- rev: downgrade
DROP TABLE orders;
DROP TABLE people;
