SELECT 'default-privilege', d.oid, 0, NULL, NULL,
    format('FOR ROLE %s%s ON %s', r.rolname, ' IN SCHEMA ' || n.nspname, CASE d.defaclobjtype WHEN 'r' THEN 'TABLES'
        WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS'
        WHEN 'L' THEN 'LARGE OBJECTS' END),
    NULL, NULL,
    concat(CASE WHEN r.rolname <> current_user THEN format('FOR ROLE %I ', r.rolname) END,
        'IN SCHEMA ' || quote_ident(n.nspname) || ' '),
    CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES'
        WHEN 'n' THEN 'SCHEMAS' WHEN 'L' THEN 'LARGE OBJECTS' END,
    (WITH had AS (SELECT * FROM aclexplode(CASE WHEN d.defaclnamespace = 0 THEN
            acldefault(CASE d.defaclobjtype WHEN 'S' THEN 's'::"char" ELSE d.defaclobjtype END, d.defaclrole) END)),
        has AS (SELECT * FROM aclexplode(d.defaclacl)),
        changed AS (SELECT grantee, privilege_type, is_grantable, true AS gives FROM has h WHERE NOT EXISTS (SELECT FROM had x
                WHERE (x.grantee, x.privilege_type, x.is_grantable) = (h.grantee, h.privilege_type, h.is_grantable))
            UNION ALL SELECT grantee, privilege_type, is_grantable, false FROM had h WHERE NOT EXISTS (SELECT FROM has x
                WHERE (x.grantee, x.privilege_type) = (h.grantee, h.privilege_type)))
     SELECT array_agg(privilege_type || CASE WHEN gives THEN ' TO ' ELSE ' FROM ' END
        || CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE coalesce((SELECT quote_ident(rolname) FROM pg_roles x WHERE x.oid = grantee),
            grantee::text) END
        || CASE WHEN gives AND is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
        ORDER BY gives, grantee = 0, privilege_type COLLATE "C", (SELECT rolname FROM pg_roles x WHERE x.oid = grantee) COLLATE "C")
     FROM changed)
FROM pg_default_acl d JOIN pg_roles r ON r.oid = d.defaclrole LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
