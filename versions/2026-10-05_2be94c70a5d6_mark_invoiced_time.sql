-- mark invoiced time
--
-- revision: 2be94c70a5d6
-- down_revision: f06a1d8e42b7
-- created: 2026-10-05T14:36:50Z
--
-- Every time entry learns which invoice it is on, so that nothing is billed twice; the entries of the invoices so far
-- are found by project and period.

-- rev: upgrade
ALTER TABLE time_entries ADD COLUMN invoice_id VARCHAR(36);

UPDATE time_entries
SET invoice_id = (
    SELECT MIN(invoices.id)
    FROM invoices
    JOIN invoice_lines ON invoice_lines.invoice_id = invoices.id
    WHERE invoice_lines.project_id = time_entries.project_id
        AND time_entries.started_at >= invoices.period_begin
        AND time_entries.started_at < invoices.period_end
);

CREATE VIEW unbilled_minutes AS
SELECT projects.id AS project_id, projects.name AS project, SUM(time_entries.minutes) AS minutes
FROM projects
JOIN time_entries ON time_entries.project_id = projects.id
WHERE time_entries.invoice_id IS NULL
GROUP BY projects.id, projects.name;

-- rev: downgrade
DROP VIEW unbilled_minutes;
ALTER TABLE time_entries DROP COLUMN invoice_id;
