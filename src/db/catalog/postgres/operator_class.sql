SELECT 'operator-class', c.oid, 0, n.nspname, NULL, format('%s USING %I', c.opcname, a.amname), NULL, NULL,
    concat(CASE WHEN c.opcdefault THEN 'DEFAULT ' END, 'FOR TYPE ', format_type(c.opcintype, NULL),
        format(' USING %I FAMILY %I.%I AS ', a.amname, fn.nspname, f.opfname),
        concat_ws(', ',
            (SELECT string_agg(format('OPERATOR %s %I.%s (%s, %s)%s', o.amopstrategy, pn.nspname, p.oprname,
                format_type(o.amoplefttype, NULL), format_type(o.amoprighttype, NULL),
                CASE WHEN o.amoppurpose = 'o' THEN (SELECT format(' FOR ORDER BY %I.%I', sn.nspname, s.opfname)
                    FROM pg_opfamily s JOIN pg_namespace sn ON sn.oid = s.opfnamespace WHERE s.oid = o.amopsortfamily) END),
                ', ' ORDER BY o.amopstrategy, o.amoplefttype, o.amoprighttype)
             FROM pg_depend d JOIN pg_amop o ON o.oid = d.objid JOIN pg_operator p ON p.oid = o.amopopr
             JOIN pg_namespace pn ON pn.oid = p.oprnamespace
             WHERE d.classid = 2602 AND d.refclassid = 2616 AND d.refobjid = c.oid),
            (SELECT string_agg(format('FUNCTION %s (%s, %s) %I.%I(%s)', o.amprocnum, format_type(o.amproclefttype, NULL),
                format_type(o.amprocrighttype, NULL), pn.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
                ', ' ORDER BY o.amprocnum, o.amproclefttype, o.amprocrighttype)
             FROM pg_depend d JOIN pg_amproc o ON o.oid = d.objid JOIN pg_proc p ON p.oid = o.amproc
             JOIN pg_namespace pn ON pn.oid = p.pronamespace
             WHERE d.classid = 2603 AND d.refclassid = 2616 AND d.refobjid = c.oid),
            'STORAGE ' || format_type(CASE c.opckeytype WHEN 0 THEN c.opcintype ELSE c.opckeytype END, NULL)))
FROM pg_opclass c JOIN pg_namespace n ON n.oid = c.opcnamespace JOIN pg_am a ON a.oid = c.opcmethod
JOIN pg_opfamily f ON f.oid = c.opcfamily JOIN pg_namespace fn ON fn.oid = f.opfnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
