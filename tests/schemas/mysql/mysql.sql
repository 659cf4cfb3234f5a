CREATE TABLE special (a int, b varchar(10), c int CHECK (c > 0) NOT ENFORCED, d int DEFAULT (a + 1), e varchar(20) AS (concat(b, 'x')) VIRTUAL,
  g geometry NOT NULL SRID 4326, KEY by_lower ((lower(b))), KEY ((a + 1)), KEY hidden (a) INVISIBLE, KEY many ((CAST(e AS char(9)))));
