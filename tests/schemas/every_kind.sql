CREATE SCHEMA shop;
CREATE SCHEMA "Odd ""Name";
COMMENT ON SCHEMA shop IS 'what is sold';
CREATE EXTENSION citext SCHEMA shop;
CREATE COLLATION shop.plain (provider = libc, locale = 'C');
CREATE TYPE shop.mood AS ENUM ('sad', 'it''s ok', 'happy');
CREATE DOMAIN shop.posint AS integer DEFAULT 1 NOT NULL CONSTRAINT positive CHECK (VALUE > 0);
CREATE TYPE shop.pair AS (a integer, "B c" text COLLATE "C");
CREATE TYPE shop.floats AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE SEQUENCE shop.tickets AS integer INCREMENT BY 5 START WITH 100 CACHE 3 CYCLE;
CREATE FUNCTION shop.twice(a integer, b integer DEFAULT 2) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT a * b $$;
CREATE FUNCTION shop.stamp() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN NEW.note := 'x'; RETURN NEW; END $f$;
CREATE PROCEDURE shop.nothing() LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
CREATE AGGREGATE shop.total(integer) (sfunc = int4pl, stype = integer, initcond = '0');
CREATE OPERATOR shop.=== (function = int4eq, leftarg = integer, rightarg = integer);
CREATE CAST (shop.pair AS text) WITH INOUT;
CREATE OPERATOR FAMILY shop.fam USING btree;
CREATE TABLE shop.users (
    id integer GENERATED ALWAYS AS IDENTITY (START WITH 10) PRIMARY KEY,
    email shop.citext UNIQUE,
    m shop.mood DEFAULT 'sad' NOT NULL,
    p shop.posint,
    note text COLLATE "C" DEFAULT 'a\b''c',
    doubled integer GENERATED ALWAYS AS (shop.twice(4, 2)) STORED,
    during tsrange,
    CONSTRAINT note_short CHECK (length(note) BETWEEN 1 AND 5 AND note IN ('a', 'b')),
    CONSTRAINT apart EXCLUDE USING gist (during WITH &&) WHERE (id > 0)
) WITH (fillfactor = 70, toast.autovacuum_enabled = false);
ALTER TABLE shop.users ALTER note SET STORAGE external, ALTER note SET STATISTICS 200, ALTER id SET (n_distinct = 5);
CREATE TABLE "Odd ""Name"."Order" ("Id" serial PRIMARY KEY, "user" integer REFERENCES shop.users ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, "group" text);
CREATE UNLOGGED TABLE shop.cache (k text, v jsonb);
CREATE TABLE shop.a (id integer PRIMARY KEY, b_id integer);
CREATE TABLE shop.b (id integer PRIMARY KEY, a_id integer REFERENCES shop.a);
ALTER TABLE shop.a ADD CONSTRAINT a_b FOREIGN KEY (b_id) REFERENCES shop.b NOT VALID;
CREATE TABLE shop.ev (id integer NOT NULL, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE shop.ev_24 PARTITION OF shop.ev FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE shop.ev_rest PARTITION OF shop.ev DEFAULT;
CREATE INDEX ev_at ON shop.ev (at);
CREATE TABLE shop.kid (extra text) INHERITS (shop.cache);
CREATE INDEX users_lower ON shop.users (lower(note) DESC NULLS LAST) INCLUDE (id) WITH (fillfactor = 80) WHERE id > 5;
CREATE INDEX ON shop.users (note, m);
CREATE UNIQUE INDEX cache_k ON shop.cache (k);
ALTER TABLE shop.users CLUSTER ON users_pkey;
ALTER TABLE shop.users REPLICA IDENTITY FULL;
CREATE VIEW shop.names WITH (security_barrier = true) AS SELECT id, note FROM shop.users WHERE id > 0 WITH LOCAL CHECK OPTION;
CREATE VIEW shop.short AS SELECT id FROM shop.names;
COMMENT ON COLUMN shop.names.id IS 'the id';
CREATE MATERIALIZED VIEW shop.counted AS SELECT count(*) AS n FROM shop.users;
CREATE UNIQUE INDEX counted_n ON shop.counted (n);
CREATE TRIGGER stamped BEFORE INSERT OR UPDATE OF note ON shop.users FOR EACH ROW WHEN (NEW.id > 5) EXECUTE FUNCTION shop.stamp();
ALTER TABLE shop.users DISABLE TRIGGER stamped;
CREATE RULE no_delete AS ON DELETE TO shop.cache DO INSTEAD NOTHING;
ALTER TABLE shop.users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON shop.users FOR UPDATE USING (note = CURRENT_USER) WITH CHECK (id > 1);
CREATE STATISTICS shop.notes (dependencies) ON note, m FROM shop.users;
CREATE PUBLICATION news FOR TABLE shop.users, shop.b WITH (publish = 'insert, update');
CREATE TEXT SEARCH DICTIONARY shop.plain_words (TEMPLATE = simple, stopwords = 'english');
CREATE TEXT SEARCH CONFIGURATION shop.words (PARSER = default);
ALTER TEXT SEARCH CONFIGURATION shop.words ADD MAPPING FOR asciiword, word WITH shop.plain_words, simple;
CREATE FOREIGN DATA WRAPPER far OPTIONS (a 'b');
CREATE SERVER away TYPE 't' VERSION '1' FOREIGN DATA WRAPPER far OPTIONS (host 'h');
CREATE USER MAPPING FOR PUBLIC SERVER away OPTIONS (name 'n');
CREATE FOREIGN TABLE shop.abroad (id integer OPTIONS (c 'd')) SERVER away OPTIONS (t 'x');
CREATE FUNCTION shop.watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE EVENT TRIGGER watched ON ddl_command_end WHEN TAG IN ('DROP FUNCTION') EXECUTE FUNCTION shop.watch();
GRANT SELECT, INSERT ON shop.users TO app_reader WITH GRANT OPTION;
GRANT UPDATE (note) ON shop.users TO app_reader;
REVOKE EXECUTE ON FUNCTION shop.twice(integer, integer) FROM PUBLIC;
GRANT USAGE ON SCHEMA shop TO app_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO app_reader;
ALTER VIEW shop.short OWNER TO app_reader;
COMMENT ON TABLE shop.users IS 'it''s people';
COMMENT ON COLUMN shop.users.note IS 'a note';
COMMENT ON CONSTRAINT note_short ON shop.users IS 'short';
COMMENT ON CONSTRAINT positive ON DOMAIN shop.posint IS 'above zero';
COMMENT ON INDEX shop.users_lower IS 'quick';
COMMENT ON FUNCTION shop.twice(integer, integer) IS 'double';
COMMENT ON TYPE shop.mood IS 'mood';
COMMENT ON TRIGGER stamped ON shop.users IS 'stamps';
COMMENT ON POLICY own ON shop.users IS 'own rows';
