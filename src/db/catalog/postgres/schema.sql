SELECT 'schema', n.oid, 0, NULL, NULL, n.nspname, NULL, NULL
FROM pg_namespace n
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
