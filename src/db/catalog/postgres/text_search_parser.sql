SELECT 'text-search-parser', p.oid, 0, n.nspname, NULL, p.prsname, NULL, NULL,
    array_remove(ARRAY['START = ' || p.prsstart, 'GETTOKEN = ' || p.prstoken, 'END = ' || p.prsend,
        'LEXTYPES = ' || p.prslextype, CASE WHEN p.prsheadline <> 0 THEN 'HEADLINE = ' || p.prsheadline END], NULL)
FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
