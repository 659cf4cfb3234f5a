-- base
CREATE SCHEMA vie;
CREATE TABLE vie.t (id integer PRIMARY KEY, note text, at timestamptz, n numeric(8, 2));
CREATE VIEW vie.low AS SELECT id, note FROM vie.t WHERE note IN ('a', 'it''s');
CREATE VIEW vie."Mid ""le" AS SELECT id AS "Id", upper(note) AS note FROM vie.low;
CREATE VIEW vie.top WITH (security_barrier) AS SELECT "Id" FROM vie."Mid ""le" WHERE "Id" > 0 WITH CASCADED CHECK OPTION;
CREATE MATERIALIZED VIEW vie.counted AS SELECT note, count(*) AS many, sum(n) AS total FROM vie.t GROUP BY note;
CREATE UNIQUE INDEX counted_note ON vie.counted (note);
CREATE VIEW vie.of_counted AS SELECT many FROM vie.counted;
COMMENT ON VIEW vie.low IS 'low';
COMMENT ON COLUMN vie.low.note IS 'a note';
GRANT SELECT ON vie.low TO app_reader;
-- + view vie.new
CREATE VIEW vie.new AS SELECT 1 AS one;
-- + view vie.again
CREATE RECURSIVE VIEW vie.again (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM again WHERE n < 5;
-- - view vie.top
DROP VIEW vie.top;
-- + view vie.of_all; - view vie.of_counted
ALTER VIEW vie.of_counted RENAME TO of_all;
-- ~ view vie.low
CREATE OR REPLACE VIEW vie.low AS SELECT id, note FROM vie.t WHERE note IN ('a', 'it''s', 'b');
-- ~ view vie.low
CREATE OR REPLACE VIEW vie.low AS SELECT id, note, at FROM vie.t WHERE note IN ('a', 'it''s');
-- ~ view vie.Mid "le
DROP VIEW vie.top; CREATE OR REPLACE VIEW vie."Mid ""le" AS SELECT id AS "Id", lower(note) AS note FROM vie.low; CREATE VIEW vie.top WITH (security_barrier) AS SELECT "Id" FROM vie."Mid ""le" WHERE "Id" > 0 WITH CASCADED CHECK OPTION;
-- ~ view vie.Mid "le; ~ view vie.top
DROP VIEW vie.top; DROP VIEW vie."Mid ""le"; CREATE VIEW vie."Mid ""le" AS SELECT id::bigint AS "Id", upper(note) AS note FROM vie.low; CREATE VIEW vie.top WITH (security_barrier) AS SELECT "Id" FROM vie."Mid ""le" WHERE "Id" > 0;
-- ~ view vie.Mid "le; ~ view vie.low; - column vie.low.note; + column vie.low.word
ALTER VIEW vie.low RENAME COLUMN note TO word; CREATE OR REPLACE VIEW vie."Mid ""le" AS SELECT id AS "Id", upper(word) AS note FROM vie.low;
-- ~ view vie.top
ALTER VIEW vie.top RESET (security_barrier);
-- ~ view vie.top
ALTER VIEW vie.top SET (check_option = local);
-- [15+] ~ view vie.of_counted
ALTER VIEW vie.of_counted SET (security_invoker = true);
-- ~ view vie.low
COMMENT ON VIEW vie.low IS 'lower';
-- ~ column vie.low.note
COMMENT ON COLUMN vie.low.note IS 'another note';
-- + column vie.top.Id
COMMENT ON COLUMN vie.top."Id" IS 'the id';
-- + column vie.of_counted.many
ALTER VIEW vie.of_counted ALTER many SET DEFAULT 5;
-- + materialized view vie.More
CREATE MATERIALIZED VIEW vie."More" WITH (fillfactor = 90) AS SELECT id FROM vie.t WITH NO DATA;
-- - view vie.of_counted; - materialized view vie.counted; - index vie.counted.counted_note
DROP MATERIALIZED VIEW vie.counted CASCADE;
-- ~ materialized view vie.counted
DROP VIEW vie.of_counted; DROP MATERIALIZED VIEW vie.counted; CREATE MATERIALIZED VIEW vie.counted AS SELECT note, count(*) AS many, max(n) AS total FROM vie.t GROUP BY note; CREATE UNIQUE INDEX counted_note ON vie.counted (note); CREATE VIEW vie.of_counted AS SELECT many FROM vie.counted;
-- ~ materialized view vie.counted
ALTER MATERIALIZED VIEW vie.counted SET (autovacuum_enabled = false);
-- ~ materialized view vie.counted
ALTER MATERIALIZED VIEW vie.counted CLUSTER ON counted_note;
-- ~ materialized view vie.counted
COMMENT ON MATERIALIZED VIEW vie.counted IS 'counted';
-- ~ column vie.t.note
ALTER TABLE vie.t ALTER note SET NOT NULL;
-- ~ view vie.low; + column vie.t.more
ALTER TABLE vie.t ADD more integer; CREATE OR REPLACE VIEW vie.low AS SELECT id, note, more FROM vie.t WHERE note IN ('a', 'it''s');
-- =
CREATE OR REPLACE VIEW vie.low AS
    select t.id, /* which */ t.note -- one
    from vie.t where ((t.note = any (array['a'::text, 'it''s'])));
-- =
CREATE OR REPLACE VIEW vie."Mid ""le" ("Id", note) AS SELECT low.id, (upper(low.note)) FROM vie.low;
-- =
REFRESH MATERIALIZED VIEW vie.counted; ALTER VIEW vie.top SET (security_barrier = true);
-- =
DROP VIEW vie.of_counted; DROP MATERIALIZED VIEW vie.counted; CREATE MATERIALIZED VIEW vie.counted AS ( SELECT t.note, COUNT( * ) AS "many", SUM(t.n) total FROM vie.t GROUP BY note ) ; CREATE UNIQUE INDEX counted_note ON vie.counted (note); CREATE VIEW vie.of_counted AS SELECT many FROM vie.counted;
