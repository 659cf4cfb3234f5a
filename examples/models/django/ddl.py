"""Prints the tables of the apps' models for a database: `python3 ddl.py postgresql`. No database is asked."""

import sys

import django
from django.apps import apps
from django.conf import settings
from django.db import connection

ENGINE = f"django.db.backends.{sys.argv[1]}"

# An application has its own settings: django.setup() with DJANGO_SETTINGS_MODULE does it there.
settings.configure(
    INSTALLED_APPS=["shop"],
    DATABASES={"default": {"ENGINE": ENGINE, "NAME": ":memory:" if "sqlite" in ENGINE else "none"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

editor = connection.schema_editor(collect_sql=True, atomic=False)
if connection.vendor == "sqlite":
    # The editor looks whether they are checked; nothing else is asked of this database, which is in memory.
    connection.disable_constraint_checking()
with editor:
    for model in apps.get_models():
        if model._meta.managed and not model._meta.proxy:
            editor.create_model(model)
print("\n".join(editor.collected_sql))
