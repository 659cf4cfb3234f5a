-- What an object was made of; the column that owns a sequence comes after it.
SELECT d.classid::int, d.objid, d.objsubid,
    string_agg(DISTINCT d.refclassid::int || ' ' || d.refobjid || ' ' || d.refobjsubid, ' ')
FROM pg_depend d
LEFT JOIN pg_class s ON d.classid = 1259 AND s.oid = d.objid AND s.relkind = 'S'
WHERE d.objid >= 16384 AND d.refobjid >= 16384 AND d.deptype IN ('n', 'a') AND NOT (d.deptype = 'a' AND s.oid IS NOT NULL)
    -- A partition's piece of an index, key or trigger comes with the whole, which does not need the partition.
    AND NOT EXISTS (SELECT FROM pg_depend p WHERE p.classid = d.classid AND p.objid = d.objid AND p.deptype = 'P')
GROUP BY 1, 2, 3
