-- base
CREATE SCHEMA rou;
CREATE TABLE rou.t (id integer, note text);
CREATE FUNCTION rou.twice(a integer, b integer DEFAULT 2) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT a * b $$;
CREATE FUNCTION rou."Odd Name"(text) RETURNS text LANGUAGE plpgsql AS $f$ BEGIN RETURN $1 || 'it''s $$'; END $f$;
CREATE FUNCTION rou.rows(OUT id integer, OUT note text) RETURNS SETOF record LANGUAGE sql STABLE ROWS 10 AS 'SELECT id, note FROM rou.t';
CREATE FUNCTION rou.listed(VARIADIC a integer[]) RETURNS TABLE (n integer) LANGUAGE sql AS 'SELECT unnest(a)';
CREATE FUNCTION rou.stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE PROCEDURE rou.nothing(n integer) LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
CREATE AGGREGATE rou.total(integer) (sfunc = int4pl, stype = integer, initcond = '0');
CREATE TRIGGER stamped BEFORE INSERT OR UPDATE OF note ON rou.t FOR EACH ROW WHEN (NEW.id > 5) EXECUTE FUNCTION rou.stamp();
CREATE CONSTRAINT TRIGGER late AFTER DELETE ON rou.t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION rou.stamp();
CREATE RULE no_delete AS ON DELETE TO rou.t DO INSTEAD NOTHING;
CREATE POLICY own ON rou.t FOR UPDATE TO app_reader USING (note = CURRENT_USER) WITH CHECK (id > 1);
CREATE FUNCTION rou.watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE EVENT TRIGGER watched ON ddl_command_end WHEN TAG IN ('DROP FUNCTION') EXECUTE FUNCTION rou.watch();
-- + function rou.three()
CREATE FUNCTION rou.three() RETURNS integer LANGUAGE sql RETURN 3;
-- + function rou.twice(bigint)
CREATE FUNCTION rou.twice(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT $1 * 2';
-- - function rou.Odd Name(text)
DROP FUNCTION rou."Odd Name";
-- ~ function rou.twice(integer, integer)
CREATE OR REPLACE FUNCTION rou.twice(a integer, b integer DEFAULT 2) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT a + b $$;
-- ~ function rou.twice(integer, integer)
CREATE OR REPLACE FUNCTION rou.twice(a integer, b integer DEFAULT 3) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT a * b $$;
-- ~ function rou.twice(integer, integer)
DROP FUNCTION rou.twice; CREATE FUNCTION rou.twice(a integer, c integer DEFAULT 2) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT a * c $$;
-- ~ function rou.twice(integer, integer)
DROP FUNCTION rou.twice; CREATE FUNCTION rou.twice(a integer, b integer DEFAULT 2) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT a * b $$;
-- ~ function rou.twice(integer, integer)
ALTER FUNCTION rou.twice STABLE;
-- ~ function rou.twice(integer, integer)
ALTER FUNCTION rou.twice STRICT;
-- ~ function rou.twice(integer, integer)
ALTER FUNCTION rou.twice SECURITY DEFINER;
-- ~ function rou.twice(integer, integer)
ALTER FUNCTION rou.twice LEAKPROOF;
-- ~ function rou.twice(integer, integer)
ALTER FUNCTION rou.twice PARALLEL SAFE;
-- ~ function rou.twice(integer, integer)
ALTER FUNCTION rou.twice COST 7;
-- ~ function rou.twice(integer, integer)
ALTER FUNCTION rou.twice SET search_path = rou, "$user", 'odd''one';
-- ~ function rou.twice(integer, integer)
ALTER FUNCTION rou.twice SET work_mem = '1MB';
-- ~ function rou.twice(integer, integer)
COMMENT ON FUNCTION rou.twice IS 'twice';
-- ~ function rou.rows()
ALTER FUNCTION rou.rows ROWS 20;
-- ~ function rou.Odd Name(text)
CREATE OR REPLACE FUNCTION rou."Odd Name"(text) RETURNS text LANGUAGE plpgsql AS $f$ BEGIN RETURN $1 || 'it''s  $$'; END $f$;
-- + procedure rou.nothing()
CREATE PROCEDURE rou.nothing() LANGUAGE sql AS '';
-- - procedure rou.nothing(integer)
DROP PROCEDURE rou.nothing;
-- ~ procedure rou.nothing(integer)
CREATE OR REPLACE PROCEDURE rou.nothing(n integer) LANGUAGE plpgsql AS $$ BEGIN PERFORM n; END $$;
-- ~ procedure rou.nothing(integer)
DROP PROCEDURE rou.nothing; CREATE PROCEDURE rou.nothing(INOUT n integer) LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
-- + aggregate rou.mean(double precision)
CREATE AGGREGATE rou.mean(float8) (sfunc = float8_accum, stype = float8[], finalfunc = float8_avg, initcond = '{0,0,0}');
-- - aggregate rou.total(integer)
DROP AGGREGATE rou.total(integer);
-- ~ aggregate rou.total(integer)
DROP AGGREGATE rou.total(integer); CREATE AGGREGATE rou.total(integer) (sfunc = int4pl, stype = integer, initcond = '1');
-- ~ aggregate rou.total(integer)
DROP AGGREGATE rou.total(integer); CREATE AGGREGATE rou.total(integer) (sfunc = int4pl, stype = integer, initcond = '0', parallel = safe, combinefunc = int4pl);
-- ~ aggregate rou.total(integer)
COMMENT ON AGGREGATE rou.total(integer) IS 'all';
-- + trigger rou.t.Then
CREATE TRIGGER "Then" AFTER TRUNCATE ON rou.t EXECUTE FUNCTION rou.stamp();
-- + trigger rou.t.whole
CREATE TRIGGER whole AFTER INSERT ON rou.t REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION rou.stamp('a', 'it''s');
-- - trigger rou.t.stamped
DROP TRIGGER stamped ON rou.t;
-- ~ trigger rou.t.stamped
DROP TRIGGER stamped ON rou.t; CREATE TRIGGER stamped BEFORE INSERT OR UPDATE OF note ON rou.t FOR EACH ROW WHEN (NEW.id > 6) EXECUTE FUNCTION rou.stamp();
-- ~ trigger rou.t.stamped
DROP TRIGGER stamped ON rou.t; CREATE TRIGGER stamped AFTER INSERT OR UPDATE OF note ON rou.t FOR EACH ROW WHEN (NEW.id > 5) EXECUTE FUNCTION rou.stamp();
-- ~ trigger rou.t.stamped
DROP TRIGGER stamped ON rou.t; CREATE TRIGGER stamped BEFORE INSERT OR UPDATE OF id ON rou.t FOR EACH ROW WHEN (NEW.id > 5) EXECUTE FUNCTION rou.stamp();
-- ~ trigger rou.t.stamped
ALTER TABLE rou.t DISABLE TRIGGER stamped;
-- ~ trigger rou.t.stamped
ALTER TABLE rou.t ENABLE REPLICA TRIGGER stamped;
-- ~ trigger rou.t.stamped
COMMENT ON TRIGGER stamped ON rou.t IS 'stamps';
-- ~ trigger rou.t.late
DROP TRIGGER late ON rou.t; CREATE CONSTRAINT TRIGGER late AFTER DELETE ON rou.t DEFERRABLE FOR EACH ROW EXECUTE FUNCTION rou.stamp();
-- + event trigger on all
CREATE EVENT TRIGGER "on all" ON sql_drop EXECUTE FUNCTION rou.watch();
-- - event trigger watched
DROP EVENT TRIGGER watched;
-- ~ event trigger watched
ALTER EVENT TRIGGER watched DISABLE;
-- ~ event trigger watched
DROP EVENT TRIGGER watched; CREATE EVENT TRIGGER watched ON ddl_command_end WHEN TAG IN ('DROP FUNCTION', 'DROP PROCEDURE') EXECUTE FUNCTION rou.watch();
-- ~ event trigger watched
COMMENT ON EVENT TRIGGER watched IS 'watches';
-- + rule rou.t.Copied
CREATE RULE "Copied" AS ON INSERT TO rou.t DO ALSO NOTIFY rou;
-- - rule rou.t.no_delete
DROP RULE no_delete ON rou.t;
-- ~ rule rou.t.no_delete
CREATE OR REPLACE RULE no_delete AS ON DELETE TO rou.t WHERE OLD.id > 3 DO INSTEAD NOTHING;
-- ~ rule rou.t.no_delete
CREATE OR REPLACE RULE no_delete AS ON DELETE TO rou.t DO INSTEAD UPDATE rou.t SET note = 'gone' WHERE id = OLD.id;
-- ~ rule rou.t.no_delete
ALTER TABLE rou.t DISABLE RULE no_delete;
-- ~ rule rou.t.no_delete
COMMENT ON RULE no_delete ON rou.t IS 'kept';
-- + policy rou.t.All of it
CREATE POLICY "All of it" ON rou.t AS RESTRICTIVE USING (true);
-- - policy rou.t.own
DROP POLICY own ON rou.t;
-- ~ policy rou.t.own
ALTER POLICY own ON rou.t USING (note <> CURRENT_USER);
-- ~ policy rou.t.own
ALTER POLICY own ON rou.t WITH CHECK (id > 2);
-- ~ policy rou.t.own
ALTER POLICY own ON rou.t TO app_writer, app_reader;
-- ~ policy rou.t.own
DROP POLICY own ON rou.t; CREATE POLICY own ON rou.t TO app_reader USING (note = CURRENT_USER) WITH CHECK (id > 1);
-- ~ policy rou.t.own
COMMENT ON POLICY own ON rou.t IS 'own';
-- =
CREATE OR REPLACE FUNCTION rou.twice(a int, IN b int4 = 2) RETURNS integer IMMUTABLE COST 100 CALLED ON NULL INPUT LANGUAGE 'sql' AS ' SELECT a * b ';
-- =
ALTER FUNCTION rou.twice SET work_mem = '1MB'; ALTER FUNCTION rou.twice RESET ALL;
-- =
DROP TRIGGER stamped ON rou.t; CREATE TRIGGER stamped BEFORE UPDATE OF note OR INSERT ON rou.t FOR ROW WHEN ((new.id) > (5)) EXECUTE PROCEDURE rou.stamp();
-- =
CREATE OR REPLACE RULE no_delete AS ON DELETE TO rou.t DO INSTEAD /* really */ NOTHING;
-- =
DROP POLICY own ON rou.t; CREATE POLICY own ON rou.t AS PERMISSIVE FOR UPDATE TO app_reader USING ((note = current_user)) WITH CHECK ((id > 1));
-- =
DROP AGGREGATE rou.total(integer); CREATE AGGREGATE rou.total(int4) (stype = int4, initcond = '0', sfunc = pg_catalog.int4pl, parallel = unsafe);
-- =
ALTER TABLE rou.t DISABLE TRIGGER stamped; ALTER TABLE rou.t ENABLE TRIGGER stamped;
