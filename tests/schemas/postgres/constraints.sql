-- base
CREATE SCHEMA cons;
CREATE SCHEMA "cons 2";
CREATE TABLE cons.org (id integer PRIMARY KEY, code text NOT NULL, a integer NOT NULL, b integer NOT NULL, UNIQUE (a, b));
CREATE TABLE "cons 2"."Order" (
    id integer CONSTRAINT "the key" PRIMARY KEY,
    "group" integer NOT NULL,
    org integer,
    x integer,
    y integer,
    during tsrange,
    state text,
    price numeric,
    CONSTRAINT once UNIQUE ("group", state),
    CONSTRAINT of_org FOREIGN KEY (org) REFERENCES cons.org ON DELETE CASCADE,
    CONSTRAINT pair FOREIGN KEY (x, y) REFERENCES cons.org (a, b),
    CONSTRAINT positive CHECK (price > 0),
    CONSTRAINT known CHECK (state IN ('new', 'it''s paid')),
    CHECK (x < y),
    CONSTRAINT apart EXCLUDE USING gist (during WITH &&)
);
CREATE TABLE cons.plain (k integer NOT NULL, l integer NOT NULL, m text);
CREATE UNIQUE INDEX plain_k ON cons.plain (k);
COMMENT ON CONSTRAINT positive ON "cons 2"."Order" IS 'more than nothing';
-- + primary key cons.plain.plain_pkey
ALTER TABLE cons.plain ADD PRIMARY KEY (l);
-- - primary key cons 2.Order.the key
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT "the key";
-- ~ primary key cons 2.Order.the key
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT "the key", ADD CONSTRAINT "the key" PRIMARY KEY (id, "group");
-- ~ primary key cons 2.Order.the key
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT "the key", ADD CONSTRAINT "the key" PRIMARY KEY (id) DEFERRABLE;
-- ~ primary key cons 2.Order.the key
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT "the key", ADD CONSTRAINT "the key" PRIMARY KEY (id) INCLUDE (x);
-- ~ primary key cons 2.Order.the key
ALTER INDEX "cons 2"."the key" SET (fillfactor = 60);
-- + unique cons.org.org_code_key
ALTER TABLE cons.org ADD UNIQUE (code);
-- + unique cons.org.Code "is" one
ALTER TABLE cons.org ADD CONSTRAINT "Code ""is"" one" UNIQUE (code) INCLUDE (a);
-- - unique cons 2.Order.once
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT once;
-- ~ unique cons 2.Order.once
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT once, ADD CONSTRAINT once UNIQUE (state, "group");
-- [15+] ~ unique cons 2.Order.once
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT once, ADD CONSTRAINT once UNIQUE NULLS NOT DISTINCT ("group", state);
-- ~ unique cons 2.Order.once
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT once, ADD CONSTRAINT once UNIQUE ("group", state) INITIALLY DEFERRED;
-- - unique cons 2.Order.once; + unique cons 2.Order.twice
ALTER TABLE "cons 2"."Order" RENAME CONSTRAINT once TO twice;
-- + unique cons.plain.plain_k; - index cons.plain.plain_k
ALTER TABLE cons.plain ADD CONSTRAINT plain_k UNIQUE USING INDEX plain_k;
-- + foreign key cons.plain.plain_k_fkey
ALTER TABLE cons.plain ADD FOREIGN KEY (k) REFERENCES "cons 2"."Order";
-- + foreign key cons.plain.self
ALTER TABLE cons.plain ADD CONSTRAINT self FOREIGN KEY (l) REFERENCES cons.plain (k) ON DELETE SET DEFAULT;
-- - foreign key cons 2.Order.of_org
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT of_org;
-- ~ foreign key cons 2.Order.of_org
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT of_org, ADD CONSTRAINT of_org FOREIGN KEY (org) REFERENCES cons.org ON DELETE SET NULL;
-- ~ foreign key cons 2.Order.of_org
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT of_org, ADD CONSTRAINT of_org FOREIGN KEY (org) REFERENCES cons.org ON DELETE CASCADE ON UPDATE RESTRICT;
-- ~ foreign key cons 2.Order.of_org
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT of_org, ADD CONSTRAINT of_org FOREIGN KEY (x) REFERENCES cons.org ON DELETE CASCADE;
-- ~ foreign key cons 2.Order.of_org
ALTER TABLE "cons 2"."Order" ALTER CONSTRAINT of_org DEFERRABLE INITIALLY DEFERRED;
-- ~ foreign key cons 2.Order.of_org
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT of_org, ADD CONSTRAINT of_org FOREIGN KEY (org) REFERENCES cons.org ON DELETE CASCADE NOT VALID;
-- ~ foreign key cons 2.Order.pair
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT pair, ADD CONSTRAINT pair FOREIGN KEY (x, y) REFERENCES cons.org (a, b) MATCH FULL;
-- ~ foreign key cons 2.Order.pair
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT pair, ADD CONSTRAINT pair FOREIGN KEY (y, x) REFERENCES cons.org (a, b);
-- [15+] ~ foreign key cons 2.Order.pair
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT pair, ADD CONSTRAINT pair FOREIGN KEY (x, y) REFERENCES cons.org (a, b) ON DELETE SET NULL (y);
-- [18+] ~ foreign key cons 2.Order.pair
ALTER TABLE "cons 2"."Order" ALTER CONSTRAINT pair NOT ENFORCED;
-- + check cons.plain.plain_m_check
ALTER TABLE cons.plain ADD CHECK (m <> '%_\');
-- + check cons.plain.plain_check
ALTER TABLE cons.plain ADD CHECK (k > l OR m IS NULL);
-- - check cons 2.Order.known
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT known;
-- ~ check cons 2.Order.known
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT known, ADD CONSTRAINT known CHECK (state IN ('new', 'it''s paid', 'old'));
-- ~ check cons 2.Order.positive
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT positive, ADD CONSTRAINT positive CHECK (price >= 0); COMMENT ON CONSTRAINT positive ON "cons 2"."Order" IS 'more than nothing';
-- ~ check cons 2.Order.positive
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT positive, ADD CONSTRAINT positive CHECK (price > 0) NO INHERIT; COMMENT ON CONSTRAINT positive ON "cons 2"."Order" IS 'more than nothing';
-- ~ check cons 2.Order.positive
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT positive, ADD CONSTRAINT positive CHECK (price > 0) NOT VALID; COMMENT ON CONSTRAINT positive ON "cons 2"."Order" IS 'more than nothing';
-- [18+] ~ check cons 2.Order.positive
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT positive, ADD CONSTRAINT positive CHECK (price > 0) NOT ENFORCED; COMMENT ON CONSTRAINT positive ON "cons 2"."Order" IS 'more than nothing';
-- ~ check cons 2.Order.positive
COMMENT ON CONSTRAINT positive ON "cons 2"."Order" IS 'it''s more';
-- + exclusion cons.plain.plain_k_excl
ALTER TABLE cons.plain ADD EXCLUDE (k WITH =) WHERE (l > 0);
-- - exclusion cons 2.Order.apart
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT apart;
-- ~ exclusion cons 2.Order.apart
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT apart, ADD CONSTRAINT apart EXCLUDE USING gist (during WITH &&) WHERE (state <> 'new');
-- ~ exclusion cons 2.Order.apart
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT apart, ADD CONSTRAINT apart EXCLUDE USING gist (during WITH -|-) DEFERRABLE;
-- [18+] + table cons.held; + table cons.holds; + column cons.held.during; + column cons.held.id; + primary key cons.held.held_pkey; + column cons.holds.at; + column cons.holds.held; + foreign key cons.holds.while
CREATE TABLE cons.held (id int4range, during tsrange, PRIMARY KEY (id, during WITHOUT OVERLAPS));
CREATE TABLE cons.holds (held int4range, at tsrange, CONSTRAINT while FOREIGN KEY (held, PERIOD at) REFERENCES cons.held (id, PERIOD during));
-- [18+] ~ foreign key cons 2.Order.of_org
ALTER TABLE "cons 2"."Order" ALTER CONSTRAINT of_org NOT ENFORCED;
-- [18+] ~ foreign key cons 2.Order.of_org
ALTER TABLE "cons 2"."Order" ALTER CONSTRAINT of_org DEFERRABLE INITIALLY DEFERRED NOT ENFORCED;
-- [18+] ~ foreign key cons 2.Order.of_org
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT of_org, ADD CONSTRAINT of_org FOREIGN KEY (org) REFERENCES cons.org ON DELETE SET NULL NOT ENFORCED;
-- [18+] + column cons 2.Order.span; - unique cons 2.Order.once; + unique cons 2.Order.over
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT once, ADD span int4range, ADD CONSTRAINT over UNIQUE (span, during WITHOUT OVERLAPS);
-- [18+] + table cons.kept; + column cons.kept.d; + column cons.kept.i; + unique cons.kept.kept_i_d_key
CREATE TABLE cons.kept (i int4range, d daterange, UNIQUE (i, d WITHOUT OVERLAPS) DEFERRABLE);
-- [18+] + table cons.held; + table cons.holds; + column cons.held.during; + column cons.held.id; + unique cons.held.once; + column cons.holds.at; + column cons.holds.held; + foreign key cons.holds.holds_held_at_fkey
CREATE TABLE cons.held (id int4range, during tsrange, CONSTRAINT once UNIQUE (id, during WITHOUT OVERLAPS));
CREATE TABLE cons.holds (held int4range, at tsrange, FOREIGN KEY (held, PERIOD at) REFERENCES cons.held (id, PERIOD during) NOT ENFORCED);
-- =
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT known, ADD CONSTRAINT known CHECK (state = ANY (ARRAY['new', 'it''s paid']));
-- =
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT known, ADD CONSTRAINT known CHECK (((state)::text = ANY (ARRAY['new'::text, /* c */ 'it''s paid'::text])));
-- =
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT positive, ADD CONSTRAINT positive CHECK ((price > (0)::numeric)); COMMENT ON CONSTRAINT positive ON "cons 2"."Order" IS 'more than nothing';
-- =
ALTER TABLE "cons 2"."Order" RENAME CONSTRAINT "Order_check" TO "Order_check1";
-- =
ALTER TABLE "cons 2"."Order" DROP CONSTRAINT of_org, ADD CONSTRAINT of_org FOREIGN KEY (org) REFERENCES cons.org (id) MATCH SIMPLE ON DELETE CASCADE ON UPDATE NO ACTION NOT DEFERRABLE;
-- =
ALTER TABLE cons.org DROP CONSTRAINT org_a_b_key CASCADE, ADD CONSTRAINT org_a_b_key UNIQUE (a, b);
ALTER TABLE "cons 2"."Order" ADD CONSTRAINT pair FOREIGN KEY (x, y) REFERENCES cons.org (a, b);
-- =
ALTER TABLE cons.org RENAME CONSTRAINT org_a_b_key TO org_a_b_key1;
