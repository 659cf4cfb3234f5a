SELECT
    CASE k.contype WHEN 'p' THEN 'primary-key' WHEN 'u' THEN 'unique' WHEN 'x' THEN 'exclusion' WHEN 'f' THEN 'foreign-key'
        ELSE 'check' END,
    k.oid, 0, n.nspname, coalesce(c.relname, y.typname), k.conname, NULL,
    CASE k.contype WHEN 'p' THEN ARRAY[c.relname, NULL, 'pkey']
        WHEN 'c' THEN ARRAY[coalesce(c.relname, y.typname),
            CASE WHEN cardinality(k.conkey) = 1 THEN
                (SELECT attname FROM pg_attribute WHERE attrelid = k.conrelid AND attnum = k.conkey[1])
            END, 'check']
        WHEN 'f' THEN ARRAY[c.relname,
            (SELECT string_agg(a.attname, '_' ORDER BY u.at) FROM unnest(k.conkey) WITH ORDINALITY u (num, at)
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num), 'fkey']
        ELSE ARRAY[c.relname, (SELECT string_agg(attname, '_' ORDER BY attnum) FROM pg_attribute WHERE attrelid = k.conindid),
            CASE k.contype WHEN 'x' THEN 'excl' ELSE 'key' END]
    END,
    regexp_replace(pg_get_constraintdef(k.oid),
        '( DEFERRABLE)?( INITIALLY DEFERRED)?( NOT ENFORCED)?( NOT VALID)?$', ''),
    CASE WHEN k.condeferrable THEN CASE WHEN k.condeferred THEN 'initially deferred' ELSE 'initially immediate' END END,
/*18+*/ NOT k.convalidated AND k.conenforced, NOT k.conenforced,
/*17-*/ NOT k.convalidated, false,
    (SELECT array_agg(o ORDER BY o) FROM unnest(i.reloptions) o),
    s.spcname
FROM pg_constraint k
LEFT JOIN pg_class c ON c.oid = k.conrelid
LEFT JOIN pg_type y ON y.oid = k.contypid
JOIN pg_namespace n ON n.oid = coalesce(c.relnamespace, y.typnamespace)
LEFT JOIN pg_class i ON i.oid = k.conindid AND k.contype IN ('p', 'u', 'x')
LEFT JOIN pg_tablespace s ON s.oid = i.reltablespace
WHERE k.contype IN ('p', 'u', 'x', 'f', 'c') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND k.conparentid = 0 AND (k.conislocal OR k.coninhcount = 0)
