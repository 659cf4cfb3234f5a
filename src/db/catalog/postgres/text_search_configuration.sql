SELECT 'text-search-configuration', c.oid, 0, n.nspname, NULL, c.cfgname, NULL, NULL,
    ARRAY[format('PARSER = %I.%I', pn.nspname, p.prsname)],
    (SELECT array_agg(m ORDER BY m) FROM (
        SELECT format('%s WITH %s', (SELECT t.alias FROM ts_token_type(c.cfgparser) t WHERE t.tokid = x.maptokentype),
            string_agg(format('%I.%I', dn.nspname, d.dictname), ', ' ORDER BY x.mapseqno)) AS m
        FROM pg_ts_config_map x JOIN pg_ts_dict d ON d.oid = x.mapdict JOIN pg_namespace dn ON dn.oid = d.dictnamespace
        WHERE x.mapcfg = c.oid GROUP BY x.maptokentype) maps)
FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace
JOIN pg_ts_parser p ON p.oid = c.cfgparser JOIN pg_namespace pn ON pn.oid = p.prsnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
