SELECT 'domain', t.oid, 0, n.nspname, NULL, t.typname, NULL, NULL,
    format_type(t.typbasetype, t.typtypmod),
    t.typnotnull,
    pg_get_expr(t.typdefaultbin, 0),
    CASE WHEN t.typcollation <> 0 AND t.typcollation <> b.typcollation THEN
        (SELECT format('%I.%I', cn.nspname, co.collname)
         FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = t.typcollation)
    END,
/*17+*/ (SELECT k.conname FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'n')
/*16-*/ NULL
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_type b ON b.oid = t.typbasetype
WHERE t.typtype = 'd' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
