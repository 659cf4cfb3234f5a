-- Made by rev [VERSION] for MariaDB: 1 revision, from a to b.
--     mariadb DATABASE < THIS_FILE
-- It stops at the first error, and before it changes anything where the database is not as it expects.
-- What has been committed stays; `rev upgrade` and `rev downgrade` continue from there.

-- a session as rev would have it
SET @rev_check = COALESCE((SELECT CONCAT('SIGNAL SQLSTATE ''45000'' SET MESSAGE_TEXT = ', QUOTE(LEFT(message, 400))) FROM (SELECT CASE
  WHEN VERSION() NOT LIKE '%MariaDB%' THEN 'rev: this script is for MariaDB, and the server is another product'
  END AS message) AS found WHERE message IS NOT NULL), 'DO 0');
EXECUTE IMMEDIATE @rev_check;
SET NAMES utf8mb4;
SET @rev_autocommit = @@SESSION.autocommit, @rev_sql_mode = @@SESSION.sql_mode, @rev_foreign_key_checks = @@SESSION.foreign_key_checks, @rev_unique_checks = @@SESSION.unique_checks, @rev_sql_safe_updates = @@SESSION.sql_safe_updates, @rev_sql_select_limit = @@SESSION.sql_select_limit, @rev_time_zone = @@SESSION.time_zone, @rev_default_storage_engine = @@SESSION.default_storage_engine, @rev_tx_isolation = @@SESSION.tx_isolation, @rev_tx_read_only = @@SESSION.tx_read_only, @rev_lock_wait_timeout = @@SESSION.lock_wait_timeout, @rev_innodb_lock_wait_timeout = @@SESSION.innodb_lock_wait_timeout, @rev_max_statement_time = @@SESSION.max_statement_time;
SET @rev_role = CONCAT('SET ROLE ', COALESCE(CONCAT('`', REPLACE(CURRENT_ROLE(), '`', '``'), '`'), 'NONE'));

-- rev's own tables, and where the database must be
SET @rev_check = COALESCE((SELECT CONCAT('SIGNAL SQLSTATE ''45000'' SET MESSAGE_TEXT = ', QUOTE(LEFT(message, 400))) FROM (SELECT CASE
  WHEN (SELECT COUNT(*) FROM `rev_version`) <> 1 OR (SELECT COUNT(*) FROM `rev_version` WHERE `version_num` IN ('a')) <> 1 THEN CONCAT('rev: the database is at ', COALESCE((SELECT GROUP_CONCAT(version_num SEPARATOR ', ') FROM (SELECT `version_num` FROM `rev_version` ORDER BY `version_num` ASC) AS v), 'base'), ', not at a as this script expects')
  END AS message) AS found WHERE message IS NOT NULL), 'DO 0');
EXECUTE IMMEDIATE @rev_check;
CREATE TABLE IF NOT EXISTS `rev_version` ( `version_num` varchar(255) NOT NULL PRIMARY KEY ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `rev_history` ( `id` bigint NOT NULL PRIMARY KEY AUTO_INCREMENT, `revision` varchar(255) NOT NULL, `direction` varchar(16) NOT NULL, `outcome` varchar(16) NOT NULL, `checksum` varchar(64), `message` longtext, `down_revisions` longtext, `depends_on` longtext, `branch_labels` longtext, `started` varchar(32) NOT NULL, `duration_ms` bigint, `user` varchar(255), `host` varchar(255), `rev_version` varchar(32) NOT NULL, `downgrade` longtext, `error` longtext, `database_user` longtext ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `rev_progress` ( `revision` varchar(255) NOT NULL, `part` int NOT NULL, `direction` varchar(16) NOT NULL, `state` varchar(16) NOT NULL, `hash` varchar(64) NOT NULL, `definition` longtext, `started` varchar(32) NOT NULL, PRIMARY KEY (`revision`, `part`) ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `rev_lock` ( `id` int NOT NULL PRIMARY KEY, `format` int NOT NULL, `epoch` bigint NOT NULL, `host` varchar(255), `pid` bigint, `user` varchar(255), `since` varchar(32), `lease` varchar(64), `lease_ends` bigint, `fenced` bigint ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT INTO `rev_lock` (`id`, `format`, `epoch`) SELECT 1, 1, 0 WHERE NOT EXISTS(SELECT 1 FROM `rev_lock` WHERE `id` = 1);
SET @rev_check = COALESCE((SELECT CONCAT('SIGNAL SQLSTATE ''45000'' SET MESSAGE_TEXT = ', QUOTE(LEFT(message, 400))) FROM (SELECT CASE
  WHEN (SELECT COUNT(*) FROM `rev_lock` WHERE `id` = 1 AND `format` = 1) <> 1 THEN 'rev: the database has no journal of the format that this script writes'
  END AS message) AS found WHERE message IS NOT NULL), 'DO 0');
EXECUTE IMMEDIATE @rev_check;
SET @rev_lock = (SELECT `id` FROM `rev_lock` WHERE `id` = 1 FOR UPDATE);
SET @rev_check = COALESCE((SELECT CONCAT('SIGNAL SQLSTATE ''45000'' SET MESSAGE_TEXT = ', QUOTE(LEFT(message, 400))) FROM (SELECT CASE
  WHEN (SELECT COUNT(*) FROM `rev_version`) <> 1 OR (SELECT COUNT(*) FROM `rev_version` WHERE `version_num` IN ('a')) <> 1 THEN CONCAT('rev: the database is at ', COALESCE((SELECT GROUP_CONCAT(version_num SEPARATOR ', ') FROM (SELECT `version_num` FROM `rev_version` ORDER BY `version_num` ASC) AS v), 'base'), ', not at a as this script expects')
  WHEN (SELECT COUNT(*) FROM `rev_progress`) <> 0 THEN 'rev: a revision is in progress, which this script does not expect'
  END AS message) AS found WHERE message IS NOT NULL), 'DO 0');
EXECUTE IMMEDIATE @rev_check;

-- the whole run is one transaction
START TRANSACTION READ WRITE;

-- 1/1 stamp b: b
-- versions/b.sql
SET @rev_lock = (SELECT `id` FROM `rev_lock` WHERE `id` = 1 FOR UPDATE);
SET @rev_check = COALESCE((SELECT CONCAT('SIGNAL SQLSTATE ''45000'' SET MESSAGE_TEXT = ', QUOTE(LEFT(message, 400))) FROM (SELECT CASE
  WHEN (SELECT COUNT(*) FROM `rev_version`) <> 1 OR (SELECT COUNT(*) FROM `rev_version` WHERE `version_num` IN ('a')) <> 1 THEN CONCAT('rev: the database is at ', COALESCE((SELECT GROUP_CONCAT(version_num SEPARATOR ', ') FROM (SELECT `version_num` FROM `rev_version` ORDER BY `version_num` ASC) AS v), 'base'), ', not at a as this script expects')
  WHEN (SELECT COUNT(*) FROM `rev_progress`) <> 0 THEN 'rev: a revision is in progress, which this script does not expect'
  END AS message) AS found WHERE message IS NOT NULL), 'DO 0');
EXECUTE IMMEDIATE @rev_check;
UPDATE `rev_version` SET `version_num` = 'b' WHERE `version_num` = ('a');
INSERT INTO `rev_history` (`revision`, `direction`, `outcome`, `checksum`, `message`, `down_revisions`, `depends_on`, `branch_labels`, `started`, `duration_ms`, `user`, `host`, `rev_version`, `downgrade`) VALUES ('b', 'stamp', 'done', NULL, 'stamped from a to b', 'a', '', '', CONCAT(LEFT(DATE_FORMAT(UTC_TIMESTAMP(3), '%Y-%m-%dT%H:%i:%s.%f'), 23), 'Z'), NULL, SUBSTRING_INDEX(USER(), '@', 1), NULL, '[VERSION]', NULL);
SET @rev_lock = (SELECT `id` FROM `rev_lock` WHERE `id` = 1 FOR UPDATE);
SET @rev_check = COALESCE((SELECT CONCAT('SIGNAL SQLSTATE ''45000'' SET MESSAGE_TEXT = ', QUOTE(LEFT(message, 400))) FROM (SELECT CASE
  WHEN (SELECT COUNT(*) FROM `rev_version`) <> 1 OR (SELECT COUNT(*) FROM `rev_version` WHERE `version_num` IN ('b')) <> 1 THEN CONCAT('rev: the database is at ', COALESCE((SELECT GROUP_CONCAT(version_num SEPARATOR ', ') FROM (SELECT `version_num` FROM `rev_version` ORDER BY `version_num` ASC) AS v), 'base'), ', not at b as this script expects')
  WHEN (SELECT COUNT(*) FROM `rev_progress`) <> 0 THEN 'rev: a revision is in progress, which this script does not expect'
  END AS message) AS found WHERE message IS NOT NULL), 'DO 0');
EXECUTE IMMEDIATE @rev_check;

COMMIT;

-- the database is at b
