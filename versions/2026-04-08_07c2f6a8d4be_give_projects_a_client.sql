-- give projects a client
--
-- revision: 07c2f6a8d4be
-- down_revision: a4f81c06b75d
-- created: 2026-04-08T08:05:56Z

-- rev: upgrade
CREATE TABLE clients (
    id VARCHAR(36) PRIMARY KEY,
    account_id VARCHAR(36) NOT NULL,
    name VARCHAR(120) NOT NULL,
    address VARCHAR(500) NOT NULL DEFAULT '',
    FOREIGN KEY (account_id) REFERENCES accounts (id)
);

CREATE INDEX clients_account ON clients (account_id);

ALTER TABLE projects ADD COLUMN client_id VARCHAR(36);

CREATE INDEX projects_client ON projects (client_id);

-- SQLite cannot add a constraint to a table that exists; there the application checks it.
-- rev: upgrade dialect=postgres,mysql
ALTER TABLE projects ADD CONSTRAINT projects_client_exists FOREIGN KEY (client_id) REFERENCES clients (id);

-- rev: downgrade dialect=postgres
ALTER TABLE projects DROP CONSTRAINT projects_client_exists;

-- rev: downgrade dialect=mysql
ALTER TABLE projects DROP FOREIGN KEY projects_client_exists;
DROP INDEX projects_client ON projects;

-- rev: downgrade dialect=sqlite,postgres
DROP INDEX projects_client;

-- rev: downgrade
ALTER TABLE projects DROP COLUMN client_id;
DROP TABLE clients;
