-- base
CREATE SCHEMA ind;
CREATE TABLE ind.docs (id integer, "Title" text, body text, n numeric, tags integer[], doc jsonb, place point, ip inet);
CREATE INDEX plain ON ind.docs (id);
CREATE UNIQUE INDEX "one Title" ON ind.docs (lower("Title")) WHERE n > 0;
CREATE INDEX wide ON ind.docs (id DESC NULLS LAST, n) INCLUDE (body) WITH (fillfactor = 80);
CREATE INDEX ON ind.docs (n);
CREATE INDEX tagged ON ind.docs USING gin (tags);
CREATE INDEX coalesced ON ind.docs (coalesce(body, 'it''s'));
CREATE MATERIALIZED VIEW ind.seen AS SELECT id, "Title" FROM ind.docs;
CREATE INDEX seen_id ON ind.seen (id);
CREATE TABLE ind.cut (a integer, b integer) PARTITION BY RANGE (a);
CREATE TABLE ind.cut_1 PARTITION OF ind.cut FOR VALUES FROM (1) TO (10);
CREATE INDEX cut_b ON ind.cut (b);
CREATE STATISTICS ind.of_docs (dependencies, ndistinct) ON id, n FROM ind.docs;
COMMENT ON INDEX ind.plain IS 'plain';
-- + index ind.docs.new
CREATE INDEX new ON ind.docs (body);
-- + index ind.docs.docs_body_idx
CREATE INDEX ON ind.docs (body);
-- - index ind.docs.plain
DROP INDEX ind.plain;
-- + index ind.docs.Simple; - index ind.docs.plain
ALTER INDEX ind.plain RENAME TO "Simple";
-- ~ index ind.docs.plain
DROP INDEX ind.plain; CREATE UNIQUE INDEX plain ON ind.docs (id); COMMENT ON INDEX ind.plain IS 'plain';
-- ~ index ind.docs.plain
DROP INDEX ind.plain; CREATE INDEX plain ON ind.docs (id, n); COMMENT ON INDEX ind.plain IS 'plain';
-- ~ index ind.docs.plain
DROP INDEX ind.plain; CREATE INDEX plain ON ind.docs (id NULLS FIRST); COMMENT ON INDEX ind.plain IS 'plain';
-- ~ index ind.docs.plain
DROP INDEX ind.plain; CREATE INDEX plain ON ind.docs USING hash (id); COMMENT ON INDEX ind.plain IS 'plain';
-- ~ index ind.docs.plain
COMMENT ON INDEX ind.plain IS 'it''s plain';
-- ~ index ind.docs.one Title
DROP INDEX ind."one Title"; CREATE UNIQUE INDEX "one Title" ON ind.docs (upper("Title")) WHERE n > 0;
-- ~ index ind.docs.one Title
DROP INDEX ind."one Title"; CREATE UNIQUE INDEX "one Title" ON ind.docs (lower("Title")) WHERE n > 1;
-- ~ index ind.docs.one Title
DROP INDEX ind."one Title"; CREATE UNIQUE INDEX "one Title" ON ind.docs (lower("Title"));
-- ~ index ind.docs.one Title
DROP INDEX ind."one Title"; CREATE UNIQUE INDEX "one Title" ON ind.docs (lower("Title") COLLATE "C") WHERE n > 0;
-- ~ index ind.docs.one Title
DROP INDEX ind."one Title"; CREATE UNIQUE INDEX "one Title" ON ind.docs (lower("Title") text_pattern_ops) WHERE n > 0;
-- [15+] ~ index ind.docs.one Title
DROP INDEX ind."one Title"; CREATE UNIQUE INDEX "one Title" ON ind.docs (lower("Title")) NULLS NOT DISTINCT WHERE n > 0;
-- ~ index ind.docs.wide
ALTER INDEX ind.wide SET (fillfactor = 70);
-- ~ index ind.docs.wide
DROP INDEX ind.wide; CREATE INDEX wide ON ind.docs (id DESC NULLS LAST, n) WITH (fillfactor = 80);
-- ~ index ind.docs.wide
DROP INDEX ind.wide; CREATE INDEX wide ON ind.docs (n, id DESC NULLS LAST) INCLUDE (body) WITH (fillfactor = 80);
-- [exact] ~ index ind.docs.coalesced
ALTER INDEX ind.coalesced ALTER COLUMN 1 SET STATISTICS 500;
-- ~ index ind.docs.tagged
ALTER INDEX ind.tagged SET (fastupdate = off);
-- + index ind.docs.places
CREATE INDEX places ON ind.docs USING gist (place) WITH (buffering = on);
-- + index ind.docs.paths
CREATE INDEX paths ON ind.docs USING gin (doc jsonb_path_ops);
-- + index ind.docs.ranges
CREATE INDEX ranges ON ind.docs USING brin (id, n numeric_minmax_ops) WITH (pages_per_range = 16);
-- [14+] + index ind.docs.bloom
CREATE INDEX bloom ON ind.docs USING brin (id int4_bloom_ops (n_distinct_per_range = 50));
-- ~ index ind.seen.seen_id
DROP INDEX ind.seen_id; CREATE INDEX seen_id ON ind.seen (id DESC);
-- + index ind.seen.seen_title
CREATE UNIQUE INDEX seen_title ON ind.seen ("Title");
-- ~ index ind.cut.cut_b
DROP INDEX ind.cut_b; CREATE INDEX cut_b ON ind.cut (b DESC);
-- + index ind.cut_1.own
CREATE INDEX own ON ind.cut_1 (a, b);
-- + index ind.cut.whole
CREATE UNIQUE INDEX whole ON ind.cut (a, b);
-- + statistics ind.more
CREATE STATISTICS ind.more ON n, "Title" FROM ind.docs;
-- [14+] + statistics ind.expressed
CREATE STATISTICS ind.expressed (mcv) ON (n * 2), lower(body) FROM ind.docs;
-- - statistics ind.of_docs
DROP STATISTICS ind.of_docs;
-- ~ statistics ind.of_docs
DROP STATISTICS ind.of_docs; CREATE STATISTICS ind.of_docs (dependencies) ON id, n FROM ind.docs;
-- ~ statistics ind.of_docs
DROP STATISTICS ind.of_docs; CREATE STATISTICS ind.of_docs (dependencies, ndistinct) ON id, body FROM ind.docs;
-- ~ statistics ind.of_docs
COMMENT ON STATISTICS ind.of_docs IS 'of docs';
-- [exact] ~ statistics ind.of_docs
ALTER STATISTICS ind.of_docs SET STATISTICS 200;
-- =
ALTER INDEX ind.docs_n_idx RENAME TO docs_n_idx1;
-- =
DROP INDEX ind."one Title"; CREATE UNIQUE INDEX /* one */ "one Title" ON ONLY ind.docs USING btree ((lower("Title")) ASC NULLS LAST) WHERE ((n)>(0)::numeric);
-- =
DROP INDEX ind.wide; CREATE INDEX wide ON ind.docs (id int4_ops DESC NULLS LAST, n numeric_ops ASC) INCLUDE (body) WITH (fillfactor = '80');
-- =
DROP INDEX ind.coalesced; CREATE INDEX coalesced ON ind.docs (COALESCE(body, E'it\'s'::text) COLLATE "default");
-- =
DROP STATISTICS ind.of_docs; CREATE STATISTICS ind.of_docs (ndistinct, dependencies) ON n, id FROM ind.docs;
-- =
REINDEX INDEX ind.plain; ANALYZE ind.docs; REFRESH MATERIALIZED VIEW ind.seen;
