SELECT kind, name, reason FROM (
    SELECT 'relation ' || c.relkind::text, c.oid::regclass::text, 'rev does not know this kind of relation', 1259, c.oid
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind NOT IN ('r', 'p', 'f', 'c', 'v', 'm', 'i', 'I', 'S', 't') AND n.nspname !~ '^pg_'
    UNION ALL
    SELECT 'type', format_type(t.oid, NULL), 'a base type is made of C functions', 1247, t.oid
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype NOT IN ('c', 'd', 'e', 'r', 'm') AND t.typelem = 0 AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    UNION ALL
    SELECT 'routine', p.oid::regprocedure::text, 'rev does not know this kind of routine', 1255, p.oid
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE p.prokind NOT IN ('f', 'p', 'w', 'a') AND n.nspname !~ '^pg_'
    UNION ALL
    SELECT 'constraint', k.conname, 'rev does not know this kind of constraint', 2606, k.oid
    FROM pg_constraint k WHERE k.contype NOT IN ('p', 'u', 'x', 'f', 'c', 'n', 't') AND k.oid >= 16384
    UNION ALL SELECT 'language', lanname, 'rev does not read languages', 2612, oid FROM pg_language WHERE oid >= 16384
    UNION ALL SELECT 'conversion', conname, 'rev does not read conversions', 2607, oid FROM pg_conversion WHERE oid >= 16384
    UNION ALL SELECT 'access method', amname, 'rev does not read access methods', 2601, oid FROM pg_am WHERE oid >= 16384
    UNION ALL SELECT 'transform', oid::text, 'rev does not read transforms', 3576, oid FROM pg_transform WHERE oid >= 16384
    UNION ALL SELECT 'subscription', s.subname, 'a subscription reaches outside of the database', 6100, s.oid
    FROM pg_subscription s WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    UNION ALL SELECT 'security label', l.label, 'rev does not read security labels', l.classoid::int, l.objoid
    FROM pg_seclabel l WHERE l.objoid >= 16384
    UNION ALL SELECT DISTINCT 'objects of ' || d.classid::regclass, count(*) OVER (PARTITION BY d.classid)::text,
        'rev does not know this kind of object', 0, 0::oid
    FROM pg_depend d WHERE d.objid >= 16384 AND d.classid NOT IN (1259, 1247, 1255, 2606, 2604, 2618, 2620, 2615, 3079, 3456,
        2605, 2617, 2616, 2753, 2602, 2603, 3466, 3256, 3381, 6104, 6106, 6237, 3601, 3600, 3764, 3602, 2328, 1417, 1418, 826,
        2612, 2607, 2601, 3576, 6100)
    UNION ALL SELECT 'user-mapping', format('%s SERVER %I', u.usename, u.srvname), 'its options may not be read by this role',
        1418, u.umid
    FROM pg_user_mappings u
    WHERE u.umoptions IS NULL AND NOT pg_has_role((SELECT srvowner FROM pg_foreign_server WHERE oid = u.srvid), 'USAGE')
        AND u.usename IS DISTINCT FROM current_user
) found (kind, name, reason, class, oid)
WHERE NOT EXISTS (SELECT FROM pg_depend m WHERE m.classid = found.class AND m.objid = found.oid AND m.deptype IN ('e', 'i'))
