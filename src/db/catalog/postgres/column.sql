SELECT 'column', c.oid, a.attnum, n.nspname, c.relname, a.attname,
    CASE WHEN c.relkind IN ('r', 'p', 'f', 'c') THEN
        row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum)
    END,
    NULL,
    CASE WHEN c.relkind NOT IN ('v', 'm') THEN format_type(a.atttypid, a.atttypmod) END,
    CASE WHEN a.attnotnull THEN
/*18+*/ coalesce(nullif(concat_ws(' ', CASE WHEN nn.connoinherit THEN 'no inherit' END, CASE WHEN NOT nn.convalidated THEN 'not valid' END), ''),
        't'
/*18+*/ )
    END,
    -- Ways to say nothing, and to say an empty array, that the server tells apart.
    CASE WHEN a.attgenerated = '' AND (t.typtype = 'd' OR pg_get_expr(d.adbin, d.adrelid) !~ '^NULL::[^(]*(\([0-9, ]*\))?[^(]*$') THEN
        regexp_replace(pg_get_expr(d.adbin, d.adrelid), '^ARRAY\[\]::(.*\[\])$', '''{}''::\1')
    END,
    CASE WHEN a.attidentity <> '' THEN
        array_remove(ARRAY[CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END,
            CASE WHEN s.seqincrement <> 1 THEN 'INCREMENT BY ' || s.seqincrement END,
            CASE WHEN s.seqmin <> CASE WHEN s.seqincrement > 0 THEN 1 ELSE s.least END THEN 'MINVALUE ' || s.seqmin END,
            CASE WHEN s.seqmax <> CASE WHEN s.seqincrement > 0 THEN s.most ELSE -1 END THEN 'MAXVALUE ' || s.seqmax END,
            CASE WHEN s.seqstart <> CASE WHEN s.seqincrement > 0 THEN s.seqmin ELSE s.seqmax END
                THEN 'START WITH ' || s.seqstart END,
            CASE WHEN s.seqcache <> 1 THEN 'CACHE ' || s.seqcache END,
            CASE WHEN s.seqcycle THEN 'CYCLE' END], NULL)
    END,
    CASE a.attgenerated WHEN 's' THEN 'stored' WHEN 'v' THEN 'virtual' END,
    CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END,
    CASE WHEN c.relkind NOT IN ('v', 'm') AND a.attcollation <> 0 AND a.attcollation <> t.typcollation THEN
        (SELECT format('%I.%I', cn.nspname, co.collname)
         FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = a.attcollation)
    END,
    CASE WHEN c.relkind NOT IN ('v', 'c') AND a.attstorage <> t.typstorage THEN
        CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' ELSE 'extended' END
    END,
/*14+*/ CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
/*13-*/ NULL,
    nullif(a.attstattarget, -1),
    CASE WHEN a.attoptions IS NOT NULL OR a.attfdwoptions IS NOT NULL THEN
        ARRAY(SELECT o FROM unnest(a.attoptions) o WHERE o !~ '^pg_attver='
              UNION ALL SELECT format('%I %L', o.option_name, o.option_value) FROM pg_options_to_table(a.attfdwoptions) o
              ORDER BY 1)
    END,
    a.attinhcount > 0 AND NOT a.attislocal,
/*18+*/ nn.conname
/*17-*/ NULL
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef
LEFT JOIN (
    SELECT d.refobjid, d.refobjsubid, s.*,
        CASE s.seqtypid WHEN 21 THEN 32767 WHEN 23 THEN 2147483647 ELSE 9223372036854775807 END AS most,
        CASE s.seqtypid WHEN 21 THEN -32768 WHEN 23 THEN -2147483648 ELSE -9223372036854775808 END AS least
    FROM pg_depend d JOIN pg_sequence s ON s.seqrelid = d.objid
    WHERE d.classid = 1259 AND d.refclassid = 1259 AND d.deptype = 'i'
) s ON s.refobjid = a.attrelid AND s.refobjsubid = a.attnum
/*18+*/ LEFT JOIN pg_constraint nn ON nn.conrelid = a.attrelid AND nn.contype = 'n' AND nn.conkey = ARRAY[a.attnum]
WHERE a.attnum > 0 AND NOT a.attisdropped AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND (c.relkind IN ('r', 'p', 'f', 'c')
        -- A column of a view is named only when something is said of it.
        OR c.relkind IN ('v', 'm') AND (a.attacl IS NOT NULL OR a.atthasdef OR nullif(a.attstattarget, -1) IS NOT NULL
            OR EXISTS (SELECT FROM unnest(a.attoptions) o WHERE o !~ '^pg_attver=')
/*14+*/     OR a.attcompression <> ''
            OR c.relkind = 'm' AND a.attstorage <> t.typstorage
            OR EXISTS (SELECT FROM pg_description e
                       WHERE e.classoid = 1259 AND e.objoid = c.oid AND e.objsubid = a.attnum)))
