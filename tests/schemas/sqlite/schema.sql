CREATE TABLE "Order" (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    code varchar( 20 ) COLLATE nocase NOT NULL ON CONFLICT REPLACE DEFAULT 'none',
    "a b" INT CONSTRAINT has_value NOT NULL DEFAULT 5,
    amount NUMERIC(10, 2) DEFAULT -1.5 CHECK (amount > -100),
    at TEXT DEFAULT (datetime('now')),
    made TEXT DEFAULT CURRENT_TIMESTAMP,
    twice GENERATED ALWAYS AS ("a b" * 2) VIRTUAL,
    kept INTEGER AS (length(code)) STORED,
    "desc" REAL,
    "group",
    CONSTRAINT "code is there" CHECK (length(code) > 0 /* else nothing */ AND code <> 'x'),
    CONSTRAINT once UNIQUE (code, "a b" DESC) ON CONFLICT IGNORE,
    UNIQUE ("group" COLLATE RTRIM)
);
CREATE TABLE pair (a INTEGER NOT NULL, b TEXT NOT NULL, PRIMARY KEY (b, a DESC)) STRICT, WITHOUT ROWID;
CREATE TABLE child (
    id INTEGER PRIMARY KEY DESC,
    "order" INTEGER REFERENCES "Order",
    a INTEGER, b TEXT,
    parent INTEGER CONSTRAINT parent REFERENCES child (id) ON DELETE CASCADE ON UPDATE SET NULL,
    CONSTRAINT of_pair FOREIGN KEY (b, a) REFERENCES pair (b, a) MATCH FULL DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE "it's ""odd""" ("select" TEXT, [from] TEXT DEFAULT "word");
CREATE INDEX plain ON "Order" (code, "a b" DESC);
CREATE UNIQUE INDEX "odd index" ON "Order" (lower(code), "group" COLLATE NOCASE) WHERE "a b" > 5;
CREATE VIRTUAL TABLE docs USING fts5(title, body, tokenize = 'porter ascii');
CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1);
CREATE VIEW totals (code, total) AS
    -- one line a code
    SELECT o.code, sum(o.amount) AS "Total" FROM "Order" o GROUP BY o.code;
CREATE VIEW large AS SELECT code FROM totals WHERE total > 10;
CREATE TRIGGER noted AFTER UPDATE OF code ON "Order" FOR EACH ROW WHEN NEW.code <> OLD.code
BEGIN
    INSERT INTO child ("order") VALUES (NEW.id);
    DELETE FROM pair WHERE b = OLD.code;
END;
CREATE TRIGGER through INSTEAD OF INSERT ON large BEGIN INSERT INTO "Order" (code) VALUES (NEW.code); END;
