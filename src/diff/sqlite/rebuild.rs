//! A table of SQLite that is rebuilt, as the shield of a run knows it.

use std::sync::Arc;

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Object;
use crate::diff::sqlite::create;
use crate::diff::sqlite::loss::loss;
use crate::diff::step::Does;
use crate::diff::step::Step;
use crate::sql::sqlite_name;

/// Writes a new table, the copy of its rows, and its taking the old one's name; indexes and triggers go with the old one.
///
/// The pragmas make it safe without the shield, too: with foreign keys on, `DROP TABLE` reaches into the tables that
/// reference it, and a rename would look into views that are without their table for the moment.
pub(super) fn rebuild(table: &Arc<Identity>, old: &Catalog, new: &Catalog) -> Vec<Step> {
    let taken = |name: &str| {
        let is_it =
            |object: &Object| object.identity.owner.is_none() && object.identity.name.eq_ignore_ascii_case(name);
        old.objects().any(is_it) || new.objects().any(is_it)
    };
    let base = format!("rev_new_{}", table.name);
    let numbered = (2..).map(|number| format!("{base}_{number}"));
    let temporary = std::iter::once(base.clone()).chain(numbered).find(|name| !taken(name)).unwrap_or(base.clone());
    let (name, temporary_name) = (sqlite_name(&table.name), sqlite_name(&temporary));
    let columns = Copied::of(table, old, new);
    let step = |sql: String| Step::new(Does::Alter, table, sql);
    let mut steps = vec![
        step("PRAGMA foreign_keys = OFF".to_owned()),
        step("PRAGMA legacy_alter_table = ON".to_owned()),
        step(create::table(new, table, &temporary)),
    ];
    if !columns.into.is_empty() {
        let (into, from) = (columns.into.join(", "), columns.from.join(", "));
        let mut copy = step(format!("INSERT OR ABORT INTO {temporary_name} ({into})\nSELECT {from} FROM {name}"));
        copy.note = (!columns.notes.is_empty()).then(|| columns.notes.join("; "));
        steps.push(copy);
    }
    if counts(table, old) && counts(table, new) {
        let (own, before) = (literal(&temporary), literal(&table.name));
        steps.push(step(format!("DELETE FROM sqlite_sequence WHERE name = {own}")));
        steps.push(step(format!(
            "INSERT INTO sqlite_sequence (name, seq)\nSELECT {own}, seq FROM sqlite_sequence WHERE name = {before}"
        )));
    }
    let mut drop = step(format!("DROP TABLE {name}"));
    let gone = (!columns.lost.is_empty()).then(|| format!("the values of {}", columns.lost.join(", ")));
    let lost: Vec<_> = gone.into_iter().chain(columns.changed).collect();
    drop.destroys = (!lost.is_empty()).then(|| lost.join("; "));
    steps.push(drop);
    steps.push(step(format!("ALTER TABLE {temporary_name} RENAME TO {name}")));
    steps.push(step("PRAGMA legacy_alter_table = OFF".to_owned()));
    steps.push(step("PRAGMA foreign_keys = ON".to_owned()));
    steps
}

/// What is copied from the old table to the new one.
#[derive(Default)]
struct Copied {
    into: Vec<String>,
    from: Vec<String>,
    notes: Vec<String>,
    lost: Vec<String>,
    /// What another type makes of values, in words.
    changed: Vec<String>,
}

impl Copied {
    fn of(table: &Identity, old: &Catalog, new: &Catalog) -> Self {
        let mut copied = Self::default();
        for column in new.columns(table) {
            if column.has(Attribute::Generated) {
                continue;
            }
            let name = sqlite_name(&column.identity.name);
            match old.get(&column.identity) {
                Some(before) => {
                    copied.into.push(name.clone());
                    copied.from.push(name);
                    copied.changed.extend(loss((old.get(table), before), (new.get(table), column)));
                    if column.has(Attribute::NotNull) && !before.has(Attribute::NotNull) {
                        let note = format!(
                            "this fails where `{}` is NULL: give those rows a value before",
                            column.identity.path()
                        );
                        copied.notes.push(note);
                    }
                }
                None if column.has(Attribute::NotNull) && !column.has(Attribute::Default) => {
                    let value = zero(column);
                    let path = column.identity.path();
                    copied.notes.push(format!("`{path}` is {value} in the rows that are there: choose what is right"));
                    copied.into.push(name);
                    copied.from.push(value.to_owned());
                }
                None => {}
            }
        }
        // One that is computed from now on does not keep what it had.
        let is_lost = |column: &&Object| {
            let is_kept = new.get(&column.identity).is_some_and(|after| !after.has(Attribute::Generated));
            !is_kept && !column.has(Attribute::Generated)
        };
        let lost = old.columns(table).into_iter().filter(is_lost);
        copied.lost = lost.map(|column| format!("`{}`", column.identity.path())).collect();
        if copied.into.is_empty() {
            // Rows stay rows, though nothing of them does.
            let plain = new.columns(table).into_iter().find(|column| !column.has(Attribute::Generated));
            copied.into.extend(plain.map(|column| sqlite_name(&column.identity.name)));
            copied.from.extend(plain.map(|column| column.text(Attribute::Default).unwrap_or("NULL").to_owned()));
        }
        copied
    }
}

/// A value that fits the type of a column.
fn zero(column: &Object) -> &'static str {
    let declared = column.text(Attribute::Type).unwrap_or_default();
    let has = |word: &str| declared.contains(word);
    match () {
        () if has("INT") => "0",
        () if has("CHAR") || has("CLOB") || has("TEXT") => "''",
        () if has("BLOB") => "x''",
        () => "0",
    }
}

/// Returns whether a table counts its rows in `sqlite_sequence`.
fn counts(table: &Identity, catalog: &Catalog) -> bool {
    catalog.columns(table).iter().any(|column| column.has(Attribute::AutoIncrement))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
