//! Forms of statements that keep nobody waiting, for PostgreSQL: indexes that are built beside the readers and writers of
//! their table, and constraints whose rows are checked after the lock that they need is gone.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::diff::Commit;
use crate::diff::Does;
use crate::diff::Step;

/// Rewrites statements on tables that are there before, `old`; on a new one nobody waits.
pub(super) fn online(steps: Vec<Step>, old: &Catalog) -> Vec<Step> {
    let mut rewritten = Vec::with_capacity(steps.len());
    let mut later = Vec::new();
    for step in steps {
        match table_of(&step, old) {
            Some(table) if !is_partitioned(table) => rewrite(step, old, &mut rewritten, &mut later),
            _ => rewritten.push(step),
        }
    }
    rewritten.extend(later);
    rewritten
}

/// Returns the table of a step's object, if it is there before.
fn table_of<'c>(step: &Step, old: &'c Catalog) -> Option<&'c Object> {
    let Identity { schema, owner, .. } = &*step.about;
    let holders = [Kind::Table, Kind::MaterializedView];
    holders.iter().find_map(|kind| old.get(&Identity::new(*kind, schema.as_deref(), owner.as_deref()?)))
}

/// Neither its indexes nor, before PostgreSQL 18, its foreign keys can be made in two steps.
fn is_partitioned(table: &Object) -> bool {
    table.text(Attribute::PartitionBy).is_some()
}

fn rewrite(mut step: Step, old: &Catalog, rewritten: &mut Vec<Step>, later: &mut Vec<Step>) {
    match (step.about.kind, step.does) {
        (Kind::Index, Does::Create) => {
            concurrently(&mut step, &["CREATE INDEX ", "CREATE UNIQUE INDEX "]);
            rewritten.push(step);
        }
        (Kind::Index, Does::Drop) => {
            concurrently(&mut step, &["DROP INDEX "]);
            rewritten.push(step);
        }
        (Kind::ForeignKey | Kind::Check, Does::Create) => {
            later.extend(validated_later(&mut step));
            rewritten.push(step);
        }
        (Kind::Unique, Does::Create) => {
            rewritten.extend(index_first(&mut step));
            rewritten.push(step);
        }
        (Kind::Column, Does::Alter) => not_null(step, old, rewritten),
        _ => rewritten.push(step),
    }
}

/// Puts the word into a statement that begins so, which then runs outside of a transaction.
fn concurrently(step: &mut Step, beginnings: &[&str]) {
    if let Some(beginning) = beginnings.iter().find(|beginning| step.sql.starts_with(**beginning)) {
        step.sql = format!("{beginning}CONCURRENTLY {}", &step.sql[beginning.len()..]);
        step.commit = Commit::Alone;
    }
}

/// Adds a constraint without a look at the rows, and returns the statement that looks at them.
fn validated_later(step: &mut Step) -> Option<Step> {
    let (table, name, _) = added(&step.sql)?;
    if step.sql.ends_with(" NOT VALID") || step.sql.ends_with(" NOT ENFORCED") {
        return None;
    }
    let validate = format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}");
    step.sql.push_str(" NOT VALID");
    Some(Step { commit: Commit::Alone, ..Step::new(Does::Alter, &step.about, validate) })
}

/// Takes a constraint from an index, and returns the statement that builds it before.
fn index_first(step: &mut Step) -> Option<Step> {
    let (table, name, definition) = added(&step.sql)?;
    let columns = definition.strip_prefix("UNIQUE (")?.strip_suffix(')')?;
    if columns.contains([')', '"']) {
        return None; // it has more than columns, or names that are hard to tell from that
    }
    let build = format!("CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} ({columns})");
    let index = Step { commit: Commit::Alone, ..Step::new(Does::Create, &step.about, build) };
    step.sql = format!("ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE USING INDEX {name}");
    Some(index)
}

/// Lets a check look for rows without a value, since `SET NOT NULL` does not look again where a valid one says so.
fn not_null(step: Step, old: &Catalog, rewritten: &mut Vec<Step>) {
    let sql = step.sql.clone();
    let parts = sql.strip_prefix("ALTER TABLE ").and_then(|rest| rest.split_once(" ALTER COLUMN "));
    let set = parts.and_then(|(table, rest)| Some((table, rest.strip_suffix(" SET NOT NULL")?)));
    let Some((table, column)) = set else { return rewritten.push(step) };
    let taken: BTreeSet<&str> = old.objects().map(|object| &*object.identity.name).collect();
    let names =
        (0..).map(|number: u32| if number == 0 { "rev_not_null".to_owned() } else { format!("rev_not_null_{number}") });
    let Some(name) = names.into_iter().find(|name| !taken.contains(name.as_str())) else { return rewritten.push(step) };
    let about = Arc::clone(&step.about);
    let alter =
        |what: String, commit| Step { commit, ..Step::new(Does::Alter, &about, format!("ALTER TABLE {table} {what}")) };
    let mut first = alter(format!("ADD CONSTRAINT {name} CHECK ({column} IS NOT NULL) NOT VALID"), Commit::Together);
    first.note.clone_from(&step.note);
    rewritten.push(first);
    rewritten.push(alter(format!("VALIDATE CONSTRAINT {name}"), Commit::Alone));
    rewritten.push(Step { note: None, ..step });
    rewritten.push(alter(format!("DROP CONSTRAINT {name}"), Commit::Together));
}

/// Returns the table, the name and the definition of a constraint that a statement adds.
fn added(sql: &str) -> Option<(String, String, String)> {
    let (table, rest) = sql.strip_prefix("ALTER TABLE ")?.split_once(" ADD CONSTRAINT ")?;
    let end = match rest.strip_prefix('"') {
        Some(quoted) => 2 + quoted.find("\" ")?,
        None => rest.find(' ')?,
    };
    let (name, definition) = (&rest[..end], rest[end..].trim_start());
    Some((table.to_owned(), name.to_owned(), definition.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;

    fn rewritten(does: Does, kind: Kind, sql: &str) -> Vec<(String, Commit)> {
        let mut old = Catalog::empty(Dialect::Postgres, "18");
        let table = Identity::new(Kind::Table, Some("public"), "t");
        old.insert(Object::new(table.clone()));
        let step = Step::new(does, &Arc::new(table.part(kind, "x")), sql);
        online(vec![step], &old).into_iter().map(|step| (step.sql, step.commit)).collect()
    }

    fn check(does: Does, kind: Kind, sql: &str, expected: &[(&str, Commit)]) {
        let expected: Vec<_> = expected.iter().map(|(sql, commit)| ((*sql).to_owned(), *commit)).collect();
        assert_eq!(rewritten(does, kind, sql), expected);
    }

    #[test]
    fn each_form_is_one_that_keeps_nobody_waiting() {
        use Commit::Alone;
        use Commit::Together;
        check(
            Does::Create,
            Kind::Index,
            "CREATE UNIQUE INDEX x ON public.t (a)",
            &[("CREATE UNIQUE INDEX CONCURRENTLY x ON public.t (a)", Alone)],
        );
        check(Does::Drop, Kind::Index, "DROP INDEX public.x", &[("DROP INDEX CONCURRENTLY public.x", Alone)]);
        check(
            Does::Create,
            Kind::Check,
            "ALTER TABLE public.t ADD CONSTRAINT \"x y\" CHECK ((a > 0))",
            &[
                ("ALTER TABLE public.t ADD CONSTRAINT \"x y\" CHECK ((a > 0)) NOT VALID", Together),
                ("ALTER TABLE public.t VALIDATE CONSTRAINT \"x y\"", Alone),
            ],
        );
        check(
            Does::Create,
            Kind::Unique,
            "ALTER TABLE public.t ADD CONSTRAINT x UNIQUE (a, b)",
            &[
                ("CREATE UNIQUE INDEX CONCURRENTLY x ON public.t (a, b)", Alone),
                ("ALTER TABLE public.t ADD CONSTRAINT x UNIQUE USING INDEX x", Together),
            ],
        );
        check(
            Does::Alter,
            Kind::Column,
            "ALTER TABLE public.t ALTER COLUMN a SET NOT NULL",
            &[
                ("ALTER TABLE public.t ADD CONSTRAINT rev_not_null CHECK (a IS NOT NULL) NOT VALID", Together),
                ("ALTER TABLE public.t VALIDATE CONSTRAINT rev_not_null", Alone),
                ("ALTER TABLE public.t ALTER COLUMN a SET NOT NULL", Together),
                ("ALTER TABLE public.t DROP CONSTRAINT rev_not_null", Together),
            ],
        );
    }

    #[test]
    fn what_has_no_such_form_stays() {
        for (does, kind, sql) in [
            (Does::Create, Kind::Unique, "ALTER TABLE public.t ADD CONSTRAINT x UNIQUE (a) INCLUDE (b)"),
            (Does::Create, Kind::Check, "ALTER TABLE public.t ADD CONSTRAINT x CHECK ((a > 0)) NOT VALID"),
            (Does::Alter, Kind::Column, "ALTER TABLE public.t ALTER COLUMN a TYPE bigint"),
        ] {
            check(does, kind, sql, &[(sql, Commit::Together)]);
        }
    }
}
