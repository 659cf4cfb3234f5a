-- Made by rev [VERSION] for MySQL: 2 revisions, from base to b.
--     mysql DATABASE < THIS_FILE
-- It stops at the first error, and before it changes anything where the database is not as it expects.
-- What has been committed stays; `rev upgrade` and `rev downgrade` continue from there.
-- The mysql program takes the comments out of routines unless it is run with --comments.

-- a session as rev would have it
SET @rev_check = COALESCE((SELECT CONCAT('DO `', REPLACE(message, '`', ''''), '`') FROM (SELECT CASE
  WHEN VERSION() LIKE '%MariaDB%' THEN 'rev: this script is for MySQL, and the server is another product'
  END AS message) AS found WHERE message IS NOT NULL), 'DO 0');
PREPARE rev_check FROM @rev_check;
EXECUTE rev_check;
DEALLOCATE PREPARE rev_check;
SET NAMES utf8mb4;
USE `nosuch`;
SET @rev_autocommit = @@SESSION.autocommit, @rev_sql_mode = @@SESSION.sql_mode, @rev_foreign_key_checks = @@SESSION.foreign_key_checks, @rev_unique_checks = @@SESSION.unique_checks, @rev_sql_safe_updates = @@SESSION.sql_safe_updates, @rev_sql_select_limit = @@SESSION.sql_select_limit, @rev_time_zone = @@SESSION.time_zone, @rev_default_storage_engine = @@SESSION.default_storage_engine, @rev_transaction_isolation = @@SESSION.transaction_isolation, @rev_transaction_read_only = @@SESSION.transaction_read_only, @rev_lock_wait_timeout = @@SESSION.lock_wait_timeout, @rev_innodb_lock_wait_timeout = @@SESSION.innodb_lock_wait_timeout, @rev_max_execution_time = @@SESSION.max_execution_time;

-- rev's own tables, and where the database must be
CREATE TABLE IF NOT EXISTS `nosuch`.`rev_version` ( `version_num` varchar(255) NOT NULL PRIMARY KEY ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
SET @rev_check = COALESCE((SELECT CONCAT('DO `', REPLACE(message, '`', ''''), '`') FROM (SELECT CASE
  WHEN (SELECT COUNT(*) FROM `nosuch`.`rev_version`) <> 0 THEN CONCAT('rev: the database is at ', COALESCE((SELECT GROUP_CONCAT(version_num SEPARATOR ', ') FROM (SELECT `version_num` FROM `nosuch`.`rev_version` ORDER BY `version_num` ASC) AS v), 'base'), ', not at base as this script expects')
  END AS message) AS found WHERE message IS NOT NULL), 'DO 0');
PREPARE rev_check FROM @rev_check;
EXECUTE rev_check;
DEALLOCATE PREPARE rev_check;
CREATE TABLE IF NOT EXISTS `nosuch`.`rev_history` ( `id` bigint NOT NULL PRIMARY KEY AUTO_INCREMENT, `revision` varchar(255) NOT NULL, `direction` varchar(16) NOT NULL, `outcome` varchar(16) NOT NULL, `checksum` varchar(64), `message` longtext, `down_revisions` longtext, `depends_on` longtext, `branch_labels` longtext, `started` varchar(32) NOT NULL, `duration_ms` bigint, `user` varchar(255), `host` varchar(255), `rev_version` varchar(32) NOT NULL, `downgrade` longtext, `error` longtext, `database_user` longtext ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `nosuch`.`rev_progress` ( `revision` varchar(255) NOT NULL, `part` int NOT NULL, `direction` varchar(16) NOT NULL, `state` varchar(16) NOT NULL, `hash` varchar(64) NOT NULL, `definition` longtext, `started` varchar(32) NOT NULL, PRIMARY KEY (`revision`, `part`) ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `nosuch`.`rev_lock` ( `id` int NOT NULL PRIMARY KEY, `format` int NOT NULL, `epoch` bigint NOT NULL, `host` varchar(255), `pid` bigint, `user` varchar(255), `since` varchar(32), `lease` varchar(64), `lease_ends` bigint, `fenced` bigint ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT INTO `nosuch`.`rev_lock` (`id`, `format`, `epoch`) SELECT 1, 1, 0 WHERE NOT EXISTS(SELECT 1 FROM `nosuch`.`rev_lock` WHERE `id` = 1);
SET @rev_check = COALESCE((SELECT CONCAT('DO `', REPLACE(message, '`', ''''), '`') FROM (SELECT CASE
  WHEN (SELECT COUNT(*) FROM `nosuch`.`rev_lock` WHERE `id` = 1 AND `format` = 1) <> 1 THEN 'rev: the database has no journal of the format that this script writes'
  END AS message) AS found WHERE message IS NOT NULL), 'DO 0');
PREPARE rev_check FROM @rev_check;
EXECUTE rev_check;
DEALLOCATE PREPARE rev_check;
SET @rev_lock = (SELECT `id` FROM `nosuch`.`rev_lock` WHERE `id` = 1 FOR UPDATE);
SET @rev_check = COALESCE((SELECT CONCAT('DO `', REPLACE(message, '`', ''''), '`') FROM (SELECT CASE
  WHEN (SELECT COUNT(*) FROM `nosuch`.`rev_version`) <> 0 THEN CONCAT('rev: the database is at ', COALESCE((SELECT GROUP_CONCAT(version_num SEPARATOR ', ') FROM (SELECT `version_num` FROM `nosuch`.`rev_version` ORDER BY `version_num` ASC) AS v), 'base'), ', not at base as this script expects')
  WHEN (SELECT COUNT(*) FROM `nosuch`.`rev_progress`) <> 0 THEN 'rev: a revision is in progress, which this script does not expect'
  END AS message) AS found WHERE message IS NOT NULL), 'DO 0');
PREPARE rev_check FROM @rev_check;
EXECUTE rev_check;
DEALLOCATE PREPARE rev_check;

-- 1/2 upgrade a: a
-- versions/a.sql
CREATE TABLE t (n INTEGER, s VARCHAR(20));
SET ROLE DEFAULT;
START TRANSACTION READ WRITE;
SET @rev_lock = (SELECT `id` FROM `nosuch`.`rev_lock` WHERE `id` = 1 FOR UPDATE);
SET @rev_check = COALESCE((SELECT CONCAT('DO `', REPLACE(message, '`', ''''), '`') FROM (SELECT CASE
  WHEN (SELECT COUNT(*) FROM `nosuch`.`rev_version`) <> 0 THEN CONCAT('rev: the database is at ', COALESCE((SELECT GROUP_CONCAT(version_num SEPARATOR ', ') FROM (SELECT `version_num` FROM `nosuch`.`rev_version` ORDER BY `version_num` ASC) AS v), 'base'), ', not at base as this script expects')
  WHEN (SELECT COUNT(*) FROM `nosuch`.`rev_progress`) <> 0 THEN 'rev: a revision is in progress, which this script does not expect'
  END AS message) AS found WHERE message IS NOT NULL), 'DO 0');
PREPARE rev_check FROM @rev_check;
EXECUTE rev_check;
DEALLOCATE PREPARE rev_check;
INSERT INTO `nosuch`.`rev_version` (`version_num`) VALUES ('a');
INSERT INTO `nosuch`.`rev_history` (`revision`, `direction`, `outcome`, `checksum`, `message`, `down_revisions`, `depends_on`, `branch_labels`, `started`, `duration_ms`, `user`, `host`, `rev_version`, `downgrade`) VALUES ('a', 'upgrade', 'done', '6cbb7472ba3cbacb85072dbc45d32c689bc73e0e3cb025a613796b574234627d', 'a', '', '', '', CONCAT(LEFT(DATE_FORMAT(UTC_TIMESTAMP(3), '%Y-%m-%dT%H:%i:%s.%f'), 23), 'Z'), NULL, SUBSTRING_INDEX(USER(), '@', 1), NULL, '[VERSION]', '-- rev: downgrade
DROP TABLE t;
');
SET @rev_lock = (SELECT `id` FROM `nosuch`.`rev_lock` WHERE `id` = 1 FOR UPDATE);
SET @rev_check = COALESCE((SELECT CONCAT('DO `', REPLACE(message, '`', ''''), '`') FROM (SELECT CASE
  WHEN (SELECT COUNT(*) FROM `nosuch`.`rev_version`) <> 1 OR (SELECT COUNT(*) FROM `nosuch`.`rev_version` WHERE `version_num` IN ('a')) <> 1 THEN CONCAT('rev: the database is at ', COALESCE((SELECT GROUP_CONCAT(version_num SEPARATOR ', ') FROM (SELECT `version_num` FROM `nosuch`.`rev_version` ORDER BY `version_num` ASC) AS v), 'base'), ', not at a as this script expects')
  WHEN (SELECT COUNT(*) FROM `nosuch`.`rev_progress`) <> 0 THEN 'rev: a revision is in progress, which this script does not expect'
  END AS message) AS found WHERE message IS NOT NULL), 'DO 0');
PREPARE rev_check FROM @rev_check;
EXECUTE rev_check;
DEALLOCATE PREPARE rev_check;
COMMIT;
UNLOCK TABLES;
USE `nosuch`;
SET autocommit = @rev_autocommit, sql_mode = @rev_sql_mode, foreign_key_checks = @rev_foreign_key_checks, unique_checks = @rev_unique_checks, sql_safe_updates = @rev_sql_safe_updates, sql_select_limit = @rev_sql_select_limit, time_zone = @rev_time_zone, default_storage_engine = @rev_default_storage_engine, transaction_isolation = @rev_transaction_isolation, transaction_read_only = @rev_transaction_read_only;
SET NAMES utf8mb4;

-- 2/2 upgrade b: b
-- versions/b.sql
SET @rev_lock = (SELECT `id` FROM `nosuch`.`rev_lock` WHERE `id` = 1 FOR UPDATE);
SET @rev_check = COALESCE((SELECT CONCAT('DO `', REPLACE(message, '`', ''''), '`') FROM (SELECT CASE
  WHEN (SELECT COUNT(*) FROM `nosuch`.`rev_version`) <> 1 OR (SELECT COUNT(*) FROM `nosuch`.`rev_version` WHERE `version_num` IN ('a')) <> 1 THEN CONCAT('rev: the database is at ', COALESCE((SELECT GROUP_CONCAT(version_num SEPARATOR ', ') FROM (SELECT `version_num` FROM `nosuch`.`rev_version` ORDER BY `version_num` ASC) AS v), 'base'), ', not at a as this script expects')
  WHEN (SELECT COUNT(*) FROM `nosuch`.`rev_progress`) <> 0 THEN 'rev: a revision is in progress, which this script does not expect'
  END AS message) AS found WHERE message IS NOT NULL), 'DO 0');
PREPARE rev_check FROM @rev_check;
EXECUTE rev_check;
DEALLOCATE PREPARE rev_check;
-- part 1 of 4
USE shop;
SET ROLE DEFAULT;
START TRANSACTION READ WRITE;
INSERT INTO `nosuch`.`rev_progress` (`revision`, `part`, `direction`, `state`, `hash`, `started`) VALUES ('b', 1, 'upgrade', 'proved', '66d84d82987d59da1f20ed528348b8daf3a5a9b15231bb68c4e3fef2707ebcb5', CONCAT(LEFT(DATE_FORMAT(UTC_TIMESTAMP(3), '%Y-%m-%dT%H:%i:%s.%f'), 23), 'Z'));
COMMIT;
-- part 2 of 4
DELIMITER //
CREATE PROCEDURE p() BEGIN
  SELECT 1;
END//
DELIMITER ;
SET ROLE DEFAULT;
START TRANSACTION READ WRITE;
INSERT INTO `nosuch`.`rev_progress` (`revision`, `part`, `direction`, `state`, `hash`, `started`) VALUES ('b', 2, 'upgrade', 'proved', 'de7d2b095d085a1b10e04c2f5c5d47467803fa53edf0b5228fb8a808212d3dea', CONCAT(LEFT(DATE_FORMAT(UTC_TIMESTAMP(3), '%Y-%m-%dT%H:%i:%s.%f'), 23), 'Z'));
COMMIT;
-- part 3 of 4
CREATE FUNCTION g() RETURNS INT DETERMINISTIC RETURN /* one */ 1;
SET ROLE DEFAULT;
START TRANSACTION READ WRITE;
INSERT INTO `nosuch`.`rev_progress` (`revision`, `part`, `direction`, `state`, `hash`, `started`) VALUES ('b', 3, 'upgrade', 'proved', '737fe01d25e74b15dffedf78f2513ef8e51c9fee890bc2b574e6b1fb4465e0ad', CONCAT(LEFT(DATE_FORMAT(UTC_TIMESTAMP(3), '%Y-%m-%dT%H:%i:%s.%f'), 23), 'Z'));
COMMIT;
-- part 4 of 4
START TRANSACTION READ WRITE;
SAVEPOINT rev_guard;
INSERT INTO t VALUES (1, 'é');
RELEASE SAVEPOINT rev_guard;
SET ROLE DEFAULT;
SET @rev_lock = (SELECT `id` FROM `nosuch`.`rev_lock` WHERE `id` = 1 FOR UPDATE);
SET @rev_check = COALESCE((SELECT CONCAT('DO `', REPLACE(message, '`', ''''), '`') FROM (SELECT CASE
  WHEN (SELECT COUNT(*) FROM `nosuch`.`rev_version`) <> 1 OR (SELECT COUNT(*) FROM `nosuch`.`rev_version` WHERE `version_num` IN ('a')) <> 1 THEN CONCAT('rev: the database is at ', COALESCE((SELECT GROUP_CONCAT(version_num SEPARATOR ', ') FROM (SELECT `version_num` FROM `nosuch`.`rev_version` ORDER BY `version_num` ASC) AS v), 'base'), ', not at a as this script expects')
  WHEN (SELECT COUNT(*) FROM `nosuch`.`rev_progress`) <> 3 OR (SELECT COUNT(*) FROM `nosuch`.`rev_progress` WHERE `revision` IN ('b')) <> 3 THEN 'rev: revision b is not in progress after part 3, as this script expects'
  END AS message) AS found WHERE message IS NOT NULL), 'DO 0');
PREPARE rev_check FROM @rev_check;
EXECUTE rev_check;
DEALLOCATE PREPARE rev_check;
UPDATE `nosuch`.`rev_version` SET `version_num` = 'b' WHERE `version_num` = ('a');
DELETE FROM `nosuch`.`rev_progress` WHERE `revision` = ('b');
INSERT INTO `nosuch`.`rev_history` (`revision`, `direction`, `outcome`, `checksum`, `message`, `down_revisions`, `depends_on`, `branch_labels`, `started`, `duration_ms`, `user`, `host`, `rev_version`, `downgrade`) VALUES ('b', 'upgrade', 'done', 'c2b65bb2c62c6289c583a1803fc6756d2aa7a529f41f369dfdf4227350b48369', 'b', 'a', '', '', CONCAT(LEFT(DATE_FORMAT(UTC_TIMESTAMP(3), '%Y-%m-%dT%H:%i:%s.%f'), 23), 'Z'), NULL, SUBSTRING_INDEX(USER(), '@', 1), NULL, '[VERSION]', '-- rev: downgrade
');
SET @rev_lock = (SELECT `id` FROM `nosuch`.`rev_lock` WHERE `id` = 1 FOR UPDATE);
SET @rev_check = COALESCE((SELECT CONCAT('DO `', REPLACE(message, '`', ''''), '`') FROM (SELECT CASE
  WHEN (SELECT COUNT(*) FROM `nosuch`.`rev_version`) <> 1 OR (SELECT COUNT(*) FROM `nosuch`.`rev_version` WHERE `version_num` IN ('b')) <> 1 THEN CONCAT('rev: the database is at ', COALESCE((SELECT GROUP_CONCAT(version_num SEPARATOR ', ') FROM (SELECT `version_num` FROM `nosuch`.`rev_version` ORDER BY `version_num` ASC) AS v), 'base'), ', not at b as this script expects')
  WHEN (SELECT COUNT(*) FROM `nosuch`.`rev_progress`) <> 0 THEN 'rev: a revision is in progress, which this script does not expect'
  END AS message) AS found WHERE message IS NOT NULL), 'DO 0');
PREPARE rev_check FROM @rev_check;
EXECUTE rev_check;
DEALLOCATE PREPARE rev_check;
COMMIT;
UNLOCK TABLES;
USE `nosuch`;
SET autocommit = @rev_autocommit, sql_mode = @rev_sql_mode, foreign_key_checks = @rev_foreign_key_checks, unique_checks = @rev_unique_checks, sql_safe_updates = @rev_sql_safe_updates, sql_select_limit = @rev_sql_select_limit, time_zone = @rev_time_zone, default_storage_engine = @rev_default_storage_engine, transaction_isolation = @rev_transaction_isolation, transaction_read_only = @rev_transaction_read_only;
SET NAMES utf8mb4;

-- the database is at b
