-- base
CREATE SCHEMA tabs;
CREATE SCHEMA gone;
CREATE TABLE tabs.plain (id integer PRIMARY KEY, k integer NOT NULL, note text);
CREATE UNIQUE INDEX plain_k ON tabs.plain (k);
CREATE UNLOGGED TABLE tabs.fast (a integer);
CREATE TABLE tabs.parent (a integer, b text);
CREATE TABLE tabs.parent2 (c integer);
CREATE TABLE tabs.child (extra text) INHERITS (tabs.parent);
CREATE TABLE tabs.cut (at date NOT NULL, n integer) PARTITION BY RANGE (at);
CREATE TABLE tabs.cut_24 PARTITION OF tabs.cut FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE tabs.listed (l text, n integer) PARTITION BY LIST (lower(l));
CREATE TABLE tabs.listed_a PARTITION OF tabs.listed FOR VALUES IN ('a', 'it''s');
CREATE TYPE tabs.form AS (x integer, y text);
CREATE TABLE tabs.typed OF tabs.form;
CREATE TABLE tabs."From" ("From" integer);
COMMENT ON TABLE tabs.plain IS 'plain';
CREATE SEQUENCE tabs.free;
CREATE SEQUENCE tabs.counted AS smallint INCREMENT BY -2 MINVALUE -100 MAXVALUE 50 START WITH 40 CACHE 7 CYCLE;
CREATE TABLE tabs.serial (id serial, other integer);
-- - column tabs.child.b; - column tabs.parent.b
ALTER TABLE tabs.parent DROP b;
-- + table tabs.another; + column tabs.another.a
CREATE TABLE tabs.another (a int);
-- + table tabs.nothing
CREATE TABLE tabs.nothing ();
-- - table tabs.From; - column tabs.From.From
DROP TABLE tabs."From";
-- - table tabs.fast; - column tabs.fast.a
DROP TABLE tabs.fast;
-- - table tabs.From; + table tabs.Until; - column tabs.From.From; + column tabs.Until.From
ALTER TABLE tabs."From" RENAME TO "Until";
-- ~ table tabs.fast
ALTER TABLE tabs.fast SET LOGGED;
-- ~ table tabs.parent2
ALTER TABLE tabs.parent2 SET UNLOGGED;
-- ~ table tabs.plain
ALTER TABLE tabs.plain SET (fillfactor = 50, autovacuum_enabled = off, toast.autovacuum_vacuum_threshold = 9);
-- ~ table tabs.plain
ALTER TABLE tabs.plain REPLICA IDENTITY FULL;
-- ~ table tabs.plain
ALTER TABLE tabs.plain REPLICA IDENTITY USING INDEX plain_k;
-- ~ table tabs.plain
ALTER TABLE tabs.plain CLUSTER ON plain_pkey;
-- ~ table tabs.plain
ALTER TABLE tabs.plain ENABLE ROW LEVEL SECURITY;
-- ~ table tabs.plain
ALTER TABLE tabs.plain FORCE ROW LEVEL SECURITY;
-- ~ table tabs.plain
COMMENT ON TABLE tabs.plain IS 'it''s not';
-- ~ table tabs.plain
COMMENT ON TABLE tabs.plain IS NULL;
-- ~ table tabs.child; + column tabs.child.c
ALTER TABLE tabs.child ADD c integer; ALTER TABLE tabs.child INHERIT tabs.parent2;
-- ~ table tabs.child
ALTER TABLE tabs.child NO INHERIT tabs.parent;
-- ~ table tabs.child; - column tabs.child.b
ALTER TABLE tabs.child NO INHERIT tabs.parent; ALTER TABLE tabs.child DROP b;
-- ~ table tabs.parent2; + column tabs.parent2.a; + column tabs.parent2.b
DROP TABLE tabs.parent2; CREATE TABLE tabs.parent2 (c integer) INHERITS (tabs.parent);
-- - column tabs.parent.b
ALTER TABLE ONLY tabs.parent DROP b;
-- + column tabs.child.z; + column tabs.parent.z
ALTER TABLE tabs.parent ADD z integer DEFAULT 3;
-- + table tabs.cut_25; + column tabs.cut_25.at; + column tabs.cut_25.n
CREATE TABLE tabs.cut_25 PARTITION OF tabs.cut FOR VALUES FROM ('2025-01-01') TO (MAXVALUE);
-- + table tabs.cut_rest; + column tabs.cut_rest.at; + column tabs.cut_rest.n
CREATE TABLE tabs.cut_rest PARTITION OF tabs.cut DEFAULT;
-- ~ table tabs.cut_24
ALTER TABLE tabs.cut DETACH PARTITION tabs.cut_24; ALTER TABLE tabs.cut ATTACH PARTITION tabs.cut_24 FOR VALUES FROM ('2024-01-01') TO ('2026-01-01');
-- ~ table tabs.listed_a
ALTER TABLE tabs.listed DETACH PARTITION tabs.listed_a; ALTER TABLE tabs.listed ATTACH PARTITION tabs.listed_a FOR VALUES IN ('a', NULL);
-- ~ table tabs.cut_24
ALTER TABLE tabs.cut DETACH PARTITION tabs.cut_24;
-- ~ column tabs.cut_24.n
ALTER TABLE tabs.cut_24 ALTER n SET DEFAULT 4;
-- + table tabs.hashed; + table tabs.hashed_0; + column tabs.hashed.a; + primary key tabs.hashed.hashed_pkey; + column tabs.hashed_0.a
CREATE TABLE tabs.hashed (a integer PRIMARY KEY) PARTITION BY HASH (a); CREATE TABLE tabs.hashed_0 PARTITION OF tabs.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
-- ~ table tabs.typed
ALTER TABLE tabs.typed NOT OF;
-- + sequence tabs.Next One
CREATE SEQUENCE tabs."Next One" START WITH 5;
-- - sequence tabs.free
DROP SEQUENCE tabs.free;
-- ~ sequence tabs.free
ALTER SEQUENCE tabs.free INCREMENT BY 3;
-- ~ sequence tabs.free
ALTER SEQUENCE tabs.free AS integer;
-- ~ sequence tabs.free
ALTER SEQUENCE tabs.free OWNED BY tabs.serial.other;
-- ~ sequence tabs.counted
ALTER SEQUENCE tabs.counted NO CYCLE;
-- ~ sequence tabs.counted
ALTER SEQUENCE tabs.counted START WITH 30;
-- ~ sequence tabs.counted
ALTER SEQUENCE tabs.counted MINVALUE -200 MAXVALUE 60 CACHE 1;
-- [15+] ~ sequence tabs.counted
ALTER SEQUENCE tabs.counted SET UNLOGGED;
-- ~ sequence tabs.free
COMMENT ON SEQUENCE tabs.free IS 'free';
-- ~ sequence tabs.serial_id_seq
ALTER SEQUENCE tabs.serial_id_seq OWNED BY NONE;
-- - sequence tabs.serial_id_seq; - column tabs.serial.id
ALTER TABLE tabs.serial DROP id;
-- ~ sequence tabs.serial_id_seq; - column tabs.serial.id
ALTER SEQUENCE tabs.serial_id_seq OWNED BY NONE; ALTER TABLE tabs.serial DROP id;
-- ~ sequence tabs.serial_id_seq; - table tabs.serial; - column tabs.serial.id; - column tabs.serial.other
ALTER SEQUENCE tabs.serial_id_seq OWNED BY NONE; DROP TABLE tabs.serial;
-- ~ sequence tabs.serial_id_seq; ~ column tabs.serial.id; ~ column tabs.serial.other
ALTER SEQUENCE tabs.serial_id_seq OWNED BY tabs.serial.other; ALTER TABLE tabs.serial ALTER id DROP DEFAULT, ALTER id DROP NOT NULL, ALTER other SET DEFAULT nextval('tabs.serial_id_seq');
-- ~ table tabs.serial
DROP TABLE tabs.serial; CREATE SEQUENCE tabs.serial_id_seq AS integer; CREATE TABLE tabs.serial (id integer NOT NULL DEFAULT nextval('tabs.serial_id_seq'), other integer) PARTITION BY RANGE (id); ALTER SEQUENCE tabs.serial_id_seq OWNED BY tabs.serial.id;
-- + schema Über "all"
CREATE SCHEMA "Über ""all""";
-- ~ schema tabs
COMMENT ON SCHEMA tabs IS 'tables';
-- - schema gone
DROP SCHEMA gone;
-- [18+] ~ column tabs.child.a; ~ column tabs.parent.a
ALTER TABLE tabs.parent ALTER a SET NOT NULL;
-- [18+] ~ column tabs.child.a; ~ column tabs.parent.a
ALTER TABLE tabs.parent ADD CONSTRAINT there NOT NULL a;
-- [18+] ~ column tabs.child.a; ~ column tabs.parent.a
ALTER TABLE tabs.parent ADD CONSTRAINT there NOT NULL a NOT VALID;
-- [18+] ~ column tabs.parent.a
ALTER TABLE tabs.parent ADD CONSTRAINT there NOT NULL a NO INHERIT;
-- [18+] ~ column tabs.child.a
ALTER TABLE tabs.child ADD CONSTRAINT here NOT NULL a;
-- [18+] ~ column tabs.cut.n; ~ column tabs.cut_24.n
ALTER TABLE tabs.cut ADD CONSTRAINT there NOT NULL n;
-- [18+] ~ column tabs.cut.n; ~ column tabs.cut_24.n
ALTER TABLE tabs.cut ALTER n SET NOT NULL;
-- [18+] [exact] ~ column tabs.cut.at; ~ column tabs.cut_24.at
ALTER TABLE tabs.cut RENAME CONSTRAINT cut_at_not_null TO dated;
-- [18+] ~ column tabs.cut_24.n
ALTER TABLE tabs.cut_24 ADD CONSTRAINT there NOT NULL n;
-- [18+] + table tabs.alike; + column tabs.alike.id; + column tabs.alike.k; + column tabs.alike.note
CREATE TABLE tabs.alike (LIKE tabs.plain);
-- [18+] + table tabs.named; + column tabs.named.a; + column tabs.named.b; + column tabs.named.c
CREATE TABLE tabs.named (a int CONSTRAINT x NOT NULL, b int NOT NULL NO INHERIT, c int, CONSTRAINT y NOT NULL c); ALTER TABLE tabs.named DROP CONSTRAINT y; ALTER TABLE tabs.named ADD CONSTRAINT z NOT NULL c NOT VALID;
-- [18+] + table tabs.named; + table tabs.under; + column tabs.named.a; + column tabs.under.a
CREATE TABLE tabs.named (a int CONSTRAINT x NOT NULL NO INHERIT); CREATE TABLE tabs.under (CONSTRAINT own NOT NULL a) INHERITS (tabs.named);
-- =
SELECT nextval('tabs.free'); SELECT setval('tabs.counted', 3);
-- =
ALTER SEQUENCE tabs.free INCREMENT 1 MINVALUE 1 NO MAXVALUE START 1 NO CYCLE;
-- =
ALTER TABLE tabs.cut DETACH PARTITION tabs.cut_24; ALTER TABLE tabs.cut ATTACH PARTITION tabs.cut_24 FOR VALUES FROM (date '2024-01-01') TO ('Jan 1, 2025');
-- =
DROP TABLE tabs."From"; CREATE TABLE tabs."From" (  "From" INT  /* from */ ) ;
-- =
DROP TABLE tabs.serial; CREATE SEQUENCE tabs.serial_id_seq AS integer; CREATE TABLE tabs.serial (id integer NOT NULL DEFAULT nextval('tabs.serial_id_seq'), other integer); ALTER SEQUENCE tabs.serial_id_seq OWNED BY tabs.serial.id;
-- =
DROP TABLE tabs.child; CREATE TABLE tabs.child (extra text, a integer, b text); ALTER TABLE tabs.child INHERIT tabs.parent; DROP TABLE tabs.child; CREATE TABLE tabs.child (extra text) INHERITS (tabs.parent);
-- =
ALTER TABLE tabs.plain SET (fillfactor = 50); ALTER TABLE tabs.plain RESET (fillfactor);
-- =
ALTER TABLE tabs.plain REPLICA IDENTITY DEFAULT, NO FORCE ROW LEVEL SECURITY, SET WITHOUT CLUSTER;
