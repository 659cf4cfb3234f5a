SELECT 'foreign-data-wrapper', w.oid, 0, NULL, NULL, w.fdwname, NULL, NULL,
    concat_ws(' ',
        (SELECT format('HANDLER %I.%I', fn.nspname, f.proname)
         FROM pg_proc f JOIN pg_namespace fn ON fn.oid = f.pronamespace WHERE f.oid = w.fdwhandler),
        (SELECT format('VALIDATOR %I.%I', fn.nspname, f.proname)
         FROM pg_proc f JOIN pg_namespace fn ON fn.oid = f.pronamespace WHERE f.oid = w.fdwvalidator)),
    CASE WHEN w.fdwoptions IS NOT NULL THEN
        ARRAY(SELECT format('%I %L', option_name, option_value) FROM pg_options_to_table(w.fdwoptions) ORDER BY 1) END
FROM pg_foreign_data_wrapper w
