SELECT c.relkind::text, c.oid::regclass::text, 'rev does not know this kind of relation'
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind NOT IN ('r', 'p', 'f', 'c', 'v', 'm', 'i', 'I', 'S', 't')
