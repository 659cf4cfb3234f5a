-- base
CREATE SCHEMA rig;
CREATE TABLE rig.t (id integer, note text);
CREATE VIEW rig.v AS SELECT id FROM rig.t;
CREATE SEQUENCE rig.s;
CREATE TYPE rig.mood AS ENUM ('a');
CREATE FUNCTION rig.f(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1';
GRANT SELECT, INSERT ON rig.t TO app_reader WITH GRANT OPTION;
GRANT UPDATE (note) ON rig.t TO app_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA rig GRANT SELECT ON TABLES TO app_reader;
-- ~ table rig.t
GRANT DELETE ON rig.t TO app_writer;
-- ~ table rig.t
GRANT SELECT ON rig.t TO PUBLIC;
-- ~ table rig.t
REVOKE SELECT ON rig.t FROM app_reader;
-- ~ table rig.t
REVOKE GRANT OPTION FOR SELECT ON rig.t FROM app_reader;
-- ~ table rig.t
GRANT ALL ON rig.t TO app_writer;
-- ~ table rig.t
REVOKE DELETE ON rig.t FROM CURRENT_USER;
-- [17+] ~ table rig.t
GRANT MAINTAIN ON rig.t TO app_writer;
-- ~ column rig.t.note
REVOKE UPDATE (note) ON rig.t FROM app_reader;
-- ~ column rig.t.id
GRANT SELECT (id), REFERENCES (id) ON rig.t TO app_writer;
-- ~ view rig.v
GRANT SELECT ON rig.v TO app_writer;
-- + column rig.v.id
GRANT SELECT (id) ON rig.v TO app_writer;
-- ~ sequence rig.s
GRANT USAGE ON SEQUENCE rig.s TO app_writer;
-- ~ enum rig.mood
REVOKE USAGE ON TYPE rig.mood FROM PUBLIC;
-- ~ function rig.f(integer)
REVOKE EXECUTE ON FUNCTION rig.f FROM PUBLIC;
-- ~ function rig.f(integer)
GRANT EXECUTE ON FUNCTION rig.f TO app_writer;
-- ~ schema rig
GRANT USAGE ON SCHEMA rig TO app_reader;
-- ~ schema rig
GRANT CREATE ON SCHEMA rig TO app_writer WITH GRANT OPTION;
-- ~ table rig.t
ALTER TABLE rig.t OWNER TO app_writer;
-- ~ view rig.v
ALTER VIEW rig.v OWNER TO app_writer;
-- ~ sequence rig.s
ALTER SEQUENCE rig.s OWNER TO app_writer;
-- ~ enum rig.mood
ALTER TYPE rig.mood OWNER TO app_writer;
-- ~ function rig.f(integer)
ALTER FUNCTION rig.f OWNER TO app_writer;
-- ~ schema rig
ALTER SCHEMA rig OWNER TO app_writer;
-- + default privilege FOR ROLE app_writer ON FUNCTIONS
ALTER DEFAULT PRIVILEGES FOR ROLE app_writer REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
-- - default privilege FOR ROLE postgres IN SCHEMA rig ON TABLES
ALTER DEFAULT PRIVILEGES IN SCHEMA rig REVOKE SELECT ON TABLES FROM app_reader;
-- ~ default privilege FOR ROLE postgres IN SCHEMA rig ON TABLES
ALTER DEFAULT PRIVILEGES IN SCHEMA rig GRANT INSERT ON TABLES TO app_reader;
-- ~ default privilege FOR ROLE postgres IN SCHEMA rig ON TABLES
ALTER DEFAULT PRIVILEGES IN SCHEMA rig GRANT SELECT ON TABLES TO app_reader WITH GRANT OPTION;
-- + default privilege FOR ROLE postgres IN SCHEMA rig ON SEQUENCES
ALTER DEFAULT PRIVILEGES IN SCHEMA rig GRANT USAGE ON SEQUENCES TO app_reader;
-- + default privilege FOR ROLE postgres ON TYPES
ALTER DEFAULT PRIVILEGES REVOKE USAGE ON TYPES FROM PUBLIC;
-- + default privilege FOR ROLE postgres ON SCHEMAS
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO app_reader;
-- =
GRANT SELECT ON rig.t TO app_reader; GRANT INSERT ON rig.t TO app_reader WITH GRANT OPTION;
-- =
GRANT EXECUTE ON FUNCTION rig.f TO PUBLIC;
-- =
GRANT ALL ON rig.t TO CURRENT_USER; GRANT USAGE ON TYPE rig.mood TO PUBLIC;
-- =
GRANT SELECT ON rig.v TO app_writer; REVOKE ALL ON rig.v FROM app_writer;
-- =
ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
-- =
ALTER DEFAULT PRIVILEGES IN SCHEMA rig GRANT USAGE ON TYPES TO app_reader; ALTER DEFAULT PRIVILEGES IN SCHEMA rig REVOKE USAGE ON TYPES FROM app_reader;
