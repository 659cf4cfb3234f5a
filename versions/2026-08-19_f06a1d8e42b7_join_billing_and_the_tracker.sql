-- join billing and the tracker
--
-- revision: f06a1d8e42b7
-- down_revision: b1549e3ca7f0, 58d3e07b9c1f
-- created: 2026-08-19T11:57:24Z

-- rev: upgrade

-- rev: downgrade
