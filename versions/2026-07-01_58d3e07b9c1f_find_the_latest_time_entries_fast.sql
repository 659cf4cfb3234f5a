-- find the latest time entries fast
--
-- revision: 58d3e07b9c1f
-- down_revision: 07c2f6a8d4be
-- created: 2026-07-01T07:14:39Z
--
-- The largest table by far. PostgreSQL builds the index while people go on working, which it cannot do in a
-- transaction.

-- rev: upgrade dialect=postgres transaction=off
CREATE INDEX CONCURRENTLY time_entries_latest ON time_entries (user_id, started_at);

-- rev: upgrade dialect=sqlite,mysql
CREATE INDEX time_entries_latest ON time_entries (user_id, started_at);

-- rev: downgrade dialect=postgres transaction=off
DROP INDEX CONCURRENTLY time_entries_latest;

-- rev: downgrade dialect=sqlite
DROP INDEX time_entries_latest;

-- rev: downgrade dialect=mysql
DROP INDEX time_entries_latest ON time_entries;
