-- create projects and time entries
--
-- revision: 6d20b8f3e9a1
-- down_revision: 1c7e5a90d2f4
-- created: 2026-01-19T15:02:47Z

-- rev: upgrade
CREATE TABLE projects (
    id VARCHAR(36) PRIMARY KEY,
    account_id VARCHAR(36) NOT NULL,
    name VARCHAR(120) NOT NULL,
    archived BOOLEAN NOT NULL DEFAULT FALSE,
    FOREIGN KEY (account_id) REFERENCES accounts (id)
);

CREATE INDEX projects_account ON projects (account_id);

CREATE TABLE time_entries (
    id VARCHAR(36) PRIMARY KEY,
    project_id VARCHAR(36) NOT NULL,
    user_id VARCHAR(36) NOT NULL,
    started_at TIMESTAMP NOT NULL,
    minutes INTEGER NOT NULL,
    note VARCHAR(500) NOT NULL DEFAULT '',
    CHECK (minutes > 0),
    FOREIGN KEY (project_id) REFERENCES projects (id),
    FOREIGN KEY (user_id) REFERENCES users (id)
);

CREATE INDEX time_entries_project ON time_entries (project_id);
CREATE INDEX time_entries_user ON time_entries (user_id);

-- rev: downgrade
DROP TABLE time_entries;
DROP TABLE projects;
