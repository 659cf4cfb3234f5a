//! What Alembic writes about itself into the scripts of `--sql`.

use crate::dialect::Family;
use crate::sql::Statement;
use crate::sql::significant;
use crate::sql::unquoted;

/// The table unless `version_table` names another.
const TABLE: &str = "alembic_version";

/// The one column of the table.
const COLUMN: &str = "version_num";

/// Returns the places of the statements that only keep Alembic's own record.
///
/// Where anything else names the table, as in the dump of a database, nothing is returned: half of what makes a table
/// cannot be left out.
pub(super) fn own_record(statements: &[Statement], family: Family) -> Vec<usize> {
    let read: Vec<Vec<String>> = statements.iter().map(|statement| words(statement, family)).collect();
    let mut tables: Vec<&str> = read.iter().filter_map(|words| made(words)).collect();
    tables.push(TABLE);
    let names = |word: &String| tables.contains(&word.as_str());
    let (mut own, mut others) = (Vec::new(), false);
    for (at, words) in read.iter().enumerate() {
        match changed(words) {
            Some(table) if tables.contains(&table) => own.push(at),
            _ => others |= words.iter().any(names),
        }
    }
    if others { Vec::new() } else { own }
}

/// Returns the table that a statement makes, if it is like Alembic's: its first column is `version_num`.
fn made(words: &[String]) -> Option<&str> {
    let rest = words.strip_prefix(&["create".to_owned(), "table".to_owned()])?;
    let open = rest.iter().position(|word| word == "(")?;
    let is_alone = !rest.iter().skip(open).any(|word| word == "references");
    (rest.get(open + 1)? == COLUMN && rest.get(open + 2)?.starts_with("varchar") && is_alone)
        .then(|| rest[open - 1].as_str())
}

/// Returns the table that a statement makes, drops, or changes rows of.
fn changed(words: &[String]) -> Option<&str> {
    let is = |at: usize, text: &str| words.get(at).is_some_and(|word| word == text);
    let start = match words.first()?.as_str() {
        "create" | "drop" if is(1, "table") => 2,
        "insert" if is(1, "into") => 2,
        "delete" if is(1, "from") => 2,
        "update" => 1,
        _ => return None,
    };
    let name: Vec<&String> =
        words[start..].iter().skip_while(|word| matches!(word.as_str(), "if" | "not" | "exists")).collect();
    // `schema.table` is three words.
    match name.as_slice() {
        [_, dot, table, ..] if *dot == "." => Some(table),
        [table, ..] => Some(table),
        [] => None,
    }
}

/// Returns the words of a statement without quotes, in lower case; of data, only the beginning is of interest.
fn words(statement: &Statement, family: Family) -> Vec<String> {
    const LOOKED_AT: usize = 64;
    let sql = statement.sql();
    let is_text = |word: &&str| word.starts_with('\'');
    significant(sql, 0..sql.len(), family).filter(|word| !is_text(word)).take(LOOKED_AT).map(unquoted).collect()
}
