-- What an object was made of; the column that owns a sequence comes after it.
SELECT d.classid::int, d.objid, d.objsubid,
    string_agg(DISTINCT d.refclassid::int || ' ' || d.refobjid || ' ' || d.refobjsubid, ' ')
FROM pg_depend d
LEFT JOIN pg_class s ON d.classid = 1259 AND s.oid = d.objid AND s.relkind = 'S'
WHERE d.objid >= 16384 AND d.refobjid >= 16384 AND d.deptype IN ('n', 'a') AND NOT (d.deptype = 'a' AND s.oid IS NOT NULL)
GROUP BY 1, 2, 3
