//! The configuration file of a new project.

/// The configuration file that `rev init` writes.
pub const STARTER: &str = include_str!("../../templates/migrations.toml");

/// Where it says which database it is; the comment is about what holds without it.
const URL: &str = "\
# Where DATABASE_URL is not set, it is the one of PGHOST and PGDATABASE, or else
# the SQLite file app.db beside this file.
url = \"${DATABASE_URL:-}\"
";

/// Where the model goes: before this.
const DATABASE: &str = "[database]\n";

/// Returns the configuration file of a new project, with this URL and this file of SQL as the model.
pub fn starter(url: Option<&str>, model: Option<&str>) -> String {
    let mut text = STARTER.to_owned();
    if let Some(url) = url {
        text = text.replacen(URL, &format!("url = {}\n", quoted(url)), 1);
    }
    if let Some(model) = model {
        let table = format!(
            "[model]\n# What the schema should be; `rev revision --autogenerate` writes the revision that leads there.\n\
             sql = {}\n\n",
            quoted(model)
        );
        text = text.replacen(DATABASE, &format!("{table}{DATABASE}"), 1);
    }
    text
}

/// Writes a string of TOML that means exactly this, without variables.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.replace("${", "$${").chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_has_what_is_known() {
        assert_eq!(starter(None, None), STARTER);
        let text = starter(Some(r#"sqlite:a"b\${x}.db"#), Some("schema.sql"));
        assert!(text.contains("\nurl = \"sqlite:a\\\"b\\\\$${x}.db\"\n"), "{text}");
        assert!(!text.contains("PGHOST") && !text.contains("{DATABASE_URL"), "{text}");
        let (before, after) = text.split_once("[model]\n").unwrap();
        assert!(after.contains("\nsql = \"schema.sql\"\n\n[database]\n") && before.contains("versions = "), "{text}");
    }
}
