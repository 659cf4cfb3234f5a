CREATE TABLE special (a int, b varchar(10), c int CHECK (c > 0) NOT ENFORCED, d int DEFAULT (a + 1), e varchar(20) AS (concat(b, 'x')) VIRTUAL,
  g geometry NOT NULL SRID 4326, KEY by_lower ((lower(b))), KEY ((a + 1)), KEY hidden (a) INVISIBLE, KEY many ((CAST(e AS char(9)))));
CREATE TABLE newer (id char(36) PRIMARY KEY DEFAULT (uuid()), n double DEFAULT (rand()), at point NOT NULL SRID 4326, seen int INVISIBLE, j json DEFAULT (json_array(1, 'x')),
  v vector(4), nv varchar(9) COLLATE utf8mb4_ja_0900_as_cs, e varchar(20) AS (j->>'$.e') STORED, SPATIAL KEY at (at), UNIQUE KEY both_of ((lower(nv)), n DESC),
  KEY many ((CAST(j->'$.many' AS UNSIGNED ARRAY))), CONSTRAINT odd CHECK (nv REGEXP '^[a-z]' OR n BETWEEN 1 AND 2) NOT ENFORCED) STATS_PERSISTENT=1;
CREATE TABLE newer_parts (a varchar(9), d date) PARTITION BY LIST COLUMNS (a) (PARTITION p0 VALUES IN ('x', 'it''s'), PARTITION p1 VALUES IN ('ü'));
