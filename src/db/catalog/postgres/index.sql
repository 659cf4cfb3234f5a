SELECT 'index', c.oid, 0, n.nspname, t.relname, c.relname, NULL,
    ARRAY[t.relname, (SELECT string_agg(attname, '_' ORDER BY attnum) FROM pg_attribute WHERE attrelid = c.oid), 'idx'],
    -- Behind the name of the index and the table: a name that the server chose must not be in it.
    substr(pg_get_indexdef(c.oid), length(format('CREATE %sINDEX %I ON %s%I.%I ',
        CASE WHEN i.indisunique THEN 'UNIQUE ' END, c.relname, CASE WHEN c.relkind = 'I' THEN 'ONLY ' END, n.nspname,
        t.relname)) + 1),
    CASE WHEN i.indisunique THEN 'unique' END,
    -- One on a partitioned table is invalid as long as a partition lacks it.
    NOT i.indisvalid AND c.relkind = 'i',
    s.spcname,
    (SELECT array_agg(a.attnum || ' ' || a.attstattarget ORDER BY a.attnum) FROM pg_attribute a
     WHERE a.attrelid = c.oid AND a.attstattarget >= 0)
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_namespace n ON n.oid = t.relnamespace
LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
WHERE t.relkind IN ('r', 'p', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT c.relispartition
    AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid AND k.contype IN ('p', 'u', 'x'))
