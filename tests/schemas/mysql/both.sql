CREATE TABLE people (
  id bigint unsigned NOT NULL AUTO_INCREMENT,
  `group` varchar(40) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT 'it''s \\ a\nb' COMMENT 'which ''group''; \\ one',
  `odd``name` int DEFAULT 5,
  body mediumtext,
  doc json,
  made datetime(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  seen timestamp NULL,
  length_of int GENERATED ALWAYS AS (length(body) + 1) STORED,
  twice int GENERATED ALWAYS AS (`odd``name` * 2) VIRTUAL COMMENT 'twice',
  mood enum('sad','o,k','it''s') NOT NULL DEFAULT 'sad',
  tags set('x','y'),
  price decimal(10,2) unsigned zerofill,
  flags bit(3) DEFAULT b'101',
  is_on boolean NOT NULL DEFAULT true,
  raw varbinary(16),
  place point NOT NULL,
  hidden int DEFAULT 3 INVISIBLE,
  word varchar(20) DEFAULT (concat('a', 'b')),
  PRIMARY KEY (id),
  UNIQUE KEY by_group (`group`(3), seen DESC),
  UNIQUE KEY (word),
  KEY mood (mood) COMMENT 'why',
  FULLTEXT KEY words (body),
  SPATIAL KEY places (place),
  CONSTRAINT `odd``check` CHECK (`odd``name` > 0 AND `group` <> 'x\\y'),
  CHECK (`odd``name` < 1000 OR word = 'a%')
) ENGINE=InnoDB AUTO_INCREMENT=7 ROW_FORMAT=DYNAMIC COMMENT='tc ''q''; \\' DEFAULT CHARSET=utf8mb4;
CREATE TABLE team (id int PRIMARY KEY, lead_id int, code int UNIQUE, KEY (lead_id)) DEFAULT CHARSET=utf8mb3;
CREATE TABLE staff (id int PRIMARY KEY, team_id int, boss int, person bigint unsigned,
  CONSTRAINT staff_team FOREIGN KEY (team_id) REFERENCES team (id) ON DELETE SET NULL ON UPDATE CASCADE,
  FOREIGN KEY (boss) REFERENCES staff (id), FOREIGN KEY (person) REFERENCES people (id) ON DELETE CASCADE);
ALTER TABLE team ADD CONSTRAINT team_lead FOREIGN KEY (lead_id) REFERENCES staff (id);
CREATE TABLE by_range (a int NOT NULL, d date) PARTITION BY RANGE (a) SUBPARTITION BY HASH (a) SUBPARTITIONS 2
  (PARTITION p0 VALUES LESS THAN (10) COMMENT = 'x', PARTITION p1 VALUES LESS THAN MAXVALUE);
CREATE TABLE by_list (a int) PARTITION BY LIST (a) (PARTITION p0 VALUES IN (1, 2), PARTITION p1 VALUES IN (3));
CREATE TABLE by_key (a int) PARTITION BY KEY (a) PARTITIONS 4;
CREATE TABLE plain (a int) ENGINE=MyISAM MAX_ROWS=100;
CREATE FUNCTION dbl(a integer) RETURNS integer DETERMINISTIC COMMENT 'it''s' RETURN a * 2;
CREATE FUNCTION asked() RETURNS varchar(20) CHARSET utf8mb4 READS SQL DATA SQL SECURITY INVOKER RETURN (SELECT max(word) FROM people);
CREATE PROCEDURE walk(IN n int, OUT m int) BEGIN DECLARE done int DEFAULT 0; /* kept; */ SET m = n + done; SELECT 'a;b'; END;
SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES';
CREATE PROCEDURE quoted() SELECT "id", '\' FROM "people";
SET sql_mode = DEFAULT;
CREATE VIEW zz AS SELECT id, word, dbl(`odd``name`) AS d FROM people WHERE word = 'x' AND NOT (id = 1 OR id <> 2);
CREATE VIEW aa AS SELECT z.id, t.code FROM zz z JOIN team t ON t.id = z.id LEFT JOIN staff ON staff.id = z.d;
CREATE ALGORITHM = MERGE SQL SECURITY INVOKER VIEW checked AS SELECT id, word FROM people WHERE id > 0 WITH LOCAL CHECK OPTION;
CREATE DEFINER = `somebody`@`%` VIEW theirs (one, `t``wo`) AS SELECT 1, 2;
CREATE TRIGGER first_one BEFORE INSERT ON people FOR EACH ROW SET NEW.word = trim(NEW.word);
CREATE TRIGGER a_second BEFORE INSERT ON people FOR EACH ROW BEGIN SET NEW.word = upper(NEW.word); SET @n = 1; END;
CREATE TRIGGER after_delete AFTER DELETE ON staff FOR EACH ROW DELETE FROM team WHERE id = OLD.id;
CREATE TRIGGER said BEFORE UPDATE ON staff FOR EACH ROW /* why */ SET @said = 'it''s \\ "so" 😀';
CREATE EVENT told ON SCHEDULE EVERY 3 DAY COMMENT 'DO it''s' DO /* why */ SELECT 'it''s 😀';
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY ON COMPLETION PRESERVE DISABLE COMMENT 'it''s' DO DELETE FROM staff WHERE id < 0;
CREATE EVENT fixed ON SCHEDULE EVERY '1:30' MINUTE_SECOND STARTS '2031-01-01 03:00:00' ENDS '2032-01-01 00:00:00' DO BEGIN DELETE FROM staff; SELECT 1; END;
CREATE EVENT once ON SCHEDULE AT '2033-01-01 00:00:00' DO SELECT 1;
SET time_zone = '+05:00';
CREATE EVENT elsewhere ON SCHEDULE EVERY 2 HOUR DO SELECT 1;
SET time_zone = DEFAULT;
