-- create accounts and users
--
-- revision: 1c7e5a90d2f4
-- created: 2025-12-02T10:31:08Z
--
-- An account is a customer; its users track their time. Ids are UUIDs that the application makes.

-- rev: upgrade
CREATE TABLE accounts (
    id VARCHAR(36) PRIMARY KEY,
    name VARCHAR(120) NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE users (
    id VARCHAR(36) PRIMARY KEY,
    account_id VARCHAR(36) NOT NULL,
    email VARCHAR(190) NOT NULL UNIQUE,
    name VARCHAR(120) NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    FOREIGN KEY (account_id) REFERENCES accounts (id)
);

CREATE INDEX users_account ON users (account_id);

-- rev: downgrade
DROP TABLE users;
DROP TABLE accounts;
