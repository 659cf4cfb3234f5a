-- Rows of the system's tables that stand for a piece of an object.
SELECT 2618, r.oid, 1259, r.ev_class, 0 FROM pg_rewrite r WHERE r.rulename = '_RETURN' AND r.oid >= 16384
UNION ALL SELECT 2604, d.oid, 1259, d.adrelid, d.adnum FROM pg_attrdef d WHERE d.oid >= 16384
UNION ALL SELECT 1247, t.oid, 1259, t.typrelid, 0 FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid
    WHERE c.relkind <> 'c' AND t.oid >= 16384
UNION ALL SELECT 1259, t.typrelid, 1247, t.oid, 0 FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid
    WHERE c.relkind = 'c' AND t.oid >= 16384
UNION ALL SELECT 1247, t.typarray, 1247, t.oid, 0 FROM pg_type t WHERE t.typarray >= 16384
/*14+*/ UNION ALL SELECT 1247, r.rngmultitypid, 1247, r.rngtypid, 0 FROM pg_range r WHERE r.rngtypid >= 16384
/*17+*/ UNION ALL SELECT 2606, k.oid, CASE WHEN k.conrelid <> 0 THEN 1259 ELSE 1247 END, coalesce(nullif(k.conrelid, 0), k.contypid),
/*17+*/     coalesce(k.conkey[1], 0) FROM pg_constraint k WHERE k.contype = 'n' AND k.oid >= 16384
UNION ALL SELECT 1259, k.conindid, 2606, k.oid, 0 FROM pg_constraint k WHERE k.contype IN ('p', 'u', 'x') AND k.oid >= 16384
UNION ALL SELECT d.classid::int, d.objid, d.refclassid::int, d.refobjid, d.refobjsubid FROM pg_depend d
    WHERE d.deptype IN ('e', 'P') AND d.objid >= 16384
UNION ALL SELECT 1259, d.objid, 1259, d.refobjid, d.refobjsubid FROM pg_depend d JOIN pg_class c ON c.oid = d.objid
    WHERE d.classid = 1259 AND d.refclassid = 1259 AND d.deptype = 'i' AND c.relkind = 'S' AND d.objid >= 16384
UNION ALL SELECT 6106, r.oid, 6104, r.prpubid, 0 FROM pg_publication_rel r
/*15+*/ UNION ALL SELECT 6237, s.oid, 6104, s.pnpubid, 0 FROM pg_publication_namespace s
UNION ALL SELECT d.classid::int, d.objid, d.refclassid::int, d.refobjid, 0 FROM pg_depend d
    WHERE d.classid IN (2602, 2603) AND d.refclassid IN (2616, 2753) AND d.deptype IN ('i', 'a') AND d.objid >= 16384
