SELECT 'table', c.oid, 0, n.nspname, NULL, c.relname, NULL, NULL,
    CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END,
    CASE c.relkind WHEN 'f' THEN 'foreign' ELSE CASE c.relpersistence WHEN 'u' THEN 'unlogged' END END,
    CASE WHEN c.relkind IN ('r', 'p') AND a.amname <> 'heap' THEN a.amname END,
    (SELECT format('SERVER %I', s.srvname) FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver
     WHERE f.ftrelid = c.oid),
    CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
    CASE WHEN c.relispartition THEN
        (SELECT ARRAY[format('%I.%I', pn.nspname, p.relname), pg_get_expr(c.relpartbound, c.oid)]
         FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
         WHERE i.inhrelid = c.oid)
    END,
    CASE WHEN NOT c.relispartition THEN
        (SELECT array_agg(format('%I.%I', pn.nspname, p.relname) ORDER BY i.inhseqno)
         FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
         WHERE i.inhrelid = c.oid)
    END,
    CASE WHEN c.relkind = 'f' THEN
        (SELECT array_agg(format('%I %L', o.option_name, o.option_value) ORDER BY o.option_name)
         FROM pg_foreign_table f, pg_options_to_table(f.ftoptions) o WHERE f.ftrelid = c.oid)
    WHEN c.reloptions IS NOT NULL OR t.reloptions IS NOT NULL THEN
        ARRAY(SELECT o FROM unnest(c.reloptions) o UNION ALL SELECT 'toast.' || o FROM unnest(t.reloptions) o ORDER BY 1)
    END,
    s.spcname,
    CASE WHEN c.relrowsecurity OR c.relforcerowsecurity THEN
        array_remove(ARRAY[CASE WHEN c.relrowsecurity THEN 'enabled' END,
                           CASE WHEN c.relforcerowsecurity THEN 'forced' END], NULL)
    END,
    CASE CASE WHEN c.relkind <> 'f' THEN c.relreplident END WHEN 'n' THEN 'nothing' WHEN 'f' THEN 'full' WHEN 'i' THEN
        (SELECT 'index ' || quote_ident(r.relname) FROM pg_index i JOIN pg_class r ON r.oid = i.indexrelid
         WHERE i.indrelid = c.oid AND i.indisreplident)
    END,
    (SELECT r.relname FROM pg_index i JOIN pg_class r ON r.oid = i.indexrelid
     WHERE i.indrelid = c.oid AND i.indisclustered)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
LEFT JOIN pg_am a ON a.oid = c.relam
LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
