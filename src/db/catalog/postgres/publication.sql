SELECT 'publication', p.oid, 0, NULL, NULL, p.pubname, NULL, NULL,
    array_remove(ARRAY[
        format('publish = %L', concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
            CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END)),
/*18+*/ CASE p.pubgencols WHEN 's' THEN 'publish_generated_columns = stored' END,
        CASE WHEN p.pubviaroot THEN 'publish_via_partition_root = true' END], NULL),
    CASE WHEN p.puballtables THEN ARRAY['ALL TABLES'] ELSE ARRAY(
        SELECT format('TABLE %s%I.%I', CASE WHEN c.relkind = 'p' THEN '' ELSE 'ONLY ' END, n.nspname, c.relname)
/*15+*/     || coalesce((SELECT ' (' || string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) || ')'
/*15+*/         FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (r.prattrs)), '')
/*15+*/     || coalesce(' WHERE (' || pg_get_expr(r.prqual, r.prrelid) || ')', '')
        FROM pg_publication_rel r JOIN pg_class c ON c.oid = r.prrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE r.prpubid = p.oid
/*15+*/ UNION ALL SELECT format('TABLES IN SCHEMA %I', n.nspname)
/*15+*/     FROM pg_publication_namespace s JOIN pg_namespace n ON n.oid = s.pnnspid WHERE s.pnpubid = p.oid
        ORDER BY 1) END
FROM pg_publication p
