SELECT 'version' AS what, sqlite_version() AS a, NULL AS b, NULL AS c, NULL AS d, NULL AS e, NULL AS f
UNION ALL
SELECT 'module', m.name, NULL, NULL, NULL, NULL, NULL FROM pragma_module_list AS m
UNION ALL
SELECT 'object', s.type, s.name, s.tbl_name, s.sql, NULL, NULL FROM main.sqlite_schema AS s
UNION ALL
SELECT 'form', l.name, l.type, l.wr, l.strict, NULL, NULL FROM pragma_table_list AS l WHERE l.schema = 'main'
UNION ALL
SELECT 'column', s.name, c.name, c.pk, c.hidden, c.cid, NULL
FROM main.sqlite_schema AS s JOIN pragma_table_xinfo(s.name, 'main') AS c
WHERE s.type = 'table' AND s.sql NOT LIKE 'CREATE VIRTUAL %'
UNION ALL
SELECT 'key', s.name, k.id, k."table", k."from", k.seq, NULL
FROM main.sqlite_schema AS s JOIN pragma_foreign_key_list(s.name, 'main') AS k
WHERE s.type = 'table' AND s.sql NOT LIKE 'CREATE VIRTUAL %'
UNION ALL
SELECT 'index', s.name, i.name, i.origin, i."unique", i.partial, NULL
FROM main.sqlite_schema AS s JOIN pragma_index_list(s.name, 'main') AS i
WHERE s.type = 'table' AND s.sql NOT LIKE 'CREATE VIRTUAL %'
