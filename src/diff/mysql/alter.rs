//! One `ALTER TABLE` for all that differs in a table.

use std::sync::Arc;

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Level;
use crate::catalog::Naming;
use crate::catalog::Object;
use crate::dialect::Dialect;
use crate::diff::difference::Change;
use crate::diff::difference::Difference;
use crate::diff::mysql::late_default::has_late_default;
use crate::diff::mysql::loss::loss;
use crate::diff::mysql::sql;
use crate::diff::mysql::text::literal;
use crate::diff::mysql::text::quoted;
use crate::diff::step::Does;
use crate::diff::step::Step;

/// What becomes of a table, clause by clause.
pub(super) struct Alter<'c> {
    old: &'c Catalog,
    new: &'c Catalog,
    level: Level,
    table: &'c Object,
    before: &'c Object,
    /// Indexes that must go in a statement before.
    first: Vec<String>,
    /// Columns whose reference system changes, which an index on them forbids, as `` `a` ``.
    moved: Vec<String>,
    /// In the order in which they are written: what goes, then what comes.
    dropped: Vec<String>,
    clauses: Vec<String>,
    touched: Vec<Arc<Identity>>,
    destroys: Vec<String>,
    /// What a person must know of the rows that are there.
    notes: Vec<String>,
    /// `PARTITION BY …` or `REMOVE PARTITIONING`, which stands at the end.
    partitions: Option<String>,
    /// Clauses that the servers take only alone.
    alone: Vec<String>,
}

impl<'c> Alter<'c> {
    /// Begins with nothing; `None` where one of the two does not have the table.
    pub(super) fn new(old: &'c Catalog, new: &'c Catalog, level: Level, table: &Identity) -> Option<Self> {
        Some(Self {
            old,
            new,
            level,
            table: new.get(table)?,
            before: old.get(table)?,
            first: Vec::new(),
            moved: Vec::new(),
            dropped: Vec::new(),
            clauses: Vec::new(),
            touched: Vec::new(),
            destroys: Vec::new(),
            notes: Vec::new(),
            partitions: None,
            alone: Vec::new(),
        })
    }

    /// Writes the clauses for all that differs in the table.
    pub(super) fn write(mut self, differences: &[&'c Difference]) -> Vec<Step> {
        let keys: Vec<_> = differences.iter().filter(|found| sql::is_key(found.identity.kind)).copied().collect();
        let remade = self.columns(differences);
        self.keys(&keys, &remade);
        if let Some(Change::Altered { .. }) =
            differences.iter().find(|found| found.identity.kind == Kind::Table).map(|found| &found.change)
        {
            self.options();
        }
        self.touched.extend(differences.iter().map(|found| found.identity.clone()));
        self.steps()
    }

    fn steps(self) -> Vec<Step> {
        let mut clauses = [self.dropped, self.clauses].concat().join(",\n  ");
        if let Some(partitions) = self.partitions {
            clauses = if clauses.is_empty() { partitions } else { format!("{clauses}\n{partitions}") };
        }
        // Its history would not fit any more; the server changes it only when told to.
        let is_versioned = self.before.has(Attribute::Form);
        let keeps = if is_versioned { "SET STATEMENT system_versioning_alter_history = KEEP FOR " } else { "" };
        let identity = &self.table.identity;
        let name = quoted(&identity.name);
        let texts =
            [self.first.join(",\n  "), clauses].into_iter().filter(|clauses| !clauses.is_empty()).chain(self.alone);
        let mut steps: Vec<_> = texts
            .map(|clauses| {
                let gap = if clauses.contains('\n') { "\n  " } else { " " };
                Step::new(Does::Alter, identity, format!("{keeps}ALTER TABLE {name}{gap}{clauses}"))
            })
            .collect();
        if let Some(first) = steps.first_mut() {
            first.with = self.touched.into_iter().filter(|part| part != identity).collect();
            first.destroys = (!self.destroys.is_empty()).then(|| self.destroys.join(", "));
            first.note = (!self.notes.is_empty()).then(|| self.notes.join("\n"));
        }
        steps
    }

    /// Returns the columns that go and come again, as `` `a` ``.
    fn columns(&mut self, differences: &[&Difference]) -> Vec<String> {
        let change = |identity: &Identity| {
            differences.iter().find(|found| *found.identity == *identity).map(|found| &found.change)
        };
        let table = &self.table.identity;
        let mut order: Vec<Box<str>> =
            self.old.columns(table).iter().map(|column| column.identity.name.clone()).collect();
        for found in differences.iter().filter(|found| found.identity.kind == Kind::Column) {
            if found.change == Change::Removed {
                let name = &found.identity.name;
                self.dropped.push(format!("DROP COLUMN {}", quoted(name)));
                let is_derived = self.old.get(&found.identity).is_some_and(|old| old.has(Attribute::Generated));
                if !is_derived {
                    self.destroys.push(format!("the values of column {}.{}", quoted(&table.name), quoted(name)));
                }
                order.retain(|column| column != name);
            }
        }
        let usual = self.table.text(Attribute::Charset).zip(self.table.text(Attribute::Collation));
        let is_converted = self.table.get(Attribute::Collation) != self.before.get(Attribute::Collation);
        let mut remade = Vec::new();
        let mut previous: Option<&str> = None;
        for column in self.new.columns(table) {
            let name = &*column.identity.name;
            let place = previous.map_or("FIRST".to_owned(), |previous| format!("AFTER {}", quoted(previous)));
            let at =
                previous.and_then(|previous| order.iter().position(|name| **name == *previous)).map_or(0, |at| at + 1);
            let is_known = order.iter().position(|known| **known == *name);
            let late = has_late_default(column, self.new.dialect)
                .then(|| format!("MODIFY COLUMN {}", sql::column(column, usual.filter(|_| is_converted))));
            let mut defined = column.clone();
            if late.is_some() {
                defined.unset(Attribute::Default);
            }
            let definition = |usual| sql::column(&defined, usual);
            match (is_known, change(&column.identity)) {
                (None, Some(Change::Added)) => {
                    let place = if at == order.len() { String::new() } else { format!(" {place}") };
                    self.clauses.push(format!("ADD COLUMN {}{place}", definition(None)));
                    self.notes.extend(valued(table, column, late.is_some()));
                    self.alone.extend(late);
                    order.insert(at, name.into());
                }
                (Some(now), found) => {
                    let is_moved = self.level == Level::Exact && now != at;
                    let inherits = is_converted
                        && !column.has(Attribute::Charset)
                        && sql::is_text(column.text(Attribute::Type).unwrap_or_default());
                    let is_altered =
                        matches!(found, Some(Change::Altered { alterations, .. }) if !alterations.is_empty());
                    let place = if is_moved { format!(" {place}") } else { String::new() };
                    if is_altered && self.must_be_made_again(column) {
                        self.dropped.push(format!("DROP COLUMN {}", quoted(name)));
                        let is_computed = |catalog: &Catalog| {
                            catalog.get(&column.identity).is_some_and(|column| column.has(Attribute::Generated))
                        };
                        if !(is_computed(self.old) && is_computed(self.new)) {
                            self.destroys.push(format!(
                                "the values of column {}.{}",
                                quoted(&table.name),
                                quoted(name)
                            ));
                        }
                        let place =
                            previous.map_or("FIRST".to_owned(), |previous| format!("AFTER {}", quoted(previous)));
                        self.clauses.push(format!("ADD COLUMN {} {place}", definition(None)));
                        self.alone.extend(late);
                        remade.push(quoted(name));
                    } else if late.is_some() && !is_moved && !inherits && is_only(found, Attribute::Default) {
                        self.alone.extend(late);
                        self.touched.push(column.identity.clone());
                    } else if is_altered || is_moved || inherits {
                        // The table's own may change in the same statement, so it is said.
                        let usual = usual.filter(|_| is_converted);
                        self.clauses.push(format!("MODIFY COLUMN {}{place}", definition(usual)));
                        self.alone.extend(late);
                        let old = self.old.get(&column.identity);
                        if old.is_some_and(|old| has_other_system(old, column)) {
                            remade.push(quoted(name));
                            self.moved.push(quoted(name));
                        }
                        self.destroys.extend(old.and_then(|old| loss(old, column)));
                        self.notes.extend(old.and_then(|old| required(table, old, column)));
                        self.touched.push(column.identity.clone());
                    }
                    if is_moved {
                        let moved = order.remove(now);
                        let at = if now < at { at - 1 } else { at };
                        order.insert(at, moved);
                    }
                }
                (None, _) => continue, // left out by the caller
            }
            previous = Some(name);
        }
        remade
    }

    /// The servers cannot turn a column that is computed when it is read into another, nor another into one.
    fn must_be_made_again(&self, column: &Object) -> bool {
        let Some(old) = self.old.get(&column.identity) else { return false };
        let (before, after) = (old.text(Attribute::Generated), column.text(Attribute::Generated));
        before != after && (before.is_none() || [before, after].contains(&Some("virtual")))
            || before.is_some()
                && old.get(Attribute::Expression) != column.get(Attribute::Expression)
                && after.is_some()
    }

    fn keys(&mut self, differences: &[&Difference], remade: &[String]) {
        let mut renamed: Vec<&Identity> = Vec::new();
        for found in differences.iter().filter(|found| found.change == Change::Added) {
            let Some(key) = self.new.get(&found.identity) else { continue };
            let gone = differences.iter().find(|other| {
                other.change == Change::Removed
                    && !renamed.contains(&&*other.identity)
                    && self.old.get(&other.identity).is_some_and(|old| is_same_index(old, key))
            });
            if let Some(gone) = gone {
                let (from, to) = (quoted(&gone.identity.name), quoted(&found.identity.name));
                self.clauses.push(format!("RENAME INDEX {from} TO {to}"));
                renamed.extend([&*gone.identity, &*found.identity]);
            }
        }
        for found in differences.iter().filter(|found| !renamed.contains(&&*found.identity)) {
            match &found.change {
                Change::Added => self.add_key(&found.identity),
                Change::Removed => self.drop_key(&found.identity),
                Change::Altered { alterations, .. } if alterations.is_empty() && self.level == Level::Logical => {}
                Change::Altered { old, alterations }
                    if alterations.iter().all(|change| change.attribute == Attribute::Invisible)
                        && !alterations.is_empty() =>
                {
                    let hidden = self.new.get(&found.identity).is_some_and(|key| key.has(Attribute::Invisible));
                    let word = match (self.new.dialect, hidden) {
                        (Dialect::Mariadb, true) => "IGNORED",
                        (Dialect::Mariadb, false) => "NOT IGNORED",
                        (_, true) => "INVISIBLE",
                        (_, false) => "VISIBLE",
                    };
                    self.clauses.push(format!("ALTER INDEX {} {word}", quoted(&old.name)));
                }
                Change::Altered { old, .. } => {
                    self.drop_key(old);
                    self.add_key(&found.identity);
                }
            }
        }
        // What stays is made again on a column that is made again.
        let is_met = |identity: &Identity| differences.iter().any(|found| *found.identity == *identity);
        for key in self.new.parts(&self.table.identity).filter(|part| sql::is_key(part.identity.kind)) {
            let uses = |column: &String| key.pieces(Attribute::Columns).iter().any(|piece| piece.contains(&**column));
            if remade.iter().any(uses) && !is_met(&key.identity) && self.old.get(&key.identity).is_some() {
                self.drop_key(&key.identity);
                self.add_key(&key.identity);
            }
        }
    }

    fn add_key(&mut self, identity: &Identity) {
        let Some(key) = self.new.get(identity) else { return };
        self.clauses.push(format!("ADD {}{}", sql::key(key, self.is_named(key)), sql::invisible(key, self.new)));
    }

    /// A name that the server chose may be taken by something that stays; then the server chooses again.
    pub(super) fn is_named(&self, key: &Object) -> bool {
        is_named(key, self.old, self.new, self.level)
    }

    fn drop_key(&mut self, identity: &Identity) {
        let name = quoted(&identity.name);
        let key = self.old.get(identity);
        let is_on_moved = |key: &Object| {
            let columns = key.pieces(Attribute::Columns);
            self.moved.iter().any(|moved| columns.iter().any(|column| column.starts_with(&**moved)))
        };
        let goes_first = key.is_some_and(is_on_moved);
        let list = if goes_first { &mut self.first } else { &mut self.dropped };
        list.push(match identity.kind {
            Kind::PrimaryKey => "DROP PRIMARY KEY".to_owned(),
            Kind::Check => format!("DROP CONSTRAINT {name}"),
            _ => format!("DROP INDEX {name}"),
        });
    }

    fn options(&mut self) {
        let (old, new) = (self.before, self.table);
        let differs = |attribute| old.get(attribute) != new.get(attribute);
        if differs(Attribute::Method) {
            let engine = new.text(Attribute::Method).unwrap_or_default();
            if engine.eq_ignore_ascii_case("blackhole") {
                self.destroys.push(format!("the rows of table {}", quoted(&new.identity.name)));
            }
            self.clauses.push(format!("ENGINE={engine}"));
        }
        if let Some((charset, collation)) = new.text(Attribute::Charset).zip(new.text(Attribute::Collation))
            && (differs(Attribute::Charset) || differs(Attribute::Collation))
        {
            self.clauses.push(format!("DEFAULT CHARACTER SET={charset} COLLATE={collation}"));
        }
        if differs(Attribute::Comment) {
            self.clauses.push(format!("COMMENT={}", literal(new.text(Attribute::Comment).unwrap_or_default())));
        }
        if differs(Attribute::Tablespace) {
            let tablespace = new.text(Attribute::Tablespace).unwrap_or("innodb_file_per_table");
            self.clauses.push(format!("TABLESPACE {}", quoted(tablespace)));
        }
        let (before, after) = (old.pieces(Attribute::Options), new.pieces(Attribute::Options));
        for gone in before.iter().filter(|option| !after.contains(option)) {
            match gone.strip_prefix("PERIOD FOR ") {
                Some(period) => {
                    let name = period.split(" (").next().unwrap_or_default();
                    self.dropped.push(format!("DROP PERIOD FOR {name}"));
                }
                None => {
                    let word = gone.split('=').next().unwrap_or_default();
                    if !after.iter().any(|option| option.split('=').next() == Some(word)) {
                        self.clauses.push(format!("{word}={}", usual_value(word)));
                    }
                }
            }
        }
        for came in after.iter().filter(|option| !before.contains(option)) {
            let add = if came.starts_with("PERIOD ") { "ADD " } else { "" };
            self.clauses.push(format!("{add}{came}"));
        }
        match (old.has(Attribute::Form), new.has(Attribute::Form)) {
            (false, true) => self.clauses.push("ADD SYSTEM VERSIONING".to_owned()),
            (true, false) => {
                self.dropped.push("DROP SYSTEM VERSIONING".to_owned());
                self.destroys.push(format!("the history of table {}", quoted(&new.identity.name)));
            }
            (true, true) | (false, false) => {}
        }
        if differs(Attribute::PartitionBy) {
            match (old.text(Attribute::PartitionBy), new.text(Attribute::PartitionBy)) {
                (Some(before), Some(after)) if added_partitions(before, after).is_some() => {
                    let added = added_partitions(before, after).unwrap_or_default();
                    self.alone.push(format!("ADD PARTITION ({added})"));
                }
                (_, Some(after)) => self.partitions = Some(after.to_owned()),
                (_, None) => self.partitions = Some("REMOVE PARTITIONING".to_owned()),
            }
        }
    }
}

/// Returns whether nothing but one attribute is altered.
fn is_only(found: Option<&Change>, attribute: Attribute) -> bool {
    matches!(found, Some(Change::Altered { alterations, .. })
        if !alterations.is_empty() && alterations.iter().all(|change| change.attribute == attribute))
}

/// Returns whether a column of places has another spatial reference system.
fn has_other_system(old: &Object, new: &Object) -> bool {
    let system = |column: &Object| {
        let options = column.pieces(Attribute::Options).iter();
        options.filter(|option| option.starts_with("SRID ")).cloned().collect::<Vec<_>>()
    };
    system(old) != system(new)
}

/// Returns whether a key is written with its name: not if the server chose it, and something that stays has it by now.
pub(super) fn is_named(key: &Object, old: &Catalog, new: &Catalog, level: Level) -> bool {
    if level == Level::Exact || key.naming == Naming::Chosen {
        return true;
    }
    let before = old.parts(&sql::table_of(&key.identity).unwrap_or_else(|| (*key.identity).clone()));
    let is_taken =
        before.filter(|part| part.identity.name == key.identity.name && part.identity.kind == key.identity.kind);
    // One that is altered goes before.
    let stays = |part: &Object| {
        !new.parts(&sql::table_of(&key.identity).unwrap_or_else(|| (*key.identity).clone()))
            .any(|other| other.identity == part.identity && other.content(level) != part.content(level))
    };
    !is_taken.into_iter().any(stays)
}

/// Two indexes that differ in their names only; a constraint's name cannot be changed.
fn is_same_index(old: &Object, new: &Object) -> bool {
    let has_name = matches!(new.identity.kind, Kind::Unique | Kind::Index);
    has_name && old.identity.kind == new.identity.kind && old.attributes(Level::Exact).eq(new.attributes(Level::Exact))
}

/// Returns what an option of a table is when nobody names it.
fn usual_value(option: &str) -> &'static str {
    match option {
        "KEY_BLOCK_SIZE" | "CHECKSUM" | "TABLE_CHECKSUM" | "DELAY_KEY_WRITE" | "MAX_ROWS" | "MIN_ROWS"
        | "AVG_ROW_LENGTH" => "0",
        "ENCRYPTION" => "'N'",
        "COMPRESSION" | "CONNECTION" | "ENGINE_ATTRIBUTE" | "SECONDARY_ENGINE_ATTRIBUTE" | "AUTOEXTEND_SIZE" => "''",
        "INSERT_METHOD" => "NO",
        "UNION" => "()",
        _ => "DEFAULT",
    }
}

/// Returns the partitions that stand behind those that were there, if that is all that differs: no row moves then.
fn added_partitions<'t>(before: &str, after: &'t str) -> Option<&'t str> {
    let kept = before.strip_suffix(')')?;
    let added = after.strip_prefix(kept)?.strip_prefix(", ")?.strip_suffix(')')?;
    (before.contains("(PARTITION ") && added.starts_with("PARTITION ")).then_some(added)
}
/// Says of a new column which value the server itself gives the rows that are there.
fn valued(table: &Identity, column: &Object, is_late: bool) -> Option<String> {
    let said = [Attribute::Default, Attribute::Generated, Attribute::AutoIncrement];
    let is_told = !is_late && said.into_iter().any(|attribute| column.has(attribute));
    let (of, name) = (quoted(&table.name), quoted(&column.identity.name));
    let is_required = column.has(Attribute::NotNull);
    let (usual, value) = (if is_required { "0 or empty" } else { "NULL" }, if is_late { "DEFAULT" } else { "…" });
    let note = format!(
        "{of}.{name} is {usual} in the rows that are there; to choose another value, below:\nUPDATE {of} SET {name} = {value};"
    );
    (!is_told && (is_required || is_late)).then_some(note)
}

/// Says of a column that must have a value from now on which rows are in the way.
fn required(table: &Identity, old: &Object, column: &Object) -> Option<String> {
    let (of, name) = (quoted(&table.name), quoted(&column.identity.name));
    let note = format!(
        "rows without a value make it fail; to give them one, above:\nUPDATE {of} SET {name} = … WHERE {name} IS NULL;"
    );
    (column.has(Attribute::NotNull) && !old.has(Attribute::NotNull)).then_some(note)
}
