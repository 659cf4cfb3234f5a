-- create invoices
--
-- revision: b1549e3ca7f0
-- down_revision: e93b5d17c802
-- depends_on: 07c2f6a8d4be
-- created: 2026-05-27T16:48:02Z
--
-- An invoice goes to a client, and clients live on the tracker's branch, so this revision depends on that one.

-- rev: upgrade
CREATE TABLE invoices (
    id VARCHAR(36) PRIMARY KEY,
    client_id VARCHAR(36) NOT NULL,
    number VARCHAR(20) NOT NULL UNIQUE,
    period_begin DATE NOT NULL,
    period_end DATE NOT NULL,
    net_cents INTEGER NOT NULL,
    tax_cents INTEGER NOT NULL,
    total_cents INTEGER GENERATED ALWAYS AS (net_cents + tax_cents) STORED,
    CHECK (period_begin < period_end),
    FOREIGN KEY (client_id) REFERENCES clients (id)
);

CREATE INDEX invoices_client ON invoices (client_id);

CREATE TABLE invoice_lines (
    invoice_id VARCHAR(36) NOT NULL,
    project_id VARCHAR(36) NOT NULL,
    minutes INTEGER NOT NULL,
    net_cents INTEGER NOT NULL,
    PRIMARY KEY (invoice_id, project_id),
    FOREIGN KEY (invoice_id) REFERENCES invoices (id),
    FOREIGN KEY (project_id) REFERENCES projects (id)
);

CREATE INDEX invoice_lines_project ON invoice_lines (project_id);

-- rev: downgrade
DROP TABLE invoice_lines;
DROP TABLE invoices;
