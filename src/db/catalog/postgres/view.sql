SELECT CASE c.relkind WHEN 'v' THEN 'view' ELSE 'materialized-view' END, c.oid, 0, n.nspname, NULL, c.relname, NULL, NULL,
    -- Its columns are told by name and type: what may be replaced is decided by them.
    (SELECT array_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum)
     FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
    rtrim(pg_get_viewdef(c.oid), ';'),
    CASE WHEN c.reloptions IS NOT NULL THEN ARRAY(SELECT o FROM unnest(c.reloptions) o ORDER BY 1) END,
    CASE WHEN c.relkind = 'm' AND a.amname <> 'heap' THEN a.amname END,
    s.spcname,
    (SELECT r.relname FROM pg_index i JOIN pg_class r ON r.oid = i.indexrelid
     WHERE i.indrelid = c.oid AND i.indisclustered)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_am a ON a.oid = c.relam LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
WHERE c.relkind IN ('v', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
