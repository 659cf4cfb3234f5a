SELECT 'text-search-dictionary', d.oid, 0, n.nspname, NULL, d.dictname, NULL, NULL,
    array_remove(ARRAY[format('TEMPLATE = %I.%I', tn.nspname, t.tmplname), d.dictinitoption], NULL)
FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace
JOIN pg_ts_template t ON t.oid = d.dicttemplate JOIN pg_namespace tn ON tn.oid = t.tmplnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
