-- What is granted beyond, and withheld from, what an object of its owner has from the start.
WITH named (class, oid, sub, owner, kind, acl, initial) AS (
    SELECT 1259, c.oid, 0, c.relowner, CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END, c.relacl, NULL::aclitem[]
    FROM pg_class c WHERE c.relacl IS NOT NULL
    UNION ALL SELECT 1259, a.attrelid, a.attnum, c.relowner, 'c', a.attacl, NULL
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE a.attacl IS NOT NULL
    UNION ALL SELECT 2615, n.oid, 0, n.nspowner, 'n', n.nspacl,
        CASE WHEN n.oid = 2200 THEN (SELECT i.initprivs FROM pg_init_privs i WHERE i.classoid = 2615 AND i.objoid = 2200) END
    FROM pg_namespace n WHERE n.nspacl IS NOT NULL OR n.oid = 2200
    UNION ALL SELECT 1247, oid, 0, typowner, 'T', typacl, NULL FROM pg_type WHERE typacl IS NOT NULL
    UNION ALL SELECT 1255, oid, 0, proowner, 'f', proacl, NULL FROM pg_proc WHERE proacl IS NOT NULL
    UNION ALL SELECT 2328, oid, 0, fdwowner, 'F', fdwacl, NULL FROM pg_foreign_data_wrapper WHERE fdwacl IS NOT NULL
    UNION ALL SELECT 1417, oid, 0, srvowner, 'S', srvacl, NULL FROM pg_foreign_server WHERE srvacl IS NOT NULL),
mine AS (SELECT * FROM named WHERE oid >= 16384 OR oid = 2200),
had AS (
    SELECT m.class, m.oid, m.sub, x.grantee, x.privilege_type, x.is_grantable, m.owner
    FROM mine m, aclexplode(coalesce(m.initial, acldefault(m.kind::"char", m.owner))) x),
has AS (
    SELECT DISTINCT m.class, m.oid, m.sub, x.grantee, x.privilege_type, x.is_grantable, m.owner
    FROM mine m, aclexplode(coalesce(m.acl, acldefault(m.kind::"char", m.owner))) x),
changed AS (
    SELECT h.*, true AS gives FROM has h WHERE NOT EXISTS (SELECT FROM had d WHERE (d.class, d.oid, d.sub, d.grantee,
        d.privilege_type, d.is_grantable) = (h.class, h.oid, h.sub, h.grantee, h.privilege_type, h.is_grantable))
    UNION ALL
    SELECT h.*, false FROM had h WHERE NOT EXISTS (SELECT FROM has d WHERE (d.class, d.oid, d.sub, d.grantee,
        d.privilege_type) = (h.class, h.oid, h.sub, h.grantee, h.privilege_type)))
SELECT class, oid, sub, array_agg(privilege_type || CASE WHEN gives THEN ' TO ' ELSE ' FROM ' END
    || CASE WHEN grantee = 0 THEN 'PUBLIC' WHEN grantee = owner THEN 'OWNER'
        ELSE coalesce((SELECT quote_ident(rolname) FROM pg_roles r WHERE r.oid = grantee), grantee::text) END
    || CASE WHEN gives AND is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
    ORDER BY gives, grantee = 0, privilege_type COLLATE "C",
        (SELECT rolname FROM pg_roles r WHERE r.oid = grantee) COLLATE "C")
FROM changed GROUP BY class, oid, sub
