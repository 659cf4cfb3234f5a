SELECT 'range', t.oid, 0, n.nspname, NULL, t.typname, NULL, NULL,
    array_remove(ARRAY[
        'subtype = ' || format_type(r.rngsubtype, NULL),
        CASE WHEN NOT o.opcdefault THEN format('subtype_opclass = %I.%I', n1.nspname, o.opcname) END,
        CASE WHEN r.rngcollation <> 0 AND r.rngcollation <> s.typcollation THEN
            (SELECT format('collation = %I.%I', cn.nspname, co.collname)
             FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = r.rngcollation) END,
        CASE WHEN r.rngcanonical <> 0 THEN 'canonical = ' || r.rngcanonical::regproc END,
        CASE WHEN r.rngsubdiff <> 0 THEN 'subtype_diff = '
            || (SELECT format('%I.%I', fn.nspname, f.proname) FROM pg_proc f JOIN pg_namespace fn ON fn.oid = f.pronamespace
                WHERE f.oid = r.rngsubdiff) END
/*14+*/ , CASE WHEN mt.typname <> CASE WHEN t.typname ~ 'range' THEN regexp_replace(t.typname, 'range', 'multirange')
/*14+*/     ELSE t.typname || '_multirange' END THEN format('multirange_type_name = %I.%I', mn.nspname, mt.typname) END
    ], NULL)
FROM pg_range r
JOIN pg_type t ON t.oid = r.rngtypid
JOIN pg_namespace n ON n.oid = t.typnamespace
JOIN pg_type s ON s.oid = r.rngsubtype
JOIN pg_opclass o ON o.oid = r.rngsubopc
JOIN pg_namespace n1 ON n1.oid = o.opcnamespace
/*14+*/ JOIN pg_type mt ON mt.oid = r.rngmultitypid JOIN pg_namespace mn ON mn.oid = mt.typnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
