//! The templates of new scripts that are built in.

/// A template that can be used without a file of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template {
    /// What `--template` calls it.
    pub name: &'static str,
    /// What it is for, in one line.
    pub summary: &'static str,
    /// Its text, in Tera.
    pub text: &'static str,
}

/// The one that is used when nothing else is asked for.
pub const DEFAULT_TEMPLATE: &Template = &TEMPLATES[0];

/// Every template that is built in; a new one is an entry here and a file.
pub const TEMPLATES: &[Template] = &[
    Template {
        name: "default",
        summary: "an empty upgrade and an empty downgrade, for every database",
        text: include_str!("../../templates/revision.sql"),
    },
    Template {
        name: "expand-contract",
        summary: "hints for changing a schema that running programs use",
        text: include_str!("../../templates/expand-contract.sql"),
    },
    Template {
        name: "per-dialect",
        summary: "a section for each of SQLite, PostgreSQL and MySQL with MariaDB",
        text: include_str!("../../templates/per-dialect.sql"),
    },
];

impl Template {
    /// Returns the template that is built in under this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        TEMPLATES.iter().find(|template| template.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_found_by_its_name_alone() {
        for template in TEMPLATES {
            assert_eq!(Template::named(template.name), Some(template));
        }
        assert_eq!(Template::named("revision"), None);
        assert_eq!(DEFAULT_TEMPLATE.name, "default");
    }
}
