"""A Django project in one file, whose tables rev makes: its own `migrate` is not used."""

import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["DATABASE_URL"].removeprefix("sqlite:"),
        }
    },
    ROOT_URLCONF=__name__,
    SECRET_KEY=os.environ.get("DJANGO_SECRET_KEY", "only for this example"),
)


def notes(_request: HttpRequest) -> JsonResponse:
    """Return every note."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM notes ORDER BY id")
        return JsonResponse([body for (body,) in cursor.fetchall()], safe=False)


urlpatterns = [path("notes", notes)]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
