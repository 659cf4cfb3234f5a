SELECT 'cast', c.oid, 0, NULL, NULL, format('(%s AS %s)', format_type(c.castsource, NULL), format_type(c.casttarget, NULL)),
    NULL, NULL,
    CASE c.castmethod WHEN 'f' THEN 'WITH FUNCTION ' || format('%I.%I(%s)', fn.nspname, f.proname,
            pg_get_function_identity_arguments(f.oid))
        WHEN 'i' THEN 'WITH INOUT' ELSE 'WITHOUT FUNCTION' END
    || CASE c.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END
FROM pg_cast c
LEFT JOIN pg_proc f ON f.oid = c.castfunc LEFT JOIN pg_namespace fn ON fn.oid = f.pronamespace
WHERE c.oid >= 16384
    -- The server makes that of a range to its multirange.
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 2605 AND d.objid = c.oid AND d.deptype = 'i')
