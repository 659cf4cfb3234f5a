//! In what two schemas differ, for people and for programs.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Level;
use crate::catalog::Unread;
use crate::catalog::Value;
use crate::cli::ui::json::document;
use crate::cli::ui::json::path;
use crate::cli::ui::paint::Paint;
use crate::cli::ui::paint::Role;
use crate::diff::Alteration;
use crate::diff::Change;
use crate::diff::Commit;
use crate::diff::Difference;
use crate::escape::escape;
use crate::id::RevisionId;
use crate::project::Origin;
use crate::schemas::Proof;

/// Two schemas, and in what they differ.
pub struct Compared {
    /// What is compared, in words.
    pub from: String,
    /// With what.
    pub to: String,
    /// How close they must be.
    pub level: Level,
    /// The one.
    pub old: Catalog,
    /// The other.
    pub new: Catalog,
    /// In what they differ.
    pub differences: Vec<Difference>,
    /// The statements that turn the one into the other, if they were asked for.
    pub proof: Option<Proof>,
    /// Which revision made each object of them, or changed it last, as far as that was asked.
    pub origins: BTreeMap<Arc<Identity>, Origin>,
}

/// How wide the column of attributes is at most.
const WIDEST: usize = 20;

/// Returns a list of the differences, those of one table or view together.
pub fn text(compared: &Compared, paint: Paint) -> String {
    tree(&compared.old, &compared.new, &compared.differences, paint)
}

/// Returns the same of two catalogs.
pub fn tree(old: &Catalog, new: &Catalog, differences: &[Difference], paint: Paint) -> String {
    let mut groups: BTreeMap<(Option<&str>, &str), Vec<&Difference>> = BTreeMap::new();
    for found in differences {
        let Identity { schema, owner, name, .. } = &*found.identity;
        groups.entry((schema.as_deref(), owner.as_deref().unwrap_or(name))).or_default().push(found);
    }
    let mut text = String::new();
    for found in groups.into_values() {
        let whole = found.iter().find(|one| one.identity.owner.is_none());
        let parts: Vec<_> = found.iter().filter(|one| one.identity.owner.is_some()).collect();
        for one in found.iter().filter(|one| one.identity.owner.is_none()) {
            text.push_str(&entry(one, "", paint));
        }
        let is_told = whole.is_some_and(|one| !matches!(one.change, Change::Altered { .. }));
        match (parts.first(), is_told) {
            (Some(_), true) => text.push_str(&format!("    {}\n", counted(&parts))),
            (Some(first), false) => {
                if whole.is_none() {
                    text.push_str(&format!("  {}\n", escape(&owner(old, new, &first.identity))));
                }
                parts.iter().for_each(|one| text.push_str(&entry(one, "  ", paint)));
            }
            (None, _) => {}
        }
    }
    text
}

/// Returns what a part belongs to: `table public.users`.
fn owner(old: &Catalog, new: &Catalog, part: &Identity) -> String {
    let name = part.owner.as_deref().unwrap_or_default();
    let kinds = [Kind::Table, Kind::View, Kind::MaterializedView, Kind::Domain];
    let known = kinds.iter().map(|kind| Identity::new(*kind, part.schema.as_deref(), name));
    let known = known.into_iter().find(|whole| new.get(whole).or(old.get(whole)).is_some());
    known.unwrap_or_else(|| Identity::new(Kind::Table, part.schema.as_deref(), name)).to_string()
}

/// Returns how many parts of each kind come or go with their whole: `3 columns, 1 primary key`.
fn counted(parts: &[&&Difference]) -> String {
    let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
    parts.iter().for_each(|one| *counts.entry(one.identity.kind).or_default() += 1);
    let words = counts.into_iter().map(|(kind, count)| {
        let word = if count == 1 { kind.as_str() } else { kind.plural() };
        format!("{count} {}", word.replace('-', " "))
    });
    words.collect::<Vec<_>>().join(", ")
}

fn entry(found: &Difference, indent: &str, paint: Paint) -> String {
    let Identity { kind, owner, name, .. } = &*found.identity;
    let name = if owner.is_some() { format!("{kind} {name}") } else { found.identity.to_string() };
    let name = escape(&name).into_owned();
    match &found.change {
        Change::Added => format!("{}\n", paint.text(Role::Good, &format!("{indent}+ {name}"))),
        Change::Removed => format!("{}\n", paint.text(Role::Bad, &format!("{indent}- {name}"))),
        Change::Altered { old, alterations } => {
            let before = if old.name == found.identity.name { String::new() } else { format!(" (was {})", old.name) };
            let head = format!("{indent}~ {name}{}", escape(&before));
            let mut text = format!("{}\n", paint.text(Role::Warning, &head));
            if alterations.is_empty() {
                text.push_str(&format!("{indent}    its place or its name\n"));
            }
            alterations.iter().for_each(|one| text.push_str(&alteration(one, indent, paint)));
            text
        }
    }
}

/// Writes what was and what is: in one line, or a line each, or with the lines that differ.
fn alteration(one: &Alteration, indent: &str, paint: Paint) -> String {
    let word = one.attribute.as_str();
    let said = |value: &Option<Value>| value.as_ref().map_or("(none)".to_owned(), Value::to_string);
    let (old, new) = (said(&one.old), said(&one.new));
    if !old.contains('\n') && !new.contains('\n') {
        let width = word.len().max(WIDEST.min(12));
        let (old, new) = (escape(&old).into_owned(), escape(&new).into_owned());
        let line = format!("{indent}    {word:width$}  {old} => {new}\n");
        if line.chars().count() <= 80 {
            return line;
        }
        return format!("{indent}    {word}\n{indent}      - {old}\n{indent}      + {new}\n");
    }
    let mut text = format!("{indent}    {word}\n");
    let diff = similar::TextDiff::from_lines(&old, &new);
    for change in diff.iter_all_changes() {
        let (mark, role) = match change.tag() {
            similar::ChangeTag::Delete => ('-', Role::Bad),
            similar::ChangeTag::Insert => ('+', Role::Good),
            similar::ChangeTag::Equal => (' ', Role::Faint),
        };
        let line = escape(change.value().trim_end_matches(['\n', '\r'])).into_owned();
        text.push_str(&format!("{indent}      {}\n", paint.text(role, format!("{mark} {line}").trim_end())));
    }
    text
}

/// Returns how many objects differ, in a line.
pub fn summary(compared: &Compared) -> String {
    let Compared { from, to, differences, old, new, .. } = compared;
    counted_summary(from, to, differences, old.unread.len() + new.unread.len())
}

/// Returns how many objects differ between two sides of which so many objects could not be read, in a line.
pub fn counted_summary(from: &str, to: &str, differences: &[Difference], unread: usize) -> String {
    if differences.is_empty() {
        let but = if unread == 0 { "" } else { ", as far as they could be read" };
        return format!("{from} and {to} do not differ{but}");
    }
    let count = |is: fn(&Change) -> bool| differences.iter().filter(|one| is(&one.change)).count();
    let added = count(|change| matches!(change, Change::Added));
    let removed = count(|change| matches!(change, Change::Removed));
    let altered = differences.len() - added - removed;
    format!("from {from} to {to}: {added} added, {removed} removed, {altered} changed")
}

/// Returns the document of `diff`.
pub fn json(compared: &Compared) -> String {
    let Compared { from, to, level, old, new, differences, proof, origins } = compared;
    let of = |found| DifferenceJson::of(found, origins);
    document(&DiffJson {
        from,
        to,
        level: *level,
        equal: differences.is_empty() && old.unread.is_empty() && new.unread.is_empty(),
        differences: differences.iter().map(of).collect(),
        unread: old.unread.iter().chain(&new.unread).collect(),
        statements: proof.as_ref().map(|proof| proof.steps.iter().map(StepJson::of).collect()),
        left: proof.as_ref().map(|proof| proof.left.iter().map(of).collect()),
    })
}

#[derive(Serialize)]
struct DiffJson<'a> {
    from: &'a str,
    to: &'a str,
    level: Level,
    equal: bool,
    differences: Vec<DifferenceJson<'a>>,
    unread: Vec<&'a Unread>,
    statements: Option<Vec<StepJson<'a>>>,
    left: Option<Vec<DifferenceJson<'a>>>,
}

/// One difference, for programs.
#[derive(Serialize)]
pub struct DifferenceJson<'a> {
    change: &'static str,
    kind: &'static str,
    schema: Option<&'a str>,
    of: Option<&'a str>,
    name: &'a str,
    old_name: Option<&'a str>,
    attributes: Vec<AttributeJson<'a>>,
    /// Only of `drift`, and where a revision ever made the object.
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<OriginJson<'a>>,
}

#[derive(Serialize)]
struct OriginJson<'a> {
    revision: &'a RevisionId,
    file: String,
    line: Option<usize>,
}

#[derive(Serialize)]
struct AttributeJson<'a> {
    attribute: &'static str,
    old: Option<ValueJson<'a>>,
    new: Option<ValueJson<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ValueJson<'a> {
    Set(bool),
    Text(&'a str),
    List(&'a [Box<str>]),
}

#[derive(Serialize)]
struct StepJson<'a> {
    sql: &'a str,
    destroys: Option<&'a str>,
    note: Option<&'a str>,
    alone: bool,
}

impl<'a> DifferenceJson<'a> {
    /// Of a difference whose origin nobody asked for.
    pub fn plain(found: &'a Difference) -> Self {
        static NONE: BTreeMap<Arc<Identity>, Origin> = BTreeMap::new();
        Self::of(found, &NONE)
    }

    fn of(found: &'a Difference, origins: &'a BTreeMap<Arc<Identity>, Origin>) -> Self {
        let Identity { schema, owner, kind, name } = &*found.identity;
        let (change, old_name, attributes) = match &found.change {
            Change::Added => ("added", None, Vec::new()),
            Change::Removed => ("removed", None, Vec::new()),
            Change::Altered { old, alterations } => {
                let old_name = Some(&*old.name).filter(|old| *old != &**name);
                ("altered", old_name, alterations.iter().map(AttributeJson::of).collect())
            }
        };
        let (schema, of) = (schema.as_deref(), owner.as_deref());
        let origin = origins.get(&found.identity).map(|origin| OriginJson {
            revision: &origin.revision,
            file: path(&origin.path),
            line: origin.line,
        });
        Self { change, kind: kind.as_str(), schema, of, name, old_name, attributes, origin }
    }
}

impl<'a> AttributeJson<'a> {
    fn of(one: &'a Alteration) -> Self {
        let value = |value: &'a Option<Value>| {
            value.as_ref().map(|value| match value {
                Value::Set => ValueJson::Set(true),
                Value::Text(text) => ValueJson::Text(text),
                Value::List(pieces) => ValueJson::List(pieces),
            })
        };
        Self { attribute: one.attribute.as_str(), old: value(&one.old), new: value(&one.new) }
    }
}

impl<'a> StepJson<'a> {
    fn of(step: &'a crate::diff::Step) -> Self {
        let (destroys, note) = (step.destroys.as_deref(), step.note.as_deref());
        Self { sql: &step.sql, destroys, note, alone: step.commit != Commit::Together }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Attribute;
    use crate::catalog::Object;
    use crate::dialect::Dialect;
    use crate::diff::differences;

    fn compared() -> Compared {
        let table = |name: &str| Identity::new(Kind::Table, Some("public"), name);
        let column = |of: &Identity, name: &str, text: &str| {
            Object::new(of.part(Kind::Column, name)).with(Attribute::Type, text)
        };
        let view =
            |text: &str| Object::new(Identity::new(Kind::View, Some("public"), "v")).with(Attribute::Definition, text);
        let catalog = |objects: Vec<Object>| {
            let mut catalog = Catalog::empty(Dialect::Postgres, "18");
            objects.into_iter().for_each(|object| drop(catalog.insert(object)));
            catalog
        };
        let (users, orders, gone) = (table("users"), table("orders"), table("gone"));
        let old = catalog(vec![
            Object::new(users.clone()),
            column(&users, "id", "integer"),
            column(&users, "name", "text"),
            Object::new(gone),
            view("SELECT 1\nFROM a"),
        ]);
        let new = catalog(vec![
            Object::new(users.clone()),
            column(&users, "id", "bigint"),
            column(&users, "email", "text"),
            Object::new(orders.clone()),
            column(&orders, "id", "integer"),
            column(&orders, "at", "date"),
            view("SELECT 1\nFROM b"),
        ]);
        let differences = differences(&old, &new, Level::Logical);
        let (from, to) = ("applied".to_owned(), "live".to_owned());
        Compared { from, to, level: Level::Logical, old, new, differences, proof: None, origins: BTreeMap::new() }
    }

    #[test]
    fn what_belongs_together_stands_together() {
        let expected = "\
- table public.gone
+ table public.orders
    2 columns
  table public.users
  + column email
  ~ column id
      type          integer => bigint
  - column name
~ view public.v
    definition
        SELECT 1
      - FROM a
      + FROM b
";
        assert_eq!(text(&compared(), Paint::Plain), expected);
        assert_eq!(summary(&compared()), "from applied to live: 4 added, 2 removed, 2 changed");
    }

    #[test]
    fn a_program_gets_every_value() {
        let document: serde_json::Value = serde_json::from_str(&json(&compared())).unwrap();
        assert_eq!(document["equal"], false);
        let id =
            document["differences"].as_array().unwrap().iter().find(|one| one["name"] == "id" && one["of"] == "users");
        assert_eq!(id.unwrap()["attributes"][0]["new"], "bigint");
    }
}
