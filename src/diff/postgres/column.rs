//! Columns: how they are made and altered.

use crate::catalog::Attribute;
use crate::catalog::Identity;
use crate::catalog::Object;
use crate::diff::postgres::name::quoted;
use crate::diff::postgres::name::whole;
use crate::diff::postgres::not_null;

/// What can be said of a column of a view.
pub const OF_VIEWS: &[Attribute] =
    &[Attribute::Default, Attribute::Storage, Attribute::Compression, Attribute::StatisticsTarget, Attribute::Options];

/// Returns a column as `CREATE TABLE` and `ADD COLUMN` define it.
pub fn defined(column: &Object) -> String {
    let mut text = quoted(&column.identity.name);
    let mut add = |more: &str| {
        text.push(' ');
        text.push_str(more);
    };
    add(column.text(Attribute::Type).unwrap_or_default());
    let foreign: Vec<_> =
        column.pieces(Attribute::Options).iter().filter(|option| is_foreign(option)).cloned().collect();
    if !foreign.is_empty() {
        add(&format!("OPTIONS ({})", foreign.join(", ")));
    }
    if let Some(collation) = column.text(Attribute::Collation) {
        add(&format!("COLLATE {collation}"));
    }
    if let Some(kind) = column.text(Attribute::Generated) {
        let expression = column.text(Attribute::Expression).unwrap_or_default();
        add(&format!("GENERATED ALWAYS AS ({expression}) {}", kind.to_uppercase()));
    }
    if let Some(default) = column.text(Attribute::Default) {
        add(&format!("DEFAULT {default}"));
    }
    if let [kind, options @ ..] = column.pieces(Attribute::Identity) {
        let options = if options.is_empty() { String::new() } else { format!(" ({})", options.join(" ")) };
        add(&format!("GENERATED {kind} AS IDENTITY{options}"));
    }
    if let Some(not_null) = not_null::inside(column) {
        add(&not_null);
    }
    text
}

/// Says of a column that must have a value from now on which rows are in the way.
pub fn required(column: &Identity) -> String {
    let name = quoted(&column.name);
    let table = whole(column);
    format!(
        "rows without a value make it fail; to give them one, above:\nUPDATE {table} SET {name} = … WHERE {name} IS NULL;"
    )
}

/// Returns the clauses that set what `CREATE TABLE` cannot.
pub fn beyond(column: &Object) -> Vec<String> {
    let mut clauses = clauses(
        None,
        column,
        &[Attribute::Storage, Attribute::Compression, Attribute::StatisticsTarget, Attribute::Options],
    );
    if not_null::is_not_valid(column) && !column.has(Attribute::Inherits) {
        clauses.push(not_null::added(column));
    }
    clauses
}

/// Returns the clauses of `ALTER TABLE` that make these attributes of a column what they are in the new one.
pub fn clauses(old: Option<&Object>, new: &Object, attributes: &[Attribute]) -> Vec<String> {
    let name = quoted(&new.identity.name);
    let before = |attribute| old.and_then(|old| old.get(attribute));
    let changes = |attribute| attributes.contains(&attribute) && before(attribute) != new.get(attribute);
    let mut clauses = Vec::new();
    let mut alter = |clause: &str| clauses.push(format!("ALTER COLUMN {name} {clause}"));
    let retypes = changes(Attribute::Type) || changes(Attribute::Collation);
    if changes(Attribute::Identity) && !new.has(Attribute::Identity) {
        alter("DROP IDENTITY");
    }
    if before(Attribute::Generated).is_some() && !new.has(Attribute::Generated) {
        alter("DROP EXPRESSION");
    }
    let redefaults = changes(Attribute::Default) || retypes && new.has(Attribute::Default);
    if redefaults && before(Attribute::Default).is_some() && (retypes || !new.has(Attribute::Default)) {
        alter("DROP DEFAULT");
    }
    let not_null = not_null::clauses(old, new, attributes);
    if !new.has(Attribute::NotNull) && !not_null.is_empty() {
        alter("DROP NOT NULL");
    }
    if retypes {
        let (from, to) = (old.and_then(|old| old.text(Attribute::Type)), new.text(Attribute::Type).unwrap_or_default());
        let collate = new.text(Attribute::Collation).map(|name| format!(" COLLATE {name}")).unwrap_or_default();
        let using =
            from.and_then(|from| using(&name, from, to)).map(|using| format!(" USING {using}")).unwrap_or_default();
        alter(&format!("TYPE {to}{collate}{using}"));
    }
    // A new type brings its own storage.
    if new.has(Attribute::Storage) && (changes(Attribute::Storage) || retypes) {
        alter(&format!("SET STORAGE {}", new.text(Attribute::Storage).unwrap_or_default()));
    } else if changes(Attribute::Storage) && !retypes {
        // A word for it has only PostgreSQL 16 and later.
        let own = own_storage(new.text(Attribute::Type).unwrap_or_default());
        alter(&own.map_or(DEFAULT_STORAGE.to_owned(), |own| format!("SET STORAGE {own}")));
    }
    if changes(Attribute::Compression) || retypes && new.has(Attribute::Compression) {
        alter(&format!("SET COMPRESSION {}", new.text(Attribute::Compression).unwrap_or("DEFAULT")));
    }
    if let (true, Some(default)) = (redefaults, new.text(Attribute::Default)) {
        alter(&format!("SET DEFAULT {default}"));
    }
    if new.has(Attribute::NotNull) {
        clauses.extend(not_null);
    }
    let mut alter = |clause: &str| clauses.push(format!("ALTER COLUMN {name} {clause}"));
    if changes(Attribute::Identity) && new.has(Attribute::Identity) {
        alter(&identity(before(Attribute::Identity).is_some(), new.pieces(Attribute::Identity)));
    }
    if changes(Attribute::StatisticsTarget) {
        alter(&format!("SET STATISTICS {}", new.text(Attribute::StatisticsTarget).unwrap_or("-1")));
    }
    if changes(Attribute::Options) {
        let of = |object: Option<&Object>, of_server: bool| -> Vec<Box<str>> {
            let options = object.map(|object| object.pieces(Attribute::Options)).unwrap_or_default();
            options.iter().filter(|option| is_foreign(option) == of_server).cloned().collect()
        };
        let gone = |before: &[Box<str>], after: &[Box<str>]| -> Vec<String> {
            let is_gone = |name: &&str| !after.iter().any(|option| option_name(option) == *name);
            before.iter().map(|option| option_name(option)).filter(is_gone).map(str::to_owned).collect()
        };
        let (before, after) = (of(old, false), of(Some(new), false));
        let lost = gone(&before, &after);
        if !lost.is_empty() {
            alter(&format!("RESET ({})", lost.join(", ")));
        }
        if !after.is_empty() && before != after {
            alter(&format!("SET ({})", after.join(", ")));
        }
        // A new column has them from its definition.
        if let Some(old) = old {
            let (before, after) = (of(Some(old), true), of(Some(new), true));
            let changed = changed_options(&before, &after);
            if !changed.is_empty() {
                alter(&format!("OPTIONS ({})", changed.join(", ")));
            }
        }
    }
    clauses
}

/// Gives a column the storage of its type.
pub const DEFAULT_STORAGE: &str = "SET STORAGE DEFAULT";

/// Returns the storage that a type of the server has of itself; of other types, only the server knows.
fn own_storage(kind: &str) -> Option<&'static str> {
    if kind.ends_with("[]") {
        return Some("extended");
    }
    match &*plain(kind) {
        "text" | "character varying" | "character" | "bytea" | "json" | "jsonb" | "xml" | "bit" | "bit varying"
        | "tsvector" | "path" | "polygon" | "int4range" | "int8range" | "numrange" | "tsrange" | "tstzrange"
        | "daterange" | "jsonpath" => Some("extended"),
        "numeric" | "inet" | "cidr" => Some("main"),
        _ => None,
    }
}

/// Returns whether an option is one of a foreign table's column: `name 'value'`, not `name=value`.
fn is_foreign(option: &str) -> bool {
    option.starts_with('"') || option.split_once(' ').is_some_and(|(name, _)| !name.contains('='))
}

/// Returns what `OPTIONS ( … )` says to make some options others.
pub fn changed_options(before: &[Box<str>], after: &[Box<str>]) -> Vec<String> {
    let has = |options: &[Box<str>], name: &str| options.iter().any(|option| option_name(option) == name);
    let gone = before.iter().map(|option| option_name(option)).filter(|name| !has(after, name));
    let mut changed: Vec<_> = gone.map(|name| format!("DROP {name}")).collect();
    for option in after.iter().filter(|option| !before.contains(option)) {
        let word = if has(before, option_name(option)) { "SET" } else { "ADD" };
        changed.push(format!("{word} {option}"));
    }
    changed
}

/// Returns the name of an option such as `n_distinct=5`, or `"a b" 'c'`, as it is written.
pub fn option_name(option: &str) -> &str {
    let quoted = option.starts_with('"').then(|| option.find("\" '").or_else(|| option.find("\" E'"))).flatten();
    match quoted {
        Some(at) => &option[..=at],
        None => option.split(['=', ' ']).next().unwrap_or(option),
    }
}

fn identity(has_one: bool, pieces: &[Box<str>]) -> String {
    let [kind, options @ ..] = pieces else { return String::new() };
    if !has_one {
        let options = if options.is_empty() { String::new() } else { format!(" ({})", options.join(" ")) };
        return format!("ADD GENERATED {kind} AS IDENTITY{options}");
    }
    let options = sequence_options(options);
    format!(
        "SET GENERATED {kind} {}",
        options.iter().map(|option| format!("SET {option}")).collect::<Vec<_>>().join(" ")
    )
}

/// Returns all options of a sequence, those that are not named as they are from the start.
pub fn sequence_options(named: &[Box<str>]) -> Vec<String> {
    const WORDS: [(&str, &str); 5] = [
        ("INCREMENT BY", "INCREMENT BY 1"),
        ("MINVALUE", "NO MINVALUE"),
        ("MAXVALUE", "NO MAXVALUE"),
        ("CACHE", "CACHE 1"),
        ("CYCLE", "NO CYCLE"),
    ];
    let find = |word: &str| named.iter().find(|option| option.starts_with(word)).map(|option| option.to_string());
    let mut options: Vec<_> =
        WORDS.iter().map(|(word, usual)| find(word).unwrap_or_else(|| (*usual).to_owned())).collect();
    let value = |word: &str| find(word).and_then(|option| option.rsplit(' ').next().map(str::to_owned));
    let descends = value("INCREMENT BY").is_some_and(|step| step.starts_with('-'));
    let bound = if descends {
        value("MAXVALUE").unwrap_or_else(|| "-1".into())
    } else {
        value("MINVALUE").unwrap_or_else(|| "1".into())
    };
    options.push(find("START WITH").unwrap_or_else(|| format!("START WITH {bound}")));
    options
}

/// Returns the least and the greatest value of a sequence of a type.
pub fn sequence_bounds(named: &[Box<str>], kind: &str) -> (i64, i64) {
    let value = |word: &str| {
        let option = named.iter().find(|option| option.starts_with(word))?;
        option.rsplit(' ').next()?.parse::<i64>().ok()
    };
    let (least, greatest) = match kind {
        "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    let (least, greatest) =
        if value("INCREMENT BY").is_some_and(|step| step < 0) { (least, -1) } else { (1, greatest) };
    (value("MINVALUE").unwrap_or(least), value("MAXVALUE").unwrap_or(greatest))
}

/// Types between which the server converts by itself, and fails where a value does not fit.
const FAMILIES: &[&[&str]] = &[
    &["smallint", "integer", "bigint", "numeric", "real", "double precision"],
    &["timestamp without time zone", "timestamp with time zone", "date"],
    &["time without time zone", "time with time zone"],
    &["json", "jsonb"],
    &["inet", "cidr"],
];

/// Returns the expression that turns values of one type into another, where the server does not do so by itself.
///
/// A cast that is written cuts what is too long; that of an assignment fails, and nothing is lost.
pub fn using(name: &str, from: &str, to: &str) -> Option<String> {
    let (from, target) = (plain(from), plain(to));
    let is_text =
        |name: &str| matches!(name, "text" | "character varying" | "character" | "bpchar" | "citext" | "name");
    let is_one_family = FAMILIES.iter().any(|family| family.contains(&&*from) && family.contains(&&*target));
    if from == target || is_text(&target) || is_one_family {
        return None;
    }
    if let (Some(from), Some(target)) = (from.strip_suffix("[]"), target.strip_suffix("[]")) {
        using(name, from, target)?;
        return Some(format!("{name}::text[]::{to}"));
    }
    let casts = is_text(&from) || matches!((&*from, &*target), ("integer", "boolean") | ("boolean", "integer"));
    Some(if casts { format!("{name}::{to}") } else { format!("{name}::text::{to}") })
}

/// Says of a type that holds less, where the server refuses a value that does not fit, how to find those rows; nothing where
/// values become others instead.
pub fn narrowed(column: &Identity, from: &str, to: &str) -> Option<String> {
    let is_text = |name: &str| matches!(&*plain(name), "text" | "character varying");
    let name = quoted(&column.name);
    let size = || to.split_once('(')?.1.strip_suffix(')')?.parse::<u32>().ok();
    let (what, finds) = match (from, to) {
        _ if is_text(from) && is_text(to) => ("longer", format!("length({name}) > {}", size()?)),
        ("bigint" | "integer", "smallint") => ("larger", format!("{name} NOT BETWEEN {} AND {}", i16::MIN, i16::MAX)),
        ("bigint", "integer") => ("larger", format!("{name} NOT BETWEEN {} AND {}", i32::MIN, i32::MAX)),
        _ => return None,
    };
    Some(format!("a {what} value makes it fail; to find them:\nSELECT * FROM {} WHERE {finds};", whole(column)))
}

/// Returns a type without its length, precision or fields.
pub fn plain(name: &str) -> String {
    let mut text = String::new();
    let mut depth = 0;
    for character in name.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 => text.push(character),
            _ => {}
        }
    }
    if text.starts_with("interval") && !text.ends_with("[]") { "interval".to_owned() } else { text }
}

/// Returns whether every value of one type can be one of another, as it is.
pub fn is_wider(from: &str, to: &str) -> bool {
    const WIDER: &[(&str, &[&str])] = &[
        ("smallint", &["integer", "bigint", "numeric", "real", "double precision"]),
        ("integer", &["bigint", "numeric", "double precision"]),
        ("bigint", &["numeric"]),
        ("real", &["double precision"]),
        ("cidr", &["inet"]),
        ("timestamp without time zone", &["timestamp with time zone"]),
    ];
    let sizes = |name: &str| -> Vec<i64> {
        let inner = name.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("", |(inner, _)| inner);
        inner.split(',').filter_map(|size| size.trim().parse().ok()).collect()
    };
    let (plain_from, plain_to) = (plain(from), plain(to));
    if to == "text" || WIDER.iter().any(|(name, wider)| *name == from && wider.contains(&to)) {
        return true;
    }
    if plain_from != plain_to {
        return false;
    }
    match (&*sizes(from), &*sizes(to)) {
        (_, []) => true,
        ([], _) => false,
        ([from], [to]) => from <= to,
        ([from, scale], [to, wider]) => scale <= wider && from - scale <= to - wider,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cast_is_written_only_where_the_server_has_none_of_its_own() {
        for (from, to, expected) in [
            ("character varying(20)", "character varying(5)", None),
            ("bigint", "integer", None),
            ("text", "uuid", Some("v::uuid")),
            ("integer[]", "bigint[]", None),
            ("public.mood", "public.feeling", Some("v::text::public.feeling")),
        ] {
            assert_eq!(using("v", from, to).as_deref(), expected, "{from} to {to}");
        }
    }

    #[test]
    fn the_storage_of_a_type_is_written_with_its_own_name() {
        let column = |kind: &str| {
            let table = crate::catalog::Identity::new(crate::catalog::Kind::Table, Some("public"), "t");
            Object::new(table.part(crate::catalog::Kind::Column, "v")).with(Attribute::Type, kind)
        };
        let check = |from: &str, to: &str, expected: &[&str]| {
            let old = column(from).with(Attribute::Storage, "external");
            assert_eq!(clauses(Some(&old), &column(to), &[Attribute::Storage, Attribute::Type]), expected);
        };
        check("text", "text", &["ALTER COLUMN v SET STORAGE extended"]);
        check("numeric(9,2)", "numeric(9,2)", &["ALTER COLUMN v SET STORAGE main"]);
        check("text[]", "text[]", &["ALTER COLUMN v SET STORAGE extended"]);
        check("public.word", "public.word", &["ALTER COLUMN v SET STORAGE DEFAULT"]);
        check("text", "character varying", &["ALTER COLUMN v TYPE character varying"]); // a new type brings its own
    }

    #[test]
    fn a_wider_type_loses_nothing() {
        for (from, to, expected) in [
            ("integer", "bigint", true),
            ("bigint", "integer", false),
            ("character varying(5)", "character varying(6)", true),
            ("character varying", "character varying(6)", false),
            ("numeric(10,2)", "numeric(14,4)", true),
            ("numeric(12,4)", "numeric(12,2)", false),
        ] {
            assert_eq!(is_wider(from, to), expected, "{from} to {to}");
        }
    }

    #[test]
    fn a_sequence_has_the_bounds_of_its_type_and_direction() {
        let bounds = |options: &[&str], kind: &str| {
            sequence_bounds(&options.iter().map(|option| (*option).into()).collect::<Vec<_>>(), kind)
        };
        assert_eq!(bounds(&[], "smallint"), (1, 32_767));
        assert_eq!(bounds(&["INCREMENT BY -2"], "integer"), (i64::from(i32::MIN), -1));
        assert_eq!(bounds(&["MINVALUE -5", "MAXVALUE 9"], "bigint"), (-5, 9));
    }

    #[test]
    fn what_the_server_refuses_is_not_lost() {
        let table = Identity::new(crate::catalog::Kind::Table, Some("public"), "t");
        let column = table.part(crate::catalog::Kind::Column, "v");
        let finds =
            |from: &str, to: &str| narrowed(&column, from, to).map(|note| note.lines().last().unwrap().to_owned());
        let expected = Some("SELECT * FROM public.t WHERE length(v) > 5;".to_owned());
        assert_eq!(finds("character varying(20)", "character varying(5)"), expected);
        assert_eq!(finds("text", "character varying(5)"), expected);
        assert!(finds("bigint", "integer").unwrap().contains("BETWEEN -2147483648 AND 2147483647"));
        for (from, to) in [("numeric(5,2)", "integer"), ("character(9)", "character(5)"), ("text", "uuid")] {
            assert_eq!(finds(from, to), None, "{from} to {to}");
        }
    }
}
