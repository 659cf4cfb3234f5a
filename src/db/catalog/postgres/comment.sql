SELECT d.classoid::int, d.objoid, d.objsubid, d.description
FROM pg_description d
LEFT JOIN pg_extension e ON d.classoid = 3079 AND e.oid = d.objoid
-- What the server, or an extension, came with is no news; a public schema may be as it came, or made again.
WHERE (d.objoid >= 16384 OR d.classoid = 2615 AND d.objoid = 2200 AND d.description <> 'standard public schema')
    AND (e.oid IS NULL OR d.description IS DISTINCT FROM
        (SELECT a.comment FROM pg_available_extensions a WHERE a.name = e.extname))
    AND NOT EXISTS (SELECT FROM pg_depend m
        WHERE m.classid = d.classoid AND m.objid = d.objoid AND m.deptype = 'e')
