SELECT 'event-trigger', e.oid, 0, NULL, NULL, e.evtname, NULL, NULL,
    concat('ON ', e.evtevent,
        ' WHEN TAG IN (' || (SELECT string_agg(quote_literal(t), ', ' ORDER BY t) FROM unnest(e.evttags) t) || ')',
        (SELECT format(' EXECUTE FUNCTION %I.%I()', fn.nspname, f.proname)
         FROM pg_proc f JOIN pg_namespace fn ON fn.oid = f.pronamespace WHERE f.oid = e.evtfoid)),
    CASE e.evtenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END
FROM pg_event_trigger e
