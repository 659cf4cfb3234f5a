-- notes have an author
--
-- revision: b2
-- down_revision: a1

-- rev: upgrade
ALTER TABLE notes ADD COLUMN author VARCHAR(190);

-- rev: downgrade
ALTER TABLE notes DROP COLUMN author;
