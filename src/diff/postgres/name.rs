//! Names as SQL.

use crate::catalog::Attribute;
use crate::catalog::Identity;
use crate::catalog::Kind;
use crate::catalog::Object;

/// Words that are no names unless they are quoted, of the newest server.
const KEYWORDS: &str = " all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char character check coalesce collate collation column concurrently constraint create cross current_catalog current_date current_role current_schema current_time current_timestamp current_user dec decimal default deferrable desc distinct do else end except exists extract false fetch float for foreign freeze from full grant greatest group grouping having ilike in initially inner inout int integer intersect interval into is isnull join json json_array json_arrayagg json_exists json_object json_objectagg json_query json_scalar json_serialize json_table json_value lateral leading least left like limit localtime localtimestamp merge_action national natural nchar none normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay placing position precision primary real references returning right row select session_user setof similar smallint some substring symmetric system_user table tablesample then time timestamp to trailing treat trim true union unique user using values varchar variadic verbose when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable ";

/// Returns a name, quoted where it must be.
pub fn quoted(name: &str) -> String {
    let is_plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !KEYWORDS.contains(&format!(" {name} "));
    if is_plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// Returns a text as a literal that means the same under every setting.
pub fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if text.contains('\\') { format!("E'{}'", quoted.replace('\\', "\\\\")) } else { format!("'{quoted}'") }
}

/// Returns a name with its schema.
pub fn qualified(schema: Option<&str>, name: &str) -> String {
    schema.map_or_else(|| quoted(name), |schema| format!("{}.{}", quoted(schema), quoted(name)))
}

/// Returns the name of what an object is a part of, with its schema; of an object that is no part, its own.
pub fn whole(identity: &Identity) -> String {
    qualified(identity.schema.as_deref(), identity.owner.as_deref().unwrap_or(&identity.name))
}

/// Returns an object's own name with its schema, and with what tells it from others of that name.
pub fn own(identity: &Identity) -> String {
    let schema = identity.schema.as_deref();
    let behind = |at: Option<usize>| match at {
        Some(at) => format!("{}{}", qualified(schema, &identity.name[..at]), &identity.name[at..]),
        None => qualified(schema, &identity.name),
    };
    match identity.kind {
        Kind::Function | Kind::Procedure | Kind::Aggregate => behind(identity.name.rfind('(')),
        Kind::OperatorClass | Kind::OperatorFamily => behind(identity.name.rfind(" USING ")),
        Kind::Operator => schema.map_or_else(String::new, |schema| format!("{}.{}", quoted(schema), identity.name)),
        Kind::Cast | Kind::UserMapping | Kind::DefaultPrivilege => identity.name.to_string(),
        _ => qualified(schema, &identity.name),
    }
}

/// Returns an object as `COMMENT ON`, `DROP` and `ALTER … OWNER TO` name it.
pub fn reference(object: &Object) -> String {
    let identity = &*object.identity;
    let word = match identity.kind {
        Kind::Column => return format!("COLUMN {}.{}", whole(identity), quoted(&identity.name)),
        Kind::PrimaryKey | Kind::Unique | Kind::Check | Kind::Exclusion | Kind::ForeignKey => {
            return format!("CONSTRAINT {} ON {}", quoted(&identity.name), whole(identity));
        }
        Kind::Trigger => return format!("TRIGGER {} ON {}", quoted(&identity.name), whole(identity)),
        Kind::Rule => return format!("RULE {} ON {}", quoted(&identity.name), whole(identity)),
        Kind::Policy => return format!("POLICY {} ON {}", quoted(&identity.name), whole(identity)),
        Kind::UserMapping => return format!("USER MAPPING FOR {}", identity.name),
        Kind::Table if object.text(Attribute::Form) == Some("foreign") => "FOREIGN TABLE",
        Kind::Table => "TABLE",
        Kind::Enum | Kind::Composite | Kind::Range => "TYPE",
        Kind::Schema => "SCHEMA",
        Kind::Extension => "EXTENSION",
        Kind::Collation => "COLLATION",
        Kind::Domain => "DOMAIN",
        Kind::Cast => "CAST",
        Kind::Operator => "OPERATOR",
        Kind::OperatorClass => "OPERATOR CLASS",
        Kind::OperatorFamily => "OPERATOR FAMILY",
        Kind::Sequence => "SEQUENCE",
        Kind::Index => "INDEX",
        Kind::View => "VIEW",
        Kind::MaterializedView => "MATERIALIZED VIEW",
        Kind::Function => "FUNCTION",
        Kind::Procedure => "PROCEDURE",
        Kind::Aggregate => "AGGREGATE",
        Kind::EventTrigger => "EVENT TRIGGER",
        Kind::Statistics => "STATISTICS",
        Kind::Publication => "PUBLICATION",
        Kind::TextSearchParser => "TEXT SEARCH PARSER",
        Kind::TextSearchDictionary => "TEXT SEARCH DICTIONARY",
        Kind::TextSearchTemplate => "TEXT SEARCH TEMPLATE",
        Kind::TextSearchConfiguration => "TEXT SEARCH CONFIGURATION",
        Kind::ForeignDataWrapper => "FOREIGN DATA WRAPPER",
        Kind::ForeignServer => "SERVER",
        Kind::Database | Kind::Package | Kind::Event | Kind::DefaultPrivilege => "",
    };
    format!("{word} {}", own(identity))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_where_they_must_be() {
        for (name, expected) in
            [("a_1", "a_1"), ("A", "\"A\""), ("user", "\"user\""), ("a\"b", "\"a\"\"b\""), ("1", "\"1\"")]
        {
            assert_eq!(quoted(name), expected);
        }
    }
}
