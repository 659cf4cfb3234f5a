//! A column under another name, and what says the old one: MySQL refuses the new name as long as anything does.

use crate::catalog::Attribute;
use crate::catalog::Catalog;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;
use crate::dialect::Dialect;
use crate::diff::mysql::sql;
use crate::diff::mysql::text::quoted;

/// Returns the statement that gives a column of a table another name; `after` is the catalog with that name in it.
pub(super) fn rename_column(before: &Catalog, after: &Catalog, from: &Identity, to: &Identity) -> String {
    let table = from.owner.as_deref().unwrap_or_default();
    let (old, new) = (quoted(&from.name), quoted(&to.name));
    let rename = format!("RENAME COLUMN {old} TO {new}");
    let (mut dropped, mut made) = (Vec::new(), Vec::new());
    let whole = Identity::new(Kind::Table, None, table);
    if before.dialect == Dialect::Mysql {
        for part in before.parts(&whole).filter(|part| says(part, &old)) {
            let identity = if *part.identity == *from { to } else { &*part.identity };
            let Some(renamed) = after.get(identity) else { continue };
            let name = quoted(&part.identity.name);
            match part.identity.kind {
                Kind::Column => made.push(format!("MODIFY COLUMN {}", sql::column(renamed, None))),
                Kind::Check => dropped.push(format!("DROP CHECK {name}")),
                _ => dropped.push(format!("DROP INDEX {name}")),
            }
            if part.identity.kind != Kind::Column {
                made.push(format!("ADD {}{}", sql::key(renamed, true), sql::invisible(renamed, after)));
            }
        }
    }
    let clauses: Vec<_> = dropped.into_iter().chain([rename]).chain(made).collect();
    let gap = if clauses.len() > 1 { "\n  " } else { " " };
    let partitions = |catalog: &Catalog| {
        let table = catalog.get(&whole)?;
        Some(table.text(Attribute::PartitionBy)?.to_owned())
    };
    let is_moved = |after: &String| before.dialect == Dialect::Mysql && partitions(before).as_ref() != Some(after);
    let moved = partitions(after).filter(is_moved);
    let moved = moved.map(|partitions| format!("\n{partitions}")).unwrap_or_default();
    format!("ALTER TABLE {}{gap}{}{moved}", quoted(table), clauses.join(",\n  "))
}

/// Returns whether a part of the table has the column in an expression; that a plain key has it is no hindrance.
fn says(part: &Object, column: &str) -> bool {
    let is_in = |attribute| part.text(attribute).is_some_and(|text| text.contains(column));
    match part.identity.kind {
        Kind::Column => is_in(Attribute::Expression) || is_in(Attribute::Default),
        Kind::Check => is_in(Attribute::Expression),
        Kind::Index | Kind::Unique => {
            part.pieces(Attribute::Columns).iter().any(|piece| piece.starts_with('(') && piece.contains(column))
        }
        _ => false,
    }
}

/// Returns partitions with a column under another name: the server prints it in quotes in expressions, and plainly in lists.
pub(super) fn partitions_with(partitions: &str, from: &str, to: &str) -> String {
    let head = partitions.find("(PARTITION ").unwrap_or(partitions.len());
    let (head, rest) = partitions.split_at(head);
    let is_plain = to.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
    let plain = if is_plain { to.to_owned() } else { quoted(to) };
    let quoted_head = head.replace(&quoted(from), &quoted(to));
    let mut renamed = String::new();
    let mut word = String::new();
    let mut depth = 0;
    let mut is_quoted = false;
    for character in quoted_head.chars().chain(['\0']) {
        let is_word = character.is_alphanumeric() || character == '_' || character == '$';
        if is_word && !is_quoted {
            word.push(character);
            continue;
        }
        let is_column = depth > 0 && word == from && character != '(';
        renamed.push_str(if is_column { &plain } else { &word });
        word.clear();
        match character {
            '`' => is_quoted = !is_quoted,
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted => depth -= 1,
            _ => {}
        }
        if character != '\0' {
            renamed.push(character);
        }
    }
    renamed + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_follow_their_column() {
        let check = |partitions: &str, expected: &str| assert_eq!(partitions_with(partitions, "a", "z"), expected);
        check("PARTITION BY HASH (`a` + `ab`) PARTITIONS 2", "PARTITION BY HASH (`z` + `ab`) PARTITIONS 2");
        check("PARTITION BY KEY (b,a) PARTITIONS 2", "PARTITION BY KEY (b,z) PARTITIONS 2");
        check(
            "PARTITION BY LIST COLUMNS(a) (PARTITION a VALUES IN ('a'))",
            "PARTITION BY LIST COLUMNS(z) (PARTITION a VALUES IN ('a'))",
        );
        check(
            "PARTITION BY RANGE (`b`) SUBPARTITION BY HASH (`a`) (PARTITION p VALUES LESS THAN (1))",
            "PARTITION BY RANGE (`b`) SUBPARTITION BY HASH (`z`) (PARTITION p VALUES LESS THAN (1))",
        );
        check("PARTITION BY KEY (`a b`,`x a`)", "PARTITION BY KEY (`a b`,`x a`)");
    }
}
