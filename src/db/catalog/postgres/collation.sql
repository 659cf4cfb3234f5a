SELECT 'collation', c.oid, 0, n.nspname, NULL, c.collname, NULL, NULL,
    array_remove(ARRAY[
        'provider = ' || CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'c' THEN 'libc' WHEN 'b' THEN 'builtin' ELSE 'default' END,
/*17+*/ 'locale = ' || quote_literal(c.colllocale),
/*17+*/ CASE WHEN c.collicurules IS NOT NULL THEN 'rules = ' || quote_literal(c.collicurules) END,
/*15-16*/ 'locale = ' || quote_literal(c.colliculocale),
/*16-16*/ CASE WHEN c.collicurules IS NOT NULL THEN 'rules = ' || quote_literal(c.collicurules) END,
/*14-*/ CASE WHEN c.collprovider = 'i' THEN 'locale = ' || quote_literal(c.collcollate) END,
        CASE WHEN c.collprovider = 'c' AND c.collcollate = c.collctype THEN 'locale = ' || quote_literal(c.collcollate) END,
        CASE WHEN c.collprovider = 'c' AND c.collcollate <> c.collctype THEN 'lc_collate = ' || quote_literal(c.collcollate) END,
        CASE WHEN c.collprovider = 'c' AND c.collcollate <> c.collctype THEN 'lc_ctype = ' || quote_literal(c.collctype) END,
        CASE WHEN NOT c.collisdeterministic THEN 'deterministic = false' END], NULL)
FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
