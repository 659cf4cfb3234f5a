SELECT 'user-mapping', u.umid, 0, NULL, NULL,
    format('%s SERVER %I', CASE WHEN u.umuser = 0 THEN 'PUBLIC' ELSE quote_ident(u.usename) END, u.srvname), NULL, NULL,
    -- A password is never shown, nor kept.
    CASE WHEN u.umoptions IS NOT NULL THEN ARRAY(SELECT CASE WHEN option_name ~* 'pass' THEN format('%I (hidden)', option_name)
        ELSE format('%I %L', option_name, option_value) END FROM pg_options_to_table(u.umoptions) ORDER BY 1) END
FROM pg_user_mappings u
