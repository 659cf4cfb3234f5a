SELECT 'extension', e.oid, 0, NULL, NULL, e.extname, NULL, NULL, e.extversion, format('SCHEMA %I', n.nspname)
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
-- Every database has it from the start.
WHERE NOT (e.extname = 'plpgsql' AND n.nspname = 'pg_catalog')
