SELECT 'foreign-server', s.oid, 0, NULL, NULL, s.srvname, NULL, NULL,
    concat('TYPE ' || quote_literal(s.srvtype) || ' ', 'VERSION ' || quote_literal(s.srvversion) || ' ', format('FOREIGN DATA WRAPPER %I', w.fdwname)),
    CASE WHEN s.srvoptions IS NOT NULL THEN
        ARRAY(SELECT format('%I %L', option_name, option_value) FROM pg_options_to_table(s.srvoptions) ORDER BY 1) END
FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
