-- keep the total of each project
--
-- revision: a4f81c06b75d
-- down_revision: 6d20b8f3e9a1
-- created: 2026-02-23T09:45:30Z
--
-- The list of projects shows the minutes of each, and summing them up on every visit had become slow. Triggers keep
-- the total; they are the one thing that every database writes in its own way.

-- rev: upgrade
ALTER TABLE projects ADD COLUMN total_minutes INTEGER NOT NULL DEFAULT 0;

UPDATE projects
SET total_minutes = (
    SELECT COALESCE(SUM(time_entries.minutes), 0)
    FROM time_entries
    WHERE time_entries.project_id = projects.id
);

-- rev: upgrade dialect=sqlite
CREATE TRIGGER time_entries_added AFTER INSERT ON time_entries
BEGIN
    UPDATE projects SET total_minutes = total_minutes + NEW.minutes WHERE id = NEW.project_id;
END;

CREATE TRIGGER time_entries_changed AFTER UPDATE OF minutes, project_id ON time_entries
BEGIN
    UPDATE projects SET total_minutes = total_minutes - OLD.minutes WHERE id = OLD.project_id;
    UPDATE projects SET total_minutes = total_minutes + NEW.minutes WHERE id = NEW.project_id;
END;

CREATE TRIGGER time_entries_removed AFTER DELETE ON time_entries
BEGIN
    UPDATE projects SET total_minutes = total_minutes - OLD.minutes WHERE id = OLD.project_id;
END;

-- rev: upgrade dialect=postgres
CREATE FUNCTION keep_total_minutes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP IN ('UPDATE', 'DELETE') THEN
        UPDATE projects SET total_minutes = total_minutes - OLD.minutes WHERE id = OLD.project_id;
    END IF;
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        UPDATE projects SET total_minutes = total_minutes + NEW.minutes WHERE id = NEW.project_id;
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER keep_total_minutes
AFTER INSERT OR DELETE OR UPDATE OF minutes, project_id ON time_entries
FOR EACH ROW EXECUTE FUNCTION keep_total_minutes();

-- rev: upgrade dialect=mysql
CREATE TRIGGER time_entries_added AFTER INSERT ON time_entries FOR EACH ROW
    UPDATE projects SET total_minutes = total_minutes + NEW.minutes WHERE id = NEW.project_id;

CREATE TRIGGER time_entries_changed AFTER UPDATE ON time_entries FOR EACH ROW
BEGIN
    UPDATE projects SET total_minutes = total_minutes - OLD.minutes WHERE id = OLD.project_id;
    UPDATE projects SET total_minutes = total_minutes + NEW.minutes WHERE id = NEW.project_id;
END;

CREATE TRIGGER time_entries_removed AFTER DELETE ON time_entries FOR EACH ROW
    UPDATE projects SET total_minutes = total_minutes - OLD.minutes WHERE id = OLD.project_id;

-- rev: downgrade dialect=sqlite,mysql
DROP TRIGGER time_entries_added;
DROP TRIGGER time_entries_changed;
DROP TRIGGER time_entries_removed;

-- rev: downgrade dialect=postgres
DROP TRIGGER keep_total_minutes ON time_entries;
DROP FUNCTION keep_total_minutes();

-- rev: downgrade
ALTER TABLE projects DROP COLUMN total_minutes;
