SELECT 'statistics', s.oid, 0, n.nspname, NULL, s.stxname, NULL,
    CASE WHEN s.stxnamespace = c.relnamespace THEN ARRAY[c.relname,
        (SELECT string_agg(a.attname, '_' ORDER BY a.attnum) FROM pg_attribute a
         WHERE a.attrelid = s.stxrelid AND a.attnum = ANY (s.stxkeys)), 'stat'] END,
    ltrim(substr(pg_get_statisticsobjdef(s.oid), length(format('CREATE STATISTICS %I.%I', n.nspname, s.stxname)) + 1)),
    nullif(s.stxstattarget, -1)
FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace JOIN pg_class c ON c.oid = s.stxrelid
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
