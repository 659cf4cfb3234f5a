{% if message %}-- {{ message }}
--
{% endif %}-- revision: {{ id }}
-- down_revision: {% if down_revisions %}{{ down_revisions | join(sep=", ") }}{% else %}none{% endif %}
{% if branch_labels %}-- branch_labels: {{ branch_labels | join(sep=", ") }}
{% endif %}{% if depends_on %}-- depends_on: {{ depends_on | join(sep=", ") }}
{% endif %}-- created: {{ created }}

-- rev: upgrade


-- rev: downgrade

