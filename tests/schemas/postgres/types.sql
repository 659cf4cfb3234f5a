-- base
CREATE SCHEMA typ;
CREATE TYPE typ.mood AS ENUM ('sad', 'it''s ok', 'happy');
CREATE TYPE typ."Unused" AS ENUM ('one');
CREATE DOMAIN typ.price AS numeric(10, 2) DEFAULT 1 NOT NULL CONSTRAINT positive CHECK (VALUE > 0);
CREATE DOMAIN typ.code AS text COLLATE "C" CHECK (VALUE ~ '^\d+$');
CREATE TYPE typ.pair AS (a integer, "B c" text COLLATE "C");
CREATE TYPE typ.floats AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE COLLATION typ.plain (provider = libc, locale = 'C');
CREATE TABLE typ.used (m typ.mood DEFAULT 'sad'::typ.mood NOT NULL, p typ.price, c typ.code, r typ.floats, many typ.mood[] DEFAULT '{happy}');
CREATE TABLE typ.pairs (p typ.pair);
CREATE VIEW typ.moods AS SELECT m FROM typ.used WHERE m > 'sad'::typ.mood;
CREATE FUNCTION typ.equal(integer, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1::text = $2';
CREATE FUNCTION typ.unequal(integer, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1::text <> $2';
CREATE FUNCTION typ.to_pair(integer) RETURNS typ.pair LANGUAGE sql IMMUTABLE AS $$ SELECT ROW($1, '')::typ.pair $$;
CREATE OPERATOR typ.=== (function = typ.equal, leftarg = integer, rightarg = text);
CREATE CAST (integer AS typ.pair) WITH FUNCTION typ.to_pair(integer);
CREATE CAST (typ.pair AS text) WITH INOUT;
CREATE OPERATOR FAMILY typ.family USING btree;
CREATE OPERATOR CLASS typ.reversed FOR TYPE integer USING btree AS
    OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 btint4cmp(integer, integer);
-- + enum typ.State "x"
CREATE TYPE typ."State ""x""" AS ENUM ('a', 'A', '');
-- - enum typ.Unused
DROP TYPE typ."Unused";
-- ~ enum typ.Unused
ALTER TYPE typ."Unused" ADD VALUE 'two';
-- ~ enum typ.mood
ALTER TYPE typ.mood ADD VALUE 'meh' AFTER 'sad';
-- ~ enum typ.mood
ALTER TYPE typ.mood ADD VALUE 'very sad' BEFORE 'sad';
-- ~ enum typ.mood
COMMENT ON TYPE typ.mood IS 'how it is';
-- + domain typ.short
CREATE DOMAIN typ.short AS varchar(3);
-- - domain typ.code; - check typ.code.code_check; - column typ.used.c
DROP DOMAIN typ.code CASCADE;
-- ~ domain typ.price
ALTER DOMAIN typ.price DROP NOT NULL;
-- [17+] ~ domain typ.code
ALTER DOMAIN typ.code ADD CONSTRAINT "has one" NOT NULL;
-- [17+] [exact] ~ domain typ.price
ALTER DOMAIN typ.price RENAME CONSTRAINT price_not_null TO filled;
-- [17+] + domain typ.full
CREATE DOMAIN typ."full" AS text CONSTRAINT there NOT NULL;
-- [17+] ~ domain typ.price
ALTER DOMAIN typ.price DROP NOT NULL; ALTER DOMAIN typ.price DROP DEFAULT;
-- ~ domain typ.price
ALTER DOMAIN typ.price SET DEFAULT 2;
-- ~ domain typ.price
ALTER DOMAIN typ.price DROP DEFAULT;
-- ~ check typ.price.positive
ALTER DOMAIN typ.price DROP CONSTRAINT positive; ALTER DOMAIN typ.price ADD CONSTRAINT positive CHECK (VALUE >= 0);
-- + check typ.price.price_check
ALTER DOMAIN typ.price ADD CHECK (VALUE < 1000);
-- ~ check typ.price.positive
ALTER DOMAIN typ.price DROP CONSTRAINT positive; ALTER DOMAIN typ.price ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID;
-- - check typ.price.positive
ALTER DOMAIN typ.price DROP CONSTRAINT positive;
-- ~ domain typ.code
COMMENT ON DOMAIN typ.code IS 'digits';
-- + composite typ.triple; + column typ.triple.z
CREATE TYPE typ.triple AS (z numeric(4, 1));
-- - cast (integer AS typ.pair); - cast (typ.pair AS text); - composite typ.pair; - function typ.to_pair(integer); - column typ.pair.B c; - column typ.pair.a; - column typ.pairs.p
DROP TYPE typ.pair CASCADE;
-- + column typ.pair.d
ALTER TYPE typ.pair ADD ATTRIBUTE d date;
-- - column typ.pair.B c
ALTER TYPE typ.pair DROP ATTRIBUTE "B c";
-- ~ composite typ.pair
COMMENT ON TYPE typ.pair IS 'two';
-- + range typ.days
CREATE TYPE typ.days AS RANGE (subtype = date);
-- - range typ.floats; - column typ.used.r
DROP TYPE typ.floats CASCADE;
-- ~ range typ.floats
COMMENT ON TYPE typ.floats IS 'floats';
-- ~ range typ.floats; - column typ.used.r
DROP TYPE typ.floats CASCADE; CREATE TYPE typ.floats AS RANGE (subtype = float8);
-- + collation typ.posix
CREATE COLLATION typ.posix (provider = libc, locale = 'POSIX');
-- - collation typ.plain
DROP COLLATION typ.plain;
-- ~ collation typ.plain
DROP COLLATION typ.plain; CREATE COLLATION typ.plain (provider = libc, lc_collate = 'C', lc_ctype = 'POSIX');
-- ~ collation typ.plain
COMMENT ON COLLATION typ.plain IS 'plain';
-- + cast (typ.mood AS integer); + function typ.of_mood(typ.mood)
CREATE FUNCTION typ.of_mood(typ.mood) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1'; CREATE CAST (typ.mood AS integer) WITH FUNCTION typ.of_mood(typ.mood);
-- - cast (typ.pair AS text)
DROP CAST (typ.pair AS text);
-- ~ cast (typ.pair AS text)
DROP CAST (typ.pair AS text); CREATE CAST (typ.pair AS text) WITH INOUT AS ASSIGNMENT;
-- ~ cast (integer AS typ.pair)
DROP CAST (integer AS typ.pair); CREATE CAST (integer AS typ.pair) WITH FUNCTION typ.to_pair(integer) AS IMPLICIT;
-- ~ cast (integer AS typ.pair)
COMMENT ON CAST (integer AS typ.pair) IS 'a pair';
-- + operator typ.<=> (integer, text)
CREATE OPERATOR typ.<=> (function = typ.unequal, leftarg = integer, rightarg = text);
-- - operator typ.=== (integer, text)
DROP OPERATOR typ.=== (integer, text);
-- ~ operator typ.=== (integer, text)
ALTER OPERATOR typ.=== (integer, text) SET (RESTRICT = eqsel, JOIN = eqjoinsel);
-- ~ operator typ.=== (integer, text)
DROP OPERATOR typ.=== (integer, text); CREATE OPERATOR typ.=== (function = typ.unequal, leftarg = integer, rightarg = text);
-- ~ operator typ.=== (integer, text)
COMMENT ON OPERATOR typ.=== (integer, text) IS 'as text';
-- + operator typ.! (NONE, text)
CREATE OPERATOR typ.! (function = pg_catalog.length, rightarg = text);
-- + operator family typ.Hashes USING hash
CREATE OPERATOR FAMILY typ."Hashes" USING hash;
-- - operator family typ.family USING btree
DROP OPERATOR FAMILY typ.family USING btree;
-- ~ operator family typ.family USING btree
ALTER OPERATOR FAMILY typ.family USING btree ADD OPERATOR 3 = (integer, bigint);
-- + operator class typ.hashed USING hash; + operator family typ.hashed USING hash
CREATE OPERATOR CLASS typ.hashed FOR TYPE integer USING hash AS OPERATOR 1 =, FUNCTION 1 hashint4(integer);
-- - operator class typ.reversed USING btree
DROP OPERATOR CLASS typ.reversed USING btree;
-- ~ operator class typ.reversed USING btree
COMMENT ON OPERATOR CLASS typ.reversed USING btree IS 'backwards';
-- =
ALTER DOMAIN typ.price DROP CONSTRAINT positive; ALTER DOMAIN typ.price ADD CONSTRAINT positive CHECK ((VALUE > (0)::numeric));
-- =
ALTER DOMAIN typ.price SET DEFAULT (1); ALTER DOMAIN typ.code SET DEFAULT NULL;
-- =
DROP TYPE typ."Unused"; CREATE TYPE typ."Unused" AS ENUM (/* only */ E'one');
-- =
ALTER TABLE typ.used ALTER m SET DEFAULT ('sad'), ALTER many SET DEFAULT ARRAY['happy']::typ.mood[], ALTER many SET DEFAULT '{ happy }';
-- =
CREATE OR REPLACE VIEW typ.moods AS select used.m from typ.used where (used.m > cast('sad' as typ.mood));
-- =
DROP COLLATION typ.plain; CREATE COLLATION typ.plain (lc_collate = 'C', lc_ctype = 'C');
