{% if message %}-- {{ message }}
--
{% endif %}-- revision: {{ id }}
-- down_revision: {% if down_revisions %}{{ down_revisions | join(sep=", ") }}{% else %}none{% endif %}
{% if branch_labels %}-- branch_labels: {{ branch_labels | join(sep=", ") }}
{% endif %}{% if depends_on %}-- depends_on: {{ depends_on | join(sep=", ") }}
{% endif %}-- created: {{ created }}

-- rev: upgrade dialect=sqlite


-- rev: upgrade dialect=postgres


-- rev: upgrade dialect=mysql
-- MySQL and MariaDB; a section with `dialect=mariadb` runs on MariaDB in addition.


-- rev: downgrade dialect=mysql


-- rev: downgrade dialect=postgres


-- rev: downgrade dialect=sqlite

