"""A service that relies on its tables: `rev exec` has made them before this module is loaded."""

import os
import sqlite3

from fastapi import FastAPI

app = FastAPI()


@app.get("/notes")
def notes() -> list[str]:
    """Return every note."""
    path = os.environ["DATABASE_URL"].removeprefix("sqlite:")
    with sqlite3.connect(path) as connection:
        return [body for (body,) in connection.execute("SELECT body FROM notes ORDER BY id")]
