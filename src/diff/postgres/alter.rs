//! How objects are altered as they are.

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::diff::postgres::column;
use crate::diff::postgres::create;
use crate::diff::postgres::foreign;
use crate::diff::postgres::name::literal;
use crate::diff::postgres::name::own;
use crate::diff::postgres::name::quoted;
use crate::diff::postgres::name::whole;
use crate::diff::postgres::not_null;
use crate::diff::postgres::owned::owner_column;
use crate::diff::postgres::table;
use crate::diff::step::Commit;
use crate::diff::step::Does;
use crate::diff::step::Step;

/// Returns the steps that make these attributes of an object what they are in the new one.
pub fn altered(old: &Object, new: &Object, attributes: &[Attribute], catalog: &Catalog) -> Result<Vec<Step>, String> {
    let identity = &*new.identity;
    let name = own(identity);
    let changes = |attribute| attributes.contains(&attribute);
    let mut made = Vec::new();
    match identity.kind {
        Kind::Table => {
            let moved = partition(old, new).into_iter().map(|sql| Step::new(Does::Alter, &new.identity, sql));
            let altered = table::altered(Some(old), new).into_iter();
            let altered =
                altered.map(|(index, sql)| Step::new(Does::Alter, &table::index_of(new, index, catalog), sql));
            return Ok(moved.chain(altered).collect());
        }
        Kind::Column => return Ok(altered_column(old, new, attributes, catalog)),
        Kind::View if changes(Attribute::Definition) || changes(Attribute::Options) || changes(Attribute::Labels) => {
            let created = create::created(new, catalog, true)?;
            made.extend(created.into_iter().map(|sql| sql.replacen("CREATE VIEW", "CREATE OR REPLACE VIEW", 1)));
        }
        Kind::MaterializedView => {
            if changes(Attribute::Options) {
                let options = new.pieces(Attribute::Options);
                let gone: Vec<_> =
                    old.pieces(Attribute::Options).iter().map(|option| column::option_name(option)).collect();
                if !gone.is_empty() {
                    made.push(format!("ALTER MATERIALIZED VIEW {name} RESET ({})", gone.join(", ")));
                }
                if !options.is_empty() {
                    made.push(format!("ALTER MATERIALIZED VIEW {name} SET ({})", options.join(", ")));
                }
            }
            if changes(Attribute::ClusteredBy) {
                let how = new
                    .text(Attribute::ClusteredBy)
                    .map_or_else(|| "SET WITHOUT CLUSTER".into(), |index| format!("CLUSTER ON {}", quoted(index)));
                made.push(format!("ALTER MATERIALIZED VIEW {name} {how}"));
            }
        }
        Kind::Function | Kind::Procedure if changes(Attribute::Definition) => {
            made.push(new.text(Attribute::Definition).unwrap_or_default().trim_end().to_owned());
        }
        Kind::Enum => return Ok(added_labels(old, new)),
        Kind::Domain => {
            if changes(Attribute::Default) {
                made.push(match new.text(Attribute::Default) {
                    Some(default) => format!("ALTER DOMAIN {name} SET DEFAULT {default}"),
                    None => format!("ALTER DOMAIN {name} DROP DEFAULT"),
                });
            }
            if changes(Attribute::NotNull) {
                made.push(match (new.has(Attribute::NotNull), new.text(Attribute::NotNullName)) {
                    (false, _) => format!("ALTER DOMAIN {name} DROP NOT NULL"),
                    (true, None) => format!("ALTER DOMAIN {name} SET NOT NULL"),
                    (true, Some(chosen)) => format!("ALTER DOMAIN {name} ADD CONSTRAINT {} NOT NULL", quoted(chosen)),
                });
            } else if changes(Attribute::NotNullName) {
                made.extend(not_null::renamed(old, new, "DOMAIN"));
            }
        }
        Kind::Sequence => return Ok(altered_sequence(old, new, attributes, catalog)),
        Kind::Extension => {
            if changes(Attribute::Version) {
                made.push(format!(
                    "ALTER EXTENSION {name} UPDATE TO {}",
                    literal(new.text(Attribute::Version).unwrap_or_default())
                ));
            }
            if changes(Attribute::Definition) {
                made.push(format!(
                    "ALTER EXTENSION {name} SET {}",
                    new.text(Attribute::Definition).unwrap_or_default()
                ));
            }
        }
        Kind::ForeignDataWrapper | Kind::ForeignServer | Kind::UserMapping => made.extend(foreign::altered(old, new)?),
        kind if changes(Attribute::Invalid) => {
            let of = if kind == Kind::Check && create::is_of_domain(new, catalog) { "DOMAIN" } else { "TABLE" };
            made.push(format!("ALTER {of} {} VALIDATE CONSTRAINT {}", whole(identity), quoted(&identity.name)));
        }
        Kind::ForeignKey if changes(Attribute::Deferrable) || changes(Attribute::NotEnforced) => {
            let mut how = Vec::new();
            if changes(Attribute::Deferrable) {
                let when = new.text(Attribute::Deferrable);
                how.push(
                    when.map_or_else(|| "NOT DEFERRABLE".into(), |when| format!("DEFERRABLE {}", when.to_uppercase())),
                );
            }
            if changes(Attribute::NotEnforced) {
                how.push(if new.has(Attribute::NotEnforced) { "NOT ENFORCED" } else { "ENFORCED" }.to_owned());
            }
            let how = how.join(" ");
            made.push(format!("ALTER TABLE {} ALTER CONSTRAINT {} {how}", whole(identity), quoted(&identity.name)));
        }
        _ => made.extend(create::afterwards(Some(old), new)),
    }
    Ok(made.into_iter().map(|sql| Step::new(Does::Alter, &new.identity, sql)).collect())
}

/// A table leaves its parent, and comes to another one, or within other bounds.
fn partition(old: &Object, new: &Object) -> Vec<String> {
    if old.get(Attribute::PartitionOf) == new.get(Attribute::PartitionOf) {
        return Vec::new();
    }
    let name = own(&new.identity);
    let mut made = Vec::new();
    if let [parent, _] = old.pieces(Attribute::PartitionOf) {
        made.push(format!("ALTER TABLE {parent} DETACH PARTITION {name}"));
    }
    if let [parent, bounds] = new.pieces(Attribute::PartitionOf) {
        made.push(format!("ALTER TABLE {parent} ATTACH PARTITION {name} {bounds}"));
    }
    made
}

fn altered_column(old: &Object, new: &Object, attributes: &[Attribute], catalog: &Catalog) -> Vec<Step> {
    let identity = &new.identity;
    let of = |kind| {
        let owner = identity.owner.as_deref().unwrap_or_default();
        catalog.get(&crate::catalog::Identity::new(kind, identity.schema.as_deref(), owner)).is_some()
    };
    let (from, to) = (old.text(Attribute::Type).unwrap_or_default(), new.text(Attribute::Type).unwrap_or_default());
    let retypes = attributes.contains(&Attribute::Type);
    if of(Kind::Composite) {
        let collate = new.text(Attribute::Collation).map(|name| format!(" COLLATE {name}")).unwrap_or_default();
        let sql =
            format!("ALTER TYPE {} ALTER ATTRIBUTE {} TYPE {to}{collate}", whole(identity), quoted(&identity.name));
        let changes = retypes || attributes.contains(&Attribute::Collation);
        return changes.then(|| Step::new(Does::Alter, identity, sql)).into_iter().collect();
    }
    let word = match () {
        () if of(Kind::View) => "VIEW",
        () if of(Kind::MaterializedView) => "MATERIALIZED VIEW",
        () => "TABLE",
    };
    let mut clauses = column::clauses(Some(old), new, attributes);
    if catalog.major() < 16 && word == "TABLE" {
        // To set the same type again is to set its storage, too.
        let collate = new.text(Attribute::Collation).map(|name| format!(" COLLATE {name}")).unwrap_or_default();
        let retype = format!("TYPE {to}{collate}");
        clauses.iter_mut().for_each(|clause| *clause = clause.replace(column::DEFAULT_STORAGE, &retype));
    }
    let counter = counter(old, new, catalog);
    if counter.iter().any(|step| step.does == Does::Drop) {
        clauses.retain(|clause| !clause.ends_with(" DROP IDENTITY"));
    }
    let mut steps = Vec::new();
    let needs_values = word == "TABLE" && attributes.contains(&Attribute::NotNull) && is_checked(old, new);
    if word == "TABLE" && catalog.major() >= 18 {
        let altered = not_null::altered(old, new, attributes).into_iter();
        steps.extend(altered.map(|sql| Step::new(Does::Alter, identity, sql)));
        if let Some(last) = steps.last_mut().filter(|_| needs_values) {
            last.note = Some(column::required(identity));
        }
    }
    let needs_values = needs_values && steps.is_empty();
    if !clauses.is_empty() {
        let mut step =
            Step::new(Does::Alter, identity, format!("ALTER {word} {} {}", whole(identity), clauses.join(", ")));
        if needs_values {
            step.note = Some(column::required(identity));
        }
        if retypes && !column::is_wider(from, to) {
            match column::narrowed(identity, from, to) {
                Some(note) => step.note = Some(step.note.map_or(note.clone(), |other| format!("{other}\n{note}"))),
                None => {
                    step.destroys = Some(format!(
                        "what values of {}.{} a {to} cannot hold",
                        whole(identity),
                        quoted(&identity.name)
                    ));
                }
            }
        }
        steps.push(step);
    }
    steps.extend(counter);
    steps
}

/// Returns whether rows without a value make an alteration fail.
fn is_checked(old: &Object, new: &Object) -> bool {
    let is_valid = |column: &Object| column.has(Attribute::NotNull) && !not_null::is_not_valid(column);
    is_valid(new) && !is_valid(old)
}

/// Returns the statements that let a column count on from where it was, when another sequence counts from now on.
fn counter(old: &Object, new: &Object, catalog: &Catalog) -> Vec<Step> {
    let (before, after) = (source(old), source(new));
    let identity = &new.identity;
    let (table, name) = (whole(identity), quoted(&identity.name));
    let alter = |sql: String| Step::new(Does::Alter, identity, sql);
    match (before, after) {
        (before, Source::Identity) if before != Source::Identity => {
            // By the kind of dependency: one that the column owned until now is found by `pg_get_serial_sequence`, too.
            let own = format!(
                "pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid\n\
                 WHERE d.classid = 'pg_class'::regclass AND d.deptype = 'i' AND d.refobjid = {}::regclass \
                 AND a.attname = {}",
                literal(&table),
                literal(&identity.name)
            );
            let sql = match before {
                Source::Sequence(sequence) => {
                    format!("SELECT setval(d.objid::regclass, s.last_value) FROM {sequence} s, {own} AND s.is_called")
                }
                _ => format!(
                    "SELECT setval(d.objid::regclass, m.value) FROM (SELECT max({name})::bigint AS value FROM {table}) m, {own} \
                     AND m.value IS NOT NULL"
                ),
            };
            vec![alter(sql)]
        }
        (Source::Identity, Source::Sequence(sequence)) => {
            // The name of its own sequence is free then.
            let mut leave =
                Step::new(Does::Drop, identity, format!("ALTER TABLE {table} ALTER COLUMN {name} DROP IDENTITY"));
            leave.with = new.needs.iter().filter(|needed| needed.kind == Kind::Sequence).cloned().collect();
            let is_new = |identity: &Identity| catalog.get(identity).is_some();
            leave.with.retain(|identity| is_new(identity));
            let set = format!(
                "SELECT setval({}, max({name})::bigint) FROM {table} HAVING max({name}) IS NOT NULL",
                literal(sequence)
            );
            vec![leave, alter(set)]
        }
        _ => Vec::new(),
    }
}

/// What gives a column its next value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source<'o> {
    Identity,
    /// The sequence of its default.
    Sequence(&'o str),
    Other,
}

fn source(column: &Object) -> Source<'_> {
    if column.has(Attribute::Identity) {
        return Source::Identity;
    }
    let default = column.text(Attribute::Default).unwrap_or_default();
    let sequence = default.strip_prefix("nextval('").and_then(|rest| rest.strip_suffix("'::regclass)"));
    sequence.filter(|name| !name.contains('\'')).map_or(Source::Other, Source::Sequence)
}

/// New labels are put where they belong; one that is used by a later statement must be committed before.
fn added_labels(old: &Object, new: &Object) -> Vec<Step> {
    let (before, after) = (old.pieces(Attribute::Labels), new.pieces(Attribute::Labels));
    let mut steps = Vec::new();
    for (index, label) in after.iter().enumerate().filter(|(_, label)| !before.contains(label)) {
        let place = match (
            index.checked_sub(1).and_then(|index| after.get(index)),
            after[index..].iter().find(|label| before.contains(label)),
        ) {
            (Some(_), None) => String::new(),
            (Some(previous), Some(_)) => format!(" AFTER {}", literal(previous)),
            (None, Some(next)) => format!(" BEFORE {}", literal(next)),
            (None, None) => String::new(),
        };
        let sql = format!("ALTER TYPE {} ADD VALUE {}{place}", own(&new.identity), literal(label));
        let mut step = Step::new(Does::Alter, &new.identity, sql);
        step.commit = Commit::First;
        steps.push(step);
    }
    steps
}

/// Returns the statements that give a sequence other bounds.
///
/// The server refuses those that its last value is outside of. One that was never asked, or that comes from below them, goes
/// on within; who asked for more than they allow is told by the server.
fn ranged(old: &Object, new: &Object, name: &str, is_retyped: bool) -> Vec<Step> {
    let bounds = |one: &Object| {
        column::sequence_bounds(one.pieces(Attribute::Range), one.text(Attribute::Type).unwrap_or_default())
    };
    let ((old_least, old_greatest), (least, greatest)) = (bounds(old), bounds(new));
    let (low, high) = (least.max(old_least), greatest.min(old_greatest));
    let kind = new.text(Attribute::Type).filter(|_| is_retyped).map(|name| format!(" AS {name}")).unwrap_or_default();
    let options = column::sequence_options(new.pieces(Attribute::Range)).join(" ");
    let restart = if low > high { " RESTART" } else { "" };
    let mut alter = Step::new(Does::Alter, &new.identity, format!("ALTER SEQUENCE {name}{kind} {options}{restart}"));
    if low > high {
        alter.destroys = Some(format!("how far sequence {name} came"));
        return vec![alter];
    }
    if old_least >= least && old_greatest <= greatest {
        return vec![alter];
    }
    let is_descending = new.pieces(Attribute::Range).iter().any(|option| option.starts_with("INCREMENT BY -"));
    let behind = if is_descending { format!("last_value > {high}") } else { format!("last_value < {low}") };
    let sql = format!(
        "SELECT pg_catalog.setval({}, greatest(least(last_value, {high}), {low}), false) FROM {name}\n\
         WHERE {behind} OR NOT is_called AND last_value NOT BETWEEN {low} AND {high}",
        literal(name)
    );
    let mut moved = Step::new(Does::Alter, &new.identity, sql);
    moved.then.push(alter);
    vec![moved]
}

fn altered_sequence(old: &Object, new: &Object, attributes: &[Attribute], catalog: &Catalog) -> Vec<Step> {
    let changes = |attribute| attributes.contains(&attribute);
    let name = own(&new.identity);
    let mut steps = Vec::new();
    if changes(Attribute::Type) || changes(Attribute::Range) {
        steps.extend(ranged(old, new, &name, changes(Attribute::Type)));
    }
    let mut add = |sql: String| steps.push(Step::new(Does::Alter, &new.identity, sql));
    if changes(Attribute::Form) {
        let how = if new.has(Attribute::Form) { "UNLOGGED" } else { "LOGGED" };
        add(format!("ALTER SEQUENCE {name} SET {how}"));
    }
    if changes(Attribute::OwnedBy) {
        let sql = format!("ALTER SEQUENCE {name} OWNED BY {}", new.text(Attribute::OwnedBy).unwrap_or("NONE"));
        // About the column, which may need the sequence.
        let about = owner_column(catalog, new).unwrap_or_else(|| new.identity.clone());
        steps.push(Step::new(Does::Alter, &about, sql));
    }
    steps
}
