-- The reader's own role, the role that migrates and the owner of the database are not worth a word, or nothing would be
-- equal to its own copy.
WITH usual AS (SELECT oid FROM pg_roles WHERE rolname = current_user
    UNION SELECT datdba FROM pg_database WHERE datname = current_database()
    UNION SELECT oid FROM pg_roles WHERE rolname = 'pg_database_owner'
    UNION SELECT c.relowner FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE (n.nspname, c.relname) = (:journal_schema, :version_table)),
owned (class, oid, owner) AS (
    SELECT 1259, oid, relowner FROM pg_class WHERE relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
    UNION ALL SELECT 2615, oid, nspowner FROM pg_namespace
    UNION ALL SELECT 1247, oid, typowner FROM pg_type WHERE typtype IN ('e', 'd', 'r')
        OR typrelid IN (SELECT oid FROM pg_class WHERE relkind = 'c')
    UNION ALL SELECT 1255, oid, proowner FROM pg_proc
    UNION ALL SELECT 3456, oid, collowner FROM pg_collation
    UNION ALL SELECT 2617, oid, oprowner FROM pg_operator
    UNION ALL SELECT 2616, oid, opcowner FROM pg_opclass
    UNION ALL SELECT 2753, oid, opfowner FROM pg_opfamily
    UNION ALL SELECT 3381, oid, stxowner FROM pg_statistic_ext
    UNION ALL SELECT 3466, oid, evtowner FROM pg_event_trigger
    UNION ALL SELECT 6104, oid, pubowner FROM pg_publication
    UNION ALL SELECT 3600, oid, dictowner FROM pg_ts_dict
    UNION ALL SELECT 3602, oid, cfgowner FROM pg_ts_config
    UNION ALL SELECT 2328, oid, fdwowner FROM pg_foreign_data_wrapper
    UNION ALL SELECT 1417, oid, srvowner FROM pg_foreign_server)
SELECT o.class, o.oid, 0, quote_ident(r.rolname)
FROM owned o JOIN pg_roles r ON r.oid = o.owner
WHERE (o.oid >= 16384 OR o.class = 2615 AND o.oid = 2200 AND o.owner <> 10) AND o.owner NOT IN (SELECT oid FROM usual)
