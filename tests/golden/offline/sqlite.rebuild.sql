.bail on
PRAGMA foreign_keys=ON;
.timeout 5000
-- Made by rev [VERSION] for SQLite: 1 revision, from a to b.
--     sqlite3 DATABASE_FILE < THIS_FILE
-- It stops at the first error, and before it changes anything where the database is not as it expects.
-- What has been committed stays; `rev upgrade` and `rev downgrade` continue from there.

-- rev's own tables, and where the database must be
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS "main"."rev_version" ( "version_num" varchar(255) NOT NULL PRIMARY KEY );
CREATE TABLE IF NOT EXISTS "main"."rev_history" ( "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "revision" varchar(255) NOT NULL, "direction" varchar(16) NOT NULL, "outcome" varchar(16) NOT NULL, "checksum" varchar(64), "message" text, "down_revisions" text, "depends_on" text, "branch_labels" text, "started" varchar(32) NOT NULL, "duration_ms" integer, "user" varchar(255), "host" varchar(255), "rev_version" varchar(32) NOT NULL, "downgrade" text, "error" text, "database_user" text );
CREATE TABLE IF NOT EXISTS "main"."rev_progress" ( "revision" varchar(255) NOT NULL, "part" integer NOT NULL, "direction" varchar(16) NOT NULL, "state" varchar(16) NOT NULL, "hash" varchar(64) NOT NULL, "definition" text, "started" varchar(32) NOT NULL, PRIMARY KEY ("revision", "part") );
CREATE TABLE IF NOT EXISTS "main"."rev_lock" ( "id" integer NOT NULL PRIMARY KEY, "format" integer NOT NULL, "epoch" integer NOT NULL, "host" varchar(255), "pid" integer, "user" varchar(255), "since" varchar(32), "lease" varchar(64), "lease_ends" integer, "fenced" integer );
INSERT INTO "main"."rev_lock" ("id", "format", "epoch") SELECT 1, 1, 0 WHERE NOT EXISTS(SELECT 1 FROM "main"."rev_lock" WHERE "id" = 1);
SELECT json_extract('{}', message) FROM (SELECT CASE
  WHEN (SELECT COUNT(*) FROM "main"."rev_lock" WHERE "id" = 1 AND "format" = 1) <> 1 THEN 'rev: the database has no journal of the format that this script writes'
  END AS message) AS found WHERE message IS NOT NULL;
SELECT json_extract('{}', message) FROM (SELECT CASE
  WHEN (SELECT COUNT(*) FROM "main"."rev_version") <> 1 OR (SELECT COUNT(*) FROM "main"."rev_version" WHERE "version_num" IN ('a')) <> 1 THEN 'rev: the database is at ' || COALESCE((SELECT group_concat(version_num, ', ') FROM (SELECT "version_num" FROM "main"."rev_version" ORDER BY "version_num" ASC) AS v), 'base') || ', not at a as this script expects'
  WHEN (SELECT COUNT(*) FROM "main"."rev_progress") <> 0 THEN 'rev: a revision is in progress, which this script does not expect'
  END AS message) AS found WHERE message IS NOT NULL;
COMMIT;

-- 1/1 upgrade b: every person has a name
-- versions/b_every_person_has_a_name.sql
-- part 1 of 3
BEGIN IMMEDIATE;
SAVEPOINT rev_guard;
UPDATE people SET name = '' WHERE name IS NULL;
RELEASE SAVEPOINT rev_guard;
INSERT INTO "main"."rev_progress" ("revision", "part", "direction", "state", "hash", "started") VALUES ('b', 1, 'upgrade', 'proved', 'd62ca6409594caf5e8aba8ff82a17dadfa0ff22b4a4ca6aaaf4066d2eaf395b7', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));
COMMIT;
-- part 2 of 3
-- a table is rebuilt, and that must reach no other table
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
SAVEPOINT rev_guard;
SELECT json_extract('{}', message) FROM (SELECT CASE
  WHEN (SELECT foreign_keys FROM pragma_foreign_keys) <> 0 THEN 'rev: foreign keys could not be switched off'
  END AS message) AS found WHERE message IS NOT NULL;
CREATE TEMP TABLE rev_shield AS SELECT (SELECT count(*) FROM pragma_foreign_key_check) AS n, (SELECT count(*) FROM main.sqlite_schema AS m, pragma_foreign_key_list(m.name, 'main') AS f WHERE m.type = 'table' AND NOT EXISTS (SELECT 1 FROM main.sqlite_schema AS t WHERE t.type = 'table' AND t.name = f."table" COLLATE NOCASE)) AS dangling;
CREATE TABLE new_people (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO new_people SELECT id, name FROM people;
DROP TABLE people;
PRAGMA legacy_alter_table = ON;
ALTER TABLE new_people RENAME TO people;
PRAGMA legacy_alter_table = OFF;
RELEASE SAVEPOINT rev_guard;
-- what `rev upgrade` checks and a shell cannot: views, triggers, and that other tables keep their rows
SELECT json_extract('{}', message) FROM (SELECT CASE
  WHEN (SELECT count(*) FROM main.sqlite_schema AS m, pragma_foreign_key_list(m.name, 'main') AS f WHERE m.type = 'table' AND NOT EXISTS (SELECT 1 FROM main.sqlite_schema AS t WHERE t.type = 'table' AND t.name = f."table" COLLATE NOCASE)) > (SELECT dangling FROM temp.rev_shield) THEN 'rev: a foreign key would refer to a table that is gone'
  WHEN (SELECT count(*) FROM pragma_foreign_key_check) > (SELECT n FROM temp.rev_shield) THEN 'rev: rows would refer to rows that are gone; PRAGMA foreign_key_check lists them'
  END AS message) AS found WHERE message IS NOT NULL;
DROP TABLE temp.rev_shield;
INSERT INTO "main"."rev_progress" ("revision", "part", "direction", "state", "hash", "started") VALUES ('b', 2, 'upgrade', 'proved', '5017a6b22b659f08635be314cf4a8a2e67dd949a1cfda6225fa64abddbac127c', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));
COMMIT;
PRAGMA foreign_keys = ON;
-- part 3 of 3
BEGIN IMMEDIATE;
SAVEPOINT rev_guard;
CREATE INDEX people_name ON people (name);
RELEASE SAVEPOINT rev_guard;
SELECT json_extract('{}', message) FROM (SELECT CASE
  WHEN (SELECT COUNT(*) FROM "main"."rev_version") <> 1 OR (SELECT COUNT(*) FROM "main"."rev_version" WHERE "version_num" IN ('a')) <> 1 THEN 'rev: the database is at ' || COALESCE((SELECT group_concat(version_num, ', ') FROM (SELECT "version_num" FROM "main"."rev_version" ORDER BY "version_num" ASC) AS v), 'base') || ', not at a as this script expects'
  WHEN (SELECT COUNT(*) FROM "main"."rev_progress") <> 2 OR (SELECT COUNT(*) FROM "main"."rev_progress" WHERE "revision" IN ('b')) <> 2 THEN 'rev: revision b is not in progress after part 2, as this script expects'
  END AS message) AS found WHERE message IS NOT NULL;
UPDATE "main"."rev_version" SET "version_num" = 'b' WHERE "version_num" = ('a');
DELETE FROM "main"."rev_progress" WHERE "revision" = ('b');
INSERT INTO "main"."rev_history" ("revision", "direction", "outcome", "checksum", "message", "down_revisions", "depends_on", "branch_labels", "started", "duration_ms", "user", "host", "rev_version", "downgrade") VALUES ('b', 'upgrade', 'done', 'd69046ef953942e2bf83dcee5994289f11bac142d920eefbcf56808d4559ad53', 'every person has a name', 'a', '', '', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), NULL, NULL, NULL, '[VERSION]', '-- rev: downgrade
ALTER TABLE people RENAME TO old_people;
CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO people SELECT id, name FROM old_people;
DROP TABLE old_people;
');
SELECT json_extract('{}', message) FROM (SELECT CASE
  WHEN (SELECT COUNT(*) FROM "main"."rev_version") <> 1 OR (SELECT COUNT(*) FROM "main"."rev_version" WHERE "version_num" IN ('b')) <> 1 THEN 'rev: the database is at ' || COALESCE((SELECT group_concat(version_num, ', ') FROM (SELECT "version_num" FROM "main"."rev_version" ORDER BY "version_num" ASC) AS v), 'base') || ', not at b as this script expects'
  WHEN (SELECT COUNT(*) FROM "main"."rev_progress") <> 0 THEN 'rev: a revision is in progress, which this script does not expect'
  END AS message) AS found WHERE message IS NOT NULL;
COMMIT;

-- the database is at b
