.bail on
PRAGMA foreign_keys=ON;
.timeout 5000
-- Made by rev [VERSION] for SQLite: 2 revisions, from b to base.
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
  WHEN (SELECT COUNT(*) FROM "main"."rev_version") <> 1 OR (SELECT COUNT(*) FROM "main"."rev_version" WHERE "version_num" IN ('b')) <> 1 THEN 'rev: the database is at ' || COALESCE((SELECT group_concat(version_num, ', ') FROM (SELECT "version_num" FROM "main"."rev_version" ORDER BY "version_num" ASC) AS v), 'base') || ', not at b as this script expects'
  WHEN (SELECT COUNT(*) FROM "main"."rev_progress") <> 0 THEN 'rev: a revision is in progress, which this script does not expect'
  END AS message) AS found WHERE message IS NOT NULL;
COMMIT;

-- 1/2 downgrade b: b
-- versions/b.sql
BEGIN IMMEDIATE;
SAVEPOINT rev_guard;
RELEASE SAVEPOINT rev_guard;
SELECT json_extract('{}', message) FROM (SELECT CASE
  WHEN (SELECT COUNT(*) FROM "main"."rev_version") <> 1 OR (SELECT COUNT(*) FROM "main"."rev_version" WHERE "version_num" IN ('b')) <> 1 THEN 'rev: the database is at ' || COALESCE((SELECT group_concat(version_num, ', ') FROM (SELECT "version_num" FROM "main"."rev_version" ORDER BY "version_num" ASC) AS v), 'base') || ', not at b as this script expects'
  WHEN (SELECT COUNT(*) FROM "main"."rev_progress") <> 0 THEN 'rev: a revision is in progress, which this script does not expect'
  END AS message) AS found WHERE message IS NOT NULL;
UPDATE "main"."rev_version" SET "version_num" = 'a' WHERE "version_num" = ('b');
INSERT INTO "main"."rev_history" ("revision", "direction", "outcome", "checksum", "message", "down_revisions", "depends_on", "branch_labels", "started", "duration_ms", "user", "host", "rev_version", "downgrade") VALUES ('b', 'downgrade', 'done', 'c6a096224148f6ad6f95be21e539589dc9673c07681182ef6bd56451daec20ea', 'b', 'a', '', '', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), NULL, NULL, NULL, '[VERSION]', NULL);
SELECT json_extract('{}', message) FROM (SELECT CASE
  WHEN (SELECT COUNT(*) FROM "main"."rev_version") <> 1 OR (SELECT COUNT(*) FROM "main"."rev_version" WHERE "version_num" IN ('a')) <> 1 THEN 'rev: the database is at ' || COALESCE((SELECT group_concat(version_num, ', ') FROM (SELECT "version_num" FROM "main"."rev_version" ORDER BY "version_num" ASC) AS v), 'base') || ', not at a as this script expects'
  WHEN (SELECT COUNT(*) FROM "main"."rev_progress") <> 0 THEN 'rev: a revision is in progress, which this script does not expect'
  END AS message) AS found WHERE message IS NOT NULL;
COMMIT;

-- 2/2 downgrade a: a
-- versions/a.sql
SELECT json_extract('{}', message) FROM (SELECT CASE
  WHEN (SELECT COUNT(*) FROM "main"."rev_version") <> 1 OR (SELECT COUNT(*) FROM "main"."rev_version" WHERE "version_num" IN ('a')) <> 1 THEN 'rev: the database is at ' || COALESCE((SELECT group_concat(version_num, ', ') FROM (SELECT "version_num" FROM "main"."rev_version" ORDER BY "version_num" ASC) AS v), 'base') || ', not at a as this script expects'
  WHEN (SELECT COUNT(*) FROM "main"."rev_progress") <> 0 THEN 'rev: a revision is in progress, which this script does not expect'
  END AS message) AS found WHERE message IS NOT NULL;
BEGIN IMMEDIATE;
SAVEPOINT rev_guard;
DROP TABLE t;
RELEASE SAVEPOINT rev_guard;
SELECT json_extract('{}', message) FROM (SELECT CASE
  WHEN (SELECT COUNT(*) FROM "main"."rev_version") <> 1 OR (SELECT COUNT(*) FROM "main"."rev_version" WHERE "version_num" IN ('a')) <> 1 THEN 'rev: the database is at ' || COALESCE((SELECT group_concat(version_num, ', ') FROM (SELECT "version_num" FROM "main"."rev_version" ORDER BY "version_num" ASC) AS v), 'base') || ', not at a as this script expects'
  WHEN (SELECT COUNT(*) FROM "main"."rev_progress") <> 0 THEN 'rev: a revision is in progress, which this script does not expect'
  END AS message) AS found WHERE message IS NOT NULL;
DELETE FROM "main"."rev_version" WHERE "version_num" IN ('a');
INSERT INTO "main"."rev_history" ("revision", "direction", "outcome", "checksum", "message", "down_revisions", "depends_on", "branch_labels", "started", "duration_ms", "user", "host", "rev_version", "downgrade") VALUES ('a', 'downgrade', 'done', '6cbb7472ba3cbacb85072dbc45d32c689bc73e0e3cb025a613796b574234627d', 'a', '', '', '', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), NULL, NULL, NULL, '[VERSION]', NULL);
SELECT json_extract('{}', message) FROM (SELECT CASE
  WHEN (SELECT COUNT(*) FROM "main"."rev_version") <> 0 THEN 'rev: the database is at ' || COALESCE((SELECT group_concat(version_num, ', ') FROM (SELECT "version_num" FROM "main"."rev_version" ORDER BY "version_num" ASC) AS v), 'base') || ', not at base as this script expects'
  WHEN (SELECT COUNT(*) FROM "main"."rev_progress") <> 0 THEN 'rev: a revision is in progress, which this script does not expect'
  END AS message) AS found WHERE message IS NOT NULL;
COMMIT;

-- the database is at base
