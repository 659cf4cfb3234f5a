SELECT 'operator-family', f.oid, 0, n.nspname, NULL, format('%s USING %I', f.opfname, a.amname), NULL, NULL,
    -- What no class of the family needs was added to the family itself.
    (SELECT array_agg(m ORDER BY m) FROM (
        SELECT format('OPERATOR %s %I.%s (%s, %s)', o.amopstrategy, pn.nspname, p.oprname,
            format_type(o.amoplefttype, NULL), format_type(o.amoprighttype, NULL)) AS m
        FROM pg_amop o JOIN pg_operator p ON p.oid = o.amopopr JOIN pg_namespace pn ON pn.oid = p.oprnamespace
        WHERE o.amopfamily = f.oid AND NOT EXISTS (SELECT FROM pg_depend d
            WHERE d.classid = 2602 AND d.objid = o.oid AND d.refclassid = 2616)
        UNION ALL
        SELECT format('FUNCTION %s (%s, %s) %I.%I(%s)', o.amprocnum, format_type(o.amproclefttype, NULL),
            format_type(o.amprocrighttype, NULL), pn.nspname, p.proname, pg_get_function_identity_arguments(p.oid))
        FROM pg_amproc o JOIN pg_proc p ON p.oid = o.amproc JOIN pg_namespace pn ON pn.oid = p.pronamespace
        WHERE o.amprocfamily = f.oid AND NOT EXISTS (SELECT FROM pg_depend d
            WHERE d.classid = 2603 AND d.objid = o.oid AND d.refclassid = 2616)) members)
FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace JOIN pg_am a ON a.oid = f.opfmethod
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
