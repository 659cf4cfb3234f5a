"""Prints the tables of the models for a database: `python3 ddl.py postgresql`."""

import sys

from sqlalchemy import create_mock_engine

from models import Base


def show(statement, *_):
    print(f"{str(statement.compile(dialect=engine.dialect)).strip()};\n")


# With another paramstyle, `%` would be doubled for the driver.
engine = create_mock_engine(f"{sys.argv[1]}://", show, paramstyle="named")
Base.metadata.create_all(engine, checkfirst=False)
