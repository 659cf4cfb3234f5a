-- base
CREATE SCHEMA oth;
CREATE EXTENSION citext SCHEMA oth;
CREATE TABLE oth.a (id integer PRIMARY KEY, b text);
CREATE TABLE oth.b (id integer PRIMARY KEY, c text);
CREATE PUBLICATION news FOR TABLE oth.a, oth.b WITH (publish = 'insert, update');
CREATE TEXT SEARCH PARSER oth.pars (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE oth.tmpl (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY oth.dict (TEMPLATE = oth.tmpl, stopwords = 'english');
CREATE TEXT SEARCH CONFIGURATION oth.conf (PARSER = default);
ALTER TEXT SEARCH CONFIGURATION oth.conf ADD MAPPING FOR asciiword, word WITH oth.dict, simple;
CREATE FOREIGN DATA WRAPPER oth_far OPTIONS (a 'it''s');
CREATE SERVER oth_away TYPE 't' VERSION '1' FOREIGN DATA WRAPPER oth_far OPTIONS (host 'h');
CREATE USER MAPPING FOR PUBLIC SERVER oth_away OPTIONS (name 'n');
CREATE FOREIGN TABLE oth.abroad (id integer OPTIONS (c 'd') NOT NULL) SERVER oth_away OPTIONS (t 'x');
-- + extension pg_trgm
CREATE EXTENSION pg_trgm SCHEMA oth;
-- - extension citext
DROP EXTENSION citext;
-- ~ extension citext
ALTER EXTENSION citext SET SCHEMA public;
-- ~ extension citext
COMMENT ON EXTENSION citext IS 'mine';
-- + publication All
CREATE PUBLICATION "All" FOR ALL TABLES;
-- + publication empty
CREATE PUBLICATION empty;
-- - publication news
DROP PUBLICATION news;
-- ~ publication news
ALTER PUBLICATION news DROP TABLE oth.b;
-- ~ publication news
ALTER PUBLICATION news SET (publish = 'delete');
-- ~ publication news
ALTER PUBLICATION news SET (publish_via_partition_root = true);
-- [15+] ~ publication news
ALTER PUBLICATION news SET TABLE oth.a (id) WHERE (id > 3), oth.b;
-- [15+] ~ publication news
ALTER PUBLICATION news ADD TABLES IN SCHEMA oth;
-- [18+] ~ publication news
ALTER PUBLICATION news SET (publish_generated_columns = stored);
-- ~ publication news
COMMENT ON PUBLICATION news IS 'news';
-- + text search parser oth.More
CREATE TEXT SEARCH PARSER oth."More" (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
-- - text search parser oth.pars
DROP TEXT SEARCH PARSER oth.pars;
-- ~ text search parser oth.pars
DROP TEXT SEARCH PARSER oth.pars; CREATE TEXT SEARCH PARSER oth.pars (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
-- + text search template oth.More
CREATE TEXT SEARCH TEMPLATE oth."More" (LEXIZE = dsimple_lexize);
-- - text search dictionary oth.dict; - text search template oth.tmpl; - text search configuration oth.conf
DROP TEXT SEARCH TEMPLATE oth.tmpl CASCADE;
-- ~ text search template oth.tmpl
COMMENT ON TEXT SEARCH TEMPLATE oth.tmpl IS 'tmpl';
-- + text search dictionary oth.More
CREATE TEXT SEARCH DICTIONARY oth."More" (TEMPLATE = snowball, language = german, stopwords = 'german');
-- - text search dictionary oth.dict; ~ text search configuration oth.conf
ALTER TEXT SEARCH CONFIGURATION oth.conf DROP MAPPING FOR asciiword, word; DROP TEXT SEARCH DICTIONARY oth.dict;
-- ~ text search dictionary oth.dict
ALTER TEXT SEARCH DICTIONARY oth.dict (stopwords = 'german');
-- + text search configuration oth.More
CREATE TEXT SEARCH CONFIGURATION oth."More" (COPY = pg_catalog.english);
-- - text search configuration oth.conf
DROP TEXT SEARCH CONFIGURATION oth.conf;
-- ~ text search configuration oth.conf
ALTER TEXT SEARCH CONFIGURATION oth.conf ALTER MAPPING FOR word WITH simple, oth.dict;
-- ~ text search configuration oth.conf
ALTER TEXT SEARCH CONFIGURATION oth.conf ADD MAPPING FOR email WITH simple;
-- ~ text search configuration oth.conf
COMMENT ON TEXT SEARCH CONFIGURATION oth.conf IS 'conf';
-- + foreign data wrapper Oth more
CREATE FOREIGN DATA WRAPPER "Oth more";
-- - foreign data wrapper oth_far; - foreign server oth_away; - user mapping PUBLIC SERVER oth_away; - table oth.abroad; - column oth.abroad.id
DROP FOREIGN DATA WRAPPER oth_far CASCADE;
-- ~ foreign data wrapper oth_far
ALTER FOREIGN DATA WRAPPER oth_far OPTIONS (SET a 'b', ADD "C d" 'e');
-- ~ foreign data wrapper oth_far
COMMENT ON FOREIGN DATA WRAPPER oth_far IS 'far';
-- + foreign server Oth more
CREATE SERVER "Oth more" FOREIGN DATA WRAPPER oth_far;
-- - foreign server oth_away; - user mapping PUBLIC SERVER oth_away; - table oth.abroad; - column oth.abroad.id
DROP SERVER oth_away CASCADE;
-- ~ foreign server oth_away
ALTER SERVER oth_away VERSION '2';
-- ~ foreign server oth_away
ALTER SERVER oth_away OPTIONS (DROP host, ADD port '3');
-- ~ foreign server oth_away
GRANT USAGE ON FOREIGN SERVER oth_away TO app_reader;
-- + user mapping app_reader SERVER oth_away
CREATE USER MAPPING FOR app_reader SERVER oth_away OPTIONS (name 'it''s');
-- - user mapping PUBLIC SERVER oth_away
DROP USER MAPPING FOR PUBLIC SERVER oth_away;
-- ~ user mapping PUBLIC SERVER oth_away
ALTER USER MAPPING FOR PUBLIC SERVER oth_away OPTIONS (SET name 'm');
-- ~ table oth.abroad
ALTER FOREIGN TABLE oth.abroad OPTIONS (SET t 'y');
-- ~ column oth.abroad.id
ALTER FOREIGN TABLE oth.abroad ALTER id OPTIONS (SET c 'e');
-- + check oth.abroad.far
ALTER FOREIGN TABLE oth.abroad ADD CONSTRAINT far CHECK (id > 0) NOT VALID;
-- =
ALTER PUBLICATION news SET TABLE oth.b, oth.a; ALTER PUBLICATION news SET (publish = 'update,insert');
-- =
ALTER TEXT SEARCH CONFIGURATION oth.conf DROP MAPPING FOR word; ALTER TEXT SEARCH CONFIGURATION oth.conf ADD MAPPING FOR word WITH oth.dict, pg_catalog.simple;
-- =
ALTER FOREIGN DATA WRAPPER oth_far OPTIONS (DROP a); ALTER FOREIGN DATA WRAPPER oth_far OPTIONS ("a" E'it\'s');
