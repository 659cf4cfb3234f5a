SELECT 'text-search-template', t.oid, 0, n.nspname, NULL, t.tmplname, NULL, NULL,
    array_remove(ARRAY[CASE WHEN t.tmplinit <> 0 THEN 'INIT = ' || t.tmplinit END, 'LEXIZE = ' || t.tmpllexize], NULL)
FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
