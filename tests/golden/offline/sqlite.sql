.bail on
PRAGMA foreign_keys=ON;
.timeout 5000
-- Made by rev [VERSION] for SQLite: 2 revisions, from base to b.
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
  WHEN (SELECT COUNT(*) FROM "main"."rev_version") <> 0 THEN 'rev: the database is at ' || COALESCE((SELECT group_concat(version_num, ', ') FROM (SELECT "version_num" FROM "main"."rev_version" ORDER BY "version_num" ASC) AS v), 'base') || ', not at base as this script expects'
  WHEN (SELECT COUNT(*) FROM "main"."rev_progress") <> 0 THEN 'rev: a revision is in progress, which this script does not expect'
  END AS message) AS found WHERE message IS NOT NULL;
COMMIT;

-- 1/2 upgrade a: a
-- versions/a.sql
BEGIN IMMEDIATE;
SAVEPOINT rev_guard;
CREATE TABLE t (n INTEGER, s VARCHAR(20));
RELEASE SAVEPOINT rev_guard;
SELECT json_extract('{}', message) FROM (SELECT CASE
  WHEN (SELECT COUNT(*) FROM "main"."rev_version") <> 0 THEN 'rev: the database is at ' || COALESCE((SELECT group_concat(version_num, ', ') FROM (SELECT "version_num" FROM "main"."rev_version" ORDER BY "version_num" ASC) AS v), 'base') || ', not at base as this script expects'
  WHEN (SELECT COUNT(*) FROM "main"."rev_progress") <> 0 THEN 'rev: a revision is in progress, which this script does not expect'
  END AS message) AS found WHERE message IS NOT NULL;
INSERT INTO "main"."rev_version" ("version_num") VALUES ('a');
INSERT INTO "main"."rev_history" ("revision", "direction", "outcome", "checksum", "message", "down_revisions", "depends_on", "branch_labels", "started", "duration_ms", "user", "host", "rev_version", "downgrade") VALUES ('a', 'upgrade', 'done', '6cbb7472ba3cbacb85072dbc45d32c689bc73e0e3cb025a613796b574234627d', 'a', '', '', '', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), NULL, NULL, NULL, '[VERSION]', '-- rev: downgrade
DROP TABLE t;
');
SELECT json_extract('{}', message) FROM (SELECT CASE
  WHEN (SELECT COUNT(*) FROM "main"."rev_version") <> 1 OR (SELECT COUNT(*) FROM "main"."rev_version" WHERE "version_num" IN ('a')) <> 1 THEN 'rev: the database is at ' || COALESCE((SELECT group_concat(version_num, ', ') FROM (SELECT "version_num" FROM "main"."rev_version" ORDER BY "version_num" ASC) AS v), 'base') || ', not at a as this script expects'
  WHEN (SELECT COUNT(*) FROM "main"."rev_progress") <> 0 THEN 'rev: a revision is in progress, which this script does not expect'
  END AS message) AS found WHERE message IS NOT NULL;
COMMIT;

-- 2/2 upgrade b: b
-- versions/b.sql
SELECT json_extract('{}', message) FROM (SELECT CASE
  WHEN (SELECT COUNT(*) FROM "main"."rev_version") <> 1 OR (SELECT COUNT(*) FROM "main"."rev_version" WHERE "version_num" IN ('a')) <> 1 THEN 'rev: the database is at ' || COALESCE((SELECT group_concat(version_num, ', ') FROM (SELECT "version_num" FROM "main"."rev_version" ORDER BY "version_num" ASC) AS v), 'base') || ', not at a as this script expects'
  WHEN (SELECT COUNT(*) FROM "main"."rev_progress") <> 0 THEN 'rev: a revision is in progress, which this script does not expect'
  END AS message) AS found WHERE message IS NOT NULL;
-- part 1 of 2
BEGIN IMMEDIATE;
SAVEPOINT rev_guard;
CREATE TRIGGER tr AFTER INSERT ON t BEGIN
  UPDATE t SET s = '.x';
END;
RELEASE SAVEPOINT rev_guard;
PRAGMA query_only = OFF;
INSERT INTO "main"."rev_progress" ("revision", "part", "direction", "state", "hash", "started") VALUES ('b', 1, 'upgrade', 'proved', '006c5d8c5d81415355a55a6ea32da9301f0711bdd61993304aa2e8815a41d6de', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));
COMMIT;
-- part 2 of 2
PRAGMA foreign_keys = OFF;
PRAGMA query_only = OFF;
BEGIN IMMEDIATE;
SELECT json_extract('{}', message) FROM (SELECT CASE
  WHEN (SELECT COUNT(*) FROM "main"."rev_version") <> 1 OR (SELECT COUNT(*) FROM "main"."rev_version" WHERE "version_num" IN ('a')) <> 1 THEN 'rev: the database is at ' || COALESCE((SELECT group_concat(version_num, ', ') FROM (SELECT "version_num" FROM "main"."rev_version" ORDER BY "version_num" ASC) AS v), 'base') || ', not at a as this script expects'
  WHEN (SELECT COUNT(*) FROM "main"."rev_progress") <> 1 OR (SELECT COUNT(*) FROM "main"."rev_progress" WHERE "revision" IN ('b')) <> 1 THEN 'rev: revision b is not in progress after part 1, as this script expects'
  END AS message) AS found WHERE message IS NOT NULL;
UPDATE "main"."rev_version" SET "version_num" = 'b' WHERE "version_num" = ('a');
DELETE FROM "main"."rev_progress" WHERE "revision" = ('b');
INSERT INTO "main"."rev_history" ("revision", "direction", "outcome", "checksum", "message", "down_revisions", "depends_on", "branch_labels", "started", "duration_ms", "user", "host", "rev_version", "downgrade") VALUES ('b', 'upgrade', 'done', 'c6a096224148f6ad6f95be21e539589dc9673c07681182ef6bd56451daec20ea', 'b', 'a', '', '', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), NULL, NULL, NULL, '[VERSION]', '-- rev: downgrade
');
SELECT json_extract('{}', message) FROM (SELECT CASE
  WHEN (SELECT COUNT(*) FROM "main"."rev_version") <> 1 OR (SELECT COUNT(*) FROM "main"."rev_version" WHERE "version_num" IN ('b')) <> 1 THEN 'rev: the database is at ' || COALESCE((SELECT group_concat(version_num, ', ') FROM (SELECT "version_num" FROM "main"."rev_version" ORDER BY "version_num" ASC) AS v), 'base') || ', not at b as this script expects'
  WHEN (SELECT COUNT(*) FROM "main"."rev_progress") <> 0 THEN 'rev: a revision is in progress, which this script does not expect'
  END AS message) AS found WHERE message IS NOT NULL;
COMMIT;
PRAGMA foreign_keys = ON;
PRAGMA defer_foreign_keys = OFF;
PRAGMA ignore_check_constraints = OFF;
PRAGMA recursive_triggers = OFF;
PRAGMA case_sensitive_like = OFF;
PRAGMA legacy_alter_table = OFF;
PRAGMA reverse_unordered_selects = OFF;
PRAGMA writable_schema = OFF;
PRAGMA locking_mode = NORMAL;

-- the database is at b
