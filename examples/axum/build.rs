//! Checks the scripts, and makes them a part of the program.

use rev::dialect::Dialect;

fn main() -> Result<(), rev::Error> {
    rev::embed::write("versions", &[Dialect::Sqlite, Dialect::Postgres, Dialect::Mariadb])
}
