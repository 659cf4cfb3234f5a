-- create hourly rates
--
-- revision: e93b5d17c802
-- down_revision: a4f81c06b75d
-- branch_labels: billing
-- created: 2026-03-16T13:20:11Z
--
-- The first step of billing, which a second team builds beside the tracker. Every project that is there already starts
-- with the rate that was agreed on by mail until now.

-- rev: upgrade
CREATE TABLE rates (
    project_id VARCHAR(36) NOT NULL,
    valid_from DATE NOT NULL,
    cents_per_hour INTEGER NOT NULL,
    CHECK (cents_per_hour >= 0),
    PRIMARY KEY (project_id, valid_from),
    FOREIGN KEY (project_id) REFERENCES projects (id)
);

INSERT INTO rates (project_id, valid_from, cents_per_hour)
SELECT id, '2026-01-01', 9500
FROM projects
WHERE NOT archived;

-- rev: downgrade
DROP TABLE rates;
