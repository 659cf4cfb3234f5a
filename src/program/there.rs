//! What a part would make that may be there already: `IF NOT EXISTS` and `OR REPLACE`; pure.
//!
//! What such a statement found, it did not make, and the downgrade of a half-run upgrade must not drop it. So it is looked
//! for before the part runs, and what was found stands in the part's row of the progress.

use serde::Deserialize;
use serde::Serialize;

use crate::sql::Change;
use crate::sql::Detail;
use crate::sql::ObjectChange;
use crate::sql::Statement;
use crate::sql::StatementKind;
use crate::sql::Touch;
use crate::sql::Touched;

/// What was looked for before a part, and whether it was there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct There(pub(crate) Vec<Looked>);

/// One thing that a statement makes unless it is there, or makes anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Looked {
    /// As the statement names it.
    #[serde(flatten)]
    pub(crate) object: ObjectChange,
    /// The column or key that is made, where it is not the whole of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<Detail>,
    /// The schema in which it was looked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) looked_in: Option<String>,
    /// Whether it was there before.
    pub(crate) was_there: bool,
}

impl There {
    /// Reads what a row of the progress says; what is not understood is not known.
    pub(crate) fn read(text: Option<&str>) -> Self {
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// Returns the text for a row of the progress, if there is something to tell.
    pub(crate) fn text(&self) -> Option<String> {
        if self.0.is_empty() { None } else { serde_json::to_string(self).ok() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether it was there before; nothing where nobody looked.
    pub(crate) fn was_there(&self, touched: &Touched) -> Option<bool> {
        let is_it = |looked: &&Looked| looked.object == touched.object && looked.detail == touched.detail;
        self.0.iter().find(is_it).map(|looked| looked.was_there)
    }
}

/// Returns what the statements of a part make that may be there already, as far as it can be looked for before the part.
pub(crate) fn may_be_there<'s>(statements: impl Iterator<Item = &'s Statement>) -> Vec<Touched> {
    let mut found: Vec<Touched> = Vec::new();
    let mut is_settled = true;
    for statement in statements {
        let was_settled = is_settled;
        // A setting, or who knows what, may lead a name to another schema than the one that is current before the part.
        is_settled &= matches!(statement.kind, StatementKind::Ddl | StatementKind::Dml | StatementKind::CopyIn);
        let Touch::Objects(touched) = touched_by(statement) else { continue };
        let is_asked = |one: &Touched| {
            one.is_conditional && one.object.change == Change::Appears && (was_settled || one.object.schema.is_some())
        };
        for one in touched.into_iter().filter(is_asked) {
            if !found.iter().rev().take(RECENT).any(|known| known.is(&one)) {
                found.push(one);
            }
        }
    }
    found
}

/// How far back it is looked whether something is asked for already; to ask twice does no harm.
const RECENT: usize = 16;

/// Reads only what can be conditional: most statements are not, and a part may have many.
fn touched_by(statement: &Statement) -> Touch {
    match statement.kind {
        StatementKind::Ddl => Touch::of(statement),
        StatementKind::NeedsNoTransaction(_) => Touch::of(statement),
        _ => Touch::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Family;
    use crate::span::Source;
    use crate::sql::split;

    fn check(family: Family, sql: &str, expected: &str) {
        let statements = split(&Source::new("a.sql", sql), 0..sql.len(), family).unwrap();
        let found = may_be_there(statements.iter());
        let names: Vec<&str> = found.iter().map(Touched::name).collect();
        assert_eq!(names.join(" "), expected, "{sql}");
        let looked = |one: &Touched| Looked {
            object: one.object.clone(),
            detail: one.detail.clone(),
            looked_in: None,
            was_there: true,
        };
        let there = There(found.iter().map(looked).collect());
        assert!(found.iter().all(|one| There::read(there.text().as_deref()).was_there(one) == Some(true)));
    }

    #[test]
    fn only_what_is_made_on_a_condition_is_looked_for() {
        check(Family::Mysql, "CREATE TABLE IF NOT EXISTS a (n INT)", "a");
        check(Family::Mysql, "CREATE OR REPLACE TABLE a (n INT)", "a");
        check(Family::Mysql, "ALTER TABLE t ADD COLUMN IF NOT EXISTS c INT, ADD INDEX IF NOT EXISTS i (c)", "c i");
        check(Family::Mysql, "CREATE INDEX IF NOT EXISTS i ON t (n)", "i");
        check(Family::Postgres, "CREATE SCHEMA IF NOT EXISTS s; CREATE OR REPLACE VIEW s.v AS SELECT 1", "s v");
        check(Family::Postgres, "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (n)", "i");
        check(
            Family::Sqlite,
            "CREATE TABLE a (n INT); DROP TABLE IF EXISTS b; CREATE TEMP TABLE IF NOT EXISTS c (n)",
            "",
        );
    }

    #[test]
    fn a_name_that_a_setting_may_lead_elsewhere_is_not_looked_for() {
        let sql = "SET search_path = s; CREATE TABLE IF NOT EXISTS a (n INT); CREATE TABLE IF NOT EXISTS s.b (n INT)";
        check(Family::Postgres, sql, "b");
    }

    #[test]
    fn what_is_not_understood_is_not_known() {
        assert_eq!(There::read(Some("{\"x\":1}")), There::default());
        assert_eq!(There::read(None).text(), None);
    }
}
