{% if message %}-- {{ message }}
--
{% endif %}-- revision: {{ id }}
-- down_revision: {% if down_revisions %}{{ down_revisions | join(sep=", ") }}{% else %}none{% endif %}
{% if branch_labels %}-- branch_labels: {{ branch_labels | join(sep=", ") }}
{% endif %}{% if depends_on %}-- depends_on: {{ depends_on | join(sep=", ") }}
{% endif %}-- created: {{ created }}

-- A change that no running program notices is made in steps, each a revision of its own:
--   1. expand: add what the new program needs; the old one goes on working
--   2. deploy the program that writes both the old and the new; copy what was written before, in small batches
--   3. deploy the program that uses only the new
--   4. contract: drop what nothing uses any more
-- Keep the step that this revision is, and delete these lines.

-- rev: upgrade
-- Expand: add tables, add columns that may be NULL or have a default, add indexes (on PostgreSQL CONCURRENTLY, in a
-- section with `transaction=off`). Nothing is renamed or dropped, no column becomes NOT NULL, no type changes.
--
-- Contract: drop the columns and tables that no program reads or writes, and add the constraints that hold by now.


-- rev: downgrade
-- Of an expansion: drop what was added. Of a contraction: add it again, as an expansion; the data does not come back, so
-- perhaps say `irreversible` on the line above.

