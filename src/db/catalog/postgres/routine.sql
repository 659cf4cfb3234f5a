SELECT CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, p.oid, 0, n.nspname, NULL,
    format('%s(%s)', p.proname, (SELECT string_agg(format_type(t, NULL), ', ' ORDER BY i)
        FROM unnest(p.proargtypes) WITH ORDINALITY u (t, i))),
    NULL, NULL,
    pg_get_function_result(p.oid),
    pg_get_functiondef(p.oid),
    ARRAY[pg_get_function_arguments(p.oid)],
    l.lanname
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
WHERE p.prokind IN ('f', 'p', 'w') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    -- The server makes those of a range type.
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 1255 AND d.objid = p.oid AND d.deptype IN ('i', 'e'))
