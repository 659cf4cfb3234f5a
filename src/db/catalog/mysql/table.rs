//! A table with all its parts, as `SHOW CREATE TABLE` prints them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalog::Attribute;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::catalog::Value;
use crate::db::catalog::mysql::column::column;
use crate::db::catalog::mysql::context::Context;
use crate::db::catalog::mysql::key::key;
use crate::db::catalog::mysql::key::name_by_server;
use crate::db::catalog::mysql::tokens::Tokens;
use crate::db::catalog::mysql::tokens::Unknown;
use crate::db::catalog::mysql::tokens::name_of;
use crate::dialect::Dialect;
use crate::sql::TokenKind;

/// Reads a table and its parts; the table comes first.
pub(super) fn table(context: &Context, text: &str) -> Result<Vec<Object>, Unknown> {
    let mut tokens = context.tokens(text);
    tokens.expect(&["CREATE"])?;
    if tokens.comes(&["TEMPORARY"]) {
        return Err("a temporary table of this session hides it".to_owned());
    }
    tokens.expect(&["TABLE"])?;
    let name = tokens.name()?;
    let mut table = Object::new(Identity::new(Kind::Table, None, &name));
    let inside = tokens.group()?;
    let (mut options, usual) = options(context, &mut table, &mut tokens)?;
    let mut parts = Vec::new();
    let mut position = 0;
    for mut item in inside.items() {
        if item.comes(&["PERIOD", "FOR"]) {
            options.push(item.text_without(|_| false).into());
        } else if item.kind() == Some(TokenKind::Quoted) {
            position += 1;
            let mut column = column(context, &table.identity, usual.as_ref(), &mut item)?;
            column.position = Some(position);
            parts.push(column);
        } else {
            parts.push(key(context, &table.identity, &mut item)?);
        }
    }
    if !options.is_empty() {
        options.sort();
        table.set(Attribute::Options, Value::List(options.into()));
    }
    spell(context, &mut parts);
    name_by_server(&name, &mut parts);
    if let Some(part) = parts.iter().find(|part| has_lost_letters(context, part)) {
        let reason = "has a `?` where the server may have a letter that it does not print";
        return Err(format!("{} {reason}", part.identity));
    }
    for part in &mut parts {
        part.needs.push(table.identity.clone());
    }
    Ok([vec![table], parts].concat())
}

/// Reads what stands behind the columns; returns what is no attribute of its own, and the character set and collation.
#[allow(clippy::type_complexity)]
fn options(
    context: &Context,
    table: &mut Object,
    tokens: &mut Tokens<'_>,
) -> Result<(Vec<Box<str>>, Option<(String, String)>), Unknown> {
    let mut options: Vec<Box<str>> = Vec::new();
    let (mut charset, mut collation) = (None, None);
    while !tokens.is_at_end() {
        if tokens.comes(&["PARTITION", "BY"]) {
            let partitions = tokens.rest();
            table.set(Attribute::PartitionBy, partitions_of(&partitions).into());
        } else if tokens.take(&["DEFAULT", "CHARSET", "="]) {
            charset = Some(tokens.name()?);
        } else if tokens.take(&["COLLATE", "="]) {
            collation = Some(tokens.name()?);
        } else if tokens.take(&["ENGINE", "="]) {
            table.set(Attribute::Method, tokens.name()?.into());
        } else if tokens.take(&["AUTO_INCREMENT", "="]) {
            tokens.next()?; // it moves with every row
        } else if tokens.take(&["COMMENT", "="]) {
            table.set(Attribute::Comment, tokens.string()?.into());
        } else if tokens.take(&["WITH", "SYSTEM", "VERSIONING"]) {
            table.set(Attribute::Form, "system versioned".into());
        } else if tokens.take(&["TABLESPACE"]) {
            tokens.take(&["="]);
            table.set(Attribute::Tablespace, tokens.name()?.into());
        } else if (tokens.comes(&["DATA"]) || tokens.comes(&["INDEX"]))
            && tokens.peek(1).eq_ignore_ascii_case("DIRECTORY")
        {
            let which = tokens.next()?.to_uppercase();
            tokens.next()?;
            tokens.take(&["="]);
            options.push(format!("{which} DIRECTORY={}", tokens.next()?).into());
        } else if tokens.comes(&["UNION"]) || tokens.peek(1) == "=" {
            let word = tokens.next()?;
            tokens.expect(&["="])?;
            let value = match tokens.comes(&["("]) {
                true => format!("({})", context.expression(&tokens.group()?)),
                false => tokens.next()?.to_owned(),
            };
            let word = if word.starts_with('`') { word.to_owned() } else { word.to_uppercase() };
            options.push(format!("{word}={value}").into());
        } else if !tokens.take(&[","]) {
            return Err(tokens.unknown());
        }
    }
    // Another engine keeps them from the time when the table was Aria's, and what is usual is printed.
    let is_aria = table.text(Attribute::Method) == Some("Aria");
    options.retain(|option| match option.split('=').next() {
        Some("PAGE_CHECKSUM") => is_aria && **option != *"PAGE_CHECKSUM=1",
        Some("TRANSACTIONAL") => is_aria,
        _ => true,
    });
    let usual = context.charset(charset, collation);
    if let Some((charset, collation)) = &usual {
        table.set(Attribute::Charset, charset.as_str().into());
        table.set(Attribute::Collation, collation.as_str().into());
    }
    Ok((options, usual))
}

/// Returns whether a `?` may stand for a letter beyond the first 65,536: both servers print labels of `enum` and `set` so, and
/// MySQL four of them for one in an expression. To write what was read would make the `?` the value.
fn has_lost_letters(context: &Context, part: &Object) -> bool {
    let has_labels = |kind: &str| kind.starts_with("enum(") || kind.starts_with("set(");
    let kind = part.text(Attribute::Type).filter(|kind| has_labels(kind));
    let says = |attribute| part.text(attribute).is_some_and(|text| text.contains("????"));
    let columns = || part.pieces(Attribute::Columns).iter().any(|column| column.contains("????"));
    let is_expression_lost =
        || [Attribute::Expression, Attribute::Default, Attribute::Check].into_iter().any(says) || columns();
    kind.is_some_and(|kind| kind.contains('?')) || context.dialect == Dialect::Mysql && is_expression_lost()
}

/// Names columns in expressions as the table does: MySQL prints them as they were written, in any case of letters.
fn spell(context: &Context, parts: &mut [Object]) {
    let columns: BTreeMap<String, Box<str>> = parts
        .iter()
        .filter(|part| part.identity.kind == Kind::Column)
        .map(|column| (column.identity.name.to_lowercase(), column.identity.name.clone()))
        .collect();
    for part in parts {
        for attribute in [Attribute::Expression, Attribute::Default, Attribute::Check] {
            if let Some(spelled) = part.text(attribute).and_then(|text| spelled(context, text, &columns)) {
                part.set(attribute, spelled.into());
            }
        }
    }
}

/// Returns an expression with the columns as they are spelled in the table, if that is another spelling.
fn spelled(context: &Context, text: &str, columns: &BTreeMap<String, Box<str>>) -> Option<String> {
    let mut found = String::with_capacity(text.len());
    let mut at = 0;
    for (kind, piece) in context.tokens(text).pieces() {
        let start = at + text[at..].find(piece)?;
        found.push_str(&text[at..start]);
        at = start + piece.len();
        let column = columns.get(&name_of(piece).to_lowercase()).filter(|_| kind == TokenKind::Quoted);
        match column.filter(|_| !text[at..].starts_with('(')) {
            Some(column) => found.push_str(&format!("`{}`", column.replace('`', "``"))),
            None => found.push_str(piece),
        }
    }
    found.push_str(&text[at..]);
    (found != text).then_some(found)
}

/// Returns partitions without the engine of each, which is the table's, and without the day on which those by time began.
fn partitions_of(tokens: &Tokens<'_>) -> String {
    let pieces: Vec<_> = tokens.pieces().map(|(_, text)| text).collect();
    let begins = |at: usize, words: &[&str]| words.iter().enumerate().all(|(i, word)| pieces.get(at + i) == Some(word));
    let is_left_out = |at: usize| {
        (0..3).any(|back| {
            at >= back && (begins(at - back, &["ENGINE", "="]) || begins(at - back, &["STARTS", "TIMESTAMP"]))
        })
    };
    tokens.text_without(is_left_out)
}

/// Adds what must be there before each part: the tables and keys that foreign keys refer to.
pub(super) fn refer(objects: &mut [Object], context: &Context) {
    let mut keys: BTreeMap<Box<str>, Vec<Arc<Identity>>> = BTreeMap::new();
    for object in objects.iter() {
        if matches!(object.identity.kind, Kind::PrimaryKey | Kind::Unique | Kind::Index) {
            let owner = object.identity.owner.clone().unwrap_or_default();
            keys.entry(owner).or_default().push(object.identity.clone());
        }
    }
    for key in objects.iter_mut().filter(|object| object.identity.kind == Kind::ForeignKey) {
        let Some(references) = key.text(Attribute::References) else { continue };
        let mut tokens = context.tokens(references);
        let Ok(name) = tokens.name() else { continue };
        if tokens.comes(&["."]) {
            continue; // in another database
        }
        let own = key.identity.owner.clone().unwrap_or_default();
        let table = Identity::new(Kind::Table, None, &name);
        let found = [&table.name, &own].map(|table| keys.get(table).cloned().unwrap_or_default()).concat();
        key.needs.push(Arc::new(table));
        key.needs.extend(found);
        key.needs.sort();
        key.needs.dedup();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Level;
    use crate::catalog::Naming;
    use crate::sql::Reading;

    fn context(dialect: Dialect, version: &str) -> Context {
        let collations = [("utf8mb4", "utf8mb4_general_ci"), ("latin1", "latin1_swedish_ci")];
        Context {
            dialect,
            version: version.to_owned(),
            reading: Reading::asked(dialect, version, ""),
            database: "own".to_owned(),
            user: String::new(),
            sql_mode: String::new(),
            time_zone: String::new(),
            collations: collations.map(|(charset, usual)| (charset.to_owned(), usual.to_owned())).into(),
        }
    }

    /// All that is read, an object a line: `kind name: attribute=value; …`, with `*` where the server chose the name.
    fn read(context: &Context, inside: &str, options: &str) -> String {
        let text = format!("CREATE TABLE `t` ({inside}) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4{options}");
        let objects = match table(context, &text) {
            Ok(objects) => objects,
            Err(unknown) => return unknown,
        };
        let lines = objects.iter().map(|object| {
            let said: Vec<_> = object
                .attributes(Level::Exact)
                .filter(|(_, value)| value.text() != Some("InnoDB") && !value.to_string().starts_with("utf8mb4"))
                .map(|(attribute, value)| format!("{attribute}={value}"))
                .collect();
            let star = if object.naming == Naming::Server { "*" } else { "" };
            format!("{} {}{star}: {}", object.identity.kind, object.identity.name, said.join("; "))
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn check_mariadb(inside: &str, expected: &str) {
        let found = read(&context(Dialect::Mariadb, "10.11.19-MariaDB"), inside, "");
        assert_eq!(found.strip_prefix("table t: \n").unwrap_or(&found), expected, "{inside}");
    }

    fn check_mysql(inside: &str, expected: &str) {
        let found = read(&context(Dialect::Mysql, "9.7.4"), inside, "");
        assert_eq!(found.strip_prefix("table t: \n").unwrap_or(&found), expected, "{inside}");
    }

    #[test]
    fn a_width_that_is_only_shown_is_left_out() {
        check_mariadb("`a` int(11) DEFAULT NULL", "column a: type=int");
        check_mariadb("`a` bigint(20) unsigned NOT NULL", "column a: type=bigint unsigned; not null=yes");
        check_mariadb("`a` int(5) unsigned zerofill NOT NULL", "column a: type=int(5) unsigned zerofill; not null=yes");
        check_mariadb("`a` tinyint(1) DEFAULT 0", "column a: type=tinyint(1); default=0");
        check_mariadb("`a` year(4) DEFAULT NULL", "column a: type=year");
    }

    #[test]
    fn a_collation_that_is_the_tables_is_left_out() {
        check_mariadb("`a` text COLLATE utf8mb4_general_ci", "column a: type=text");
        check_mariadb("`a` text CHARACTER SET utf8mb4", "column a: type=text");
        check_mariadb(
            "`a` text CHARACTER SET latin1",
            "column a: type=text; collation=latin1_swedish_ci; character set=latin1",
        );
    }

    #[test]
    fn json_is_one_type() {
        let json = "`c` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL CHECK (json_valid(`c`))";
        check_mariadb(json, "column c: type=json");
        check_mariadb(
            "`c` longtext DEFAULT NULL CHECK (json_valid(`c`))",
            "column c: type=longtext; check=json_valid(`c`)",
        );
        check_mysql("`c` json DEFAULT NULL", "column c: type=json");
    }

    #[test]
    fn defaults_are_read_to_their_end() {
        check_mariadb(
            "`d` datetime(3) DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3) COMMENT 'it''s \\\\'",
            "column d: type=datetime(3); default=current_timestamp(3); on update=current_timestamp(3); comment=it's \\",
        );
        check_mariadb("`n` int DEFAULT nextval(`own`.`s`)", "column n: type=int; default=nextval(`s`)");
        check_mariadb("`n` int INVISIBLE DEFAULT 3", "column n: type=int; default=3; invisible=yes");
        check_mysql("`n` int DEFAULT '3' /*!80023 INVISIBLE */", "column n: type=int; default='3'; invisible=yes");
        check_mysql(
            "`s` varchar(9) DEFAULT (concat(_utf8mb4'a, b',1))",
            "column s: type=varchar(9); default=(concat('a, b',1))",
        );
    }

    #[test]
    fn names_of_the_server_are_known() {
        check_mariadb("KEY `a` (`a`)", "index a*: columns=`a`");
        check_mariadb("KEY `a_2` (`a`(3) DESC)", "index a_2*: columns=`a`(3) DESC");
        check_mariadb("KEY `b` (`a`)", "index b: columns=`a`");
        check_mariadb("CONSTRAINT `CONSTRAINT_1` CHECK (`a` > 0)", "check CONSTRAINT_1*: expression=`a` > 0");
        check_mysql("CONSTRAINT `t_chk_1` CHECK ((`a` > 0))", "check t_chk_1*: expression=`a` > 0");
        check_mysql(
            "KEY `t_ibfk_1` (`a`),CONSTRAINT `t_ibfk_1` FOREIGN KEY (`a`) REFERENCES `p` (`id`) ON DELETE RESTRICT ON UPDATE SET NULL",
            "index t_ibfk_1*: columns=`a`\nforeign key t_ibfk_1*: columns=`a`; references=`p` (`id`) ON UPDATE SET NULL",
        );
    }

    #[test]
    fn what_is_not_understood_is_told() {
        check_mariadb("`a` int NEWFANGLED", "`NEWFANGLED` in its definition is not understood");
        check_mariadb("NEWFANGLED KEY `a` (`a`)", "`NEWFANGLED` in its definition is not understood");
        check_mariadb("`a` int DEFAULT", "its definition ends too early");
        let context = context(Dialect::Mariadb, "10.11.19-MariaDB");
        assert_eq!(table(&context, "CREATE TABLE `t` ("), Err("its definition ends too early".to_owned()));
    }

    #[test]
    fn letters_that_are_not_printed_are_told() {
        let reason = |of: &str| format!("{of} has a `?` where the server may have a letter that it does not print");
        check_mariadb("`a` enum('x','?') DEFAULT NULL", &reason("column t.a"));
        check_mysql("`a` set('?','x')", &reason("column t.a"));
        check_mysql("CONSTRAINT `c` CHECK ((`a` <> _utf8mb4'????'))", &reason("check t.c"));
        check_mysql("KEY `k` ((concat(`a`,_utf8mb4'????')))", &reason("index t.k"));
        check_mysql("`a` varchar(9) DEFAULT '?'", "column a: type=varchar(9); default='?'");
    }

    #[test]
    fn what_moves_by_itself_is_left_out() {
        let context = context(Dialect::Mysql, "9.7.4");
        assert_eq!(read(&context, "`a` int", " AUTO_INCREMENT=7"), "table t: \ncolumn a: type=int");
        let partitions = "\n/*!50100 PARTITION BY RANGE (`a`)\n(PARTITION p0 VALUES LESS THAN (1) ENGINE = InnoDB) */";
        let expected = "table t: partition by=PARTITION BY RANGE (`a`) (PARTITION p0 VALUES LESS THAN (1))";
        assert_eq!(read(&context, "`a` int", partitions), format!("{expected}\ncolumn a: type=int"));
    }
}
