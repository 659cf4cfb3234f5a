//! A script that is about to be made: its text by a template, its name by a pattern.

use std::path::PathBuf;

use tera::Context;
use tera::Tera;

use crate::error::Error;
use crate::error::ErrorKind;
use crate::id::Label;
use crate::id::RevisionId;
use crate::script::header::Spanned;
use crate::script::message::Message;
use crate::script::script::Script;
use crate::span::Source;

/// Everything that a new script is made from.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Its id.
    pub id: RevisionId,
    /// Its message; may be empty.
    pub message: Message,
    /// What it grows from.
    pub down_revisions: Vec<RevisionId>,
    /// What must be applied first, ids or labels.
    pub depends_on: Vec<String>,
    /// The labels that it declares.
    pub branch_labels: Vec<Label>,
    /// Now, in the configured time zone.
    pub created: jiff::Zoned,
    /// Its number, for file names that count; see [`next_number`](crate::script::next_number).
    pub number: String,
}

/// Whether a file name may name subfolders: only a folder that is read recursively would find the script again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subfolders {
    /// `/` may stand in it.
    Allowed,
    /// It must be a plain name.
    Refused,
}

impl Draft {
    /// Returns the text of the script, and proves that it says what it was made to say.
    ///
    /// `name` is the template's, for messages.
    pub fn render(&self, name: &str, template: &str) -> Result<String, Error> {
        let mut context = self.context();
        context.insert("message", &self.message.in_header());
        let text = render(name, template, &context)?;
        self.verify(name, &text)?;
        Ok(text)
    }

    /// Returns the name of the file within its version folder; `.sql` is added when the pattern does not have it.
    pub fn file_name(&self, pattern: &str, subfolders: Subfolders) -> Result<PathBuf, Error> {
        const NAME: &str = "file_name";
        let mut context = self.context();
        // A message is free text: what cannot stand in a name, `/` above all, becomes `_`.
        let message: String = self.message.as_str().chars().map(|c| if is_legal(c) { c } else { '_' }).collect();
        context.insert("message", &message);
        let text = render(NAME, pattern, &context)?;
        let name = text.trim();
        let name = match name.strip_suffix(".sql") {
            Some(_) => name.to_owned(),
            None => format!("{}.sql", name.trim_end_matches(['_', '-', '.', ' '])), // an empty slug leaves `_` behind
        };
        check_file_name(&name, subfolders).map_err(|reason| bad(NAME, format!("`{name}` {reason}")))?;
        Ok(PathBuf::from(name))
    }

    fn context(&self) -> Context {
        let parents: Vec<&str> = self.down_revisions.iter().map(RevisionId::as_str).collect();
        let is_utc = self.created.offset().is_zero();
        let stamp = self.created.strftime(if is_utc { "%Y-%m-%dT%H:%M:%SZ" } else { "%Y-%m-%dT%H:%M:%S%:z" });
        let mut context = Context::new();
        context.insert("id", self.id.as_str());
        context.insert("down_revisions", &parents);
        context.insert("parents", &parents.join("_"));
        context.insert("depends_on", &self.depends_on);
        context.insert("branch_labels", &self.branch_labels);
        context.insert("slug", &self.message.slug());
        context.insert("number", &self.number);
        context.insert("created", &stamp.to_string());
        let parts = [
            ("date", "%Y-%m-%d"),
            ("year", "%Y"),
            ("month", "%m"),
            ("day", "%d"),
            ("hour", "%H"),
            ("minute", "%M"),
            ("second", "%S"),
        ];
        for (name, format) in parts {
            context.insert(name, &self.created.strftime(format).to_string());
        }
        context
    }

    /// Reads the rendered text back; a template that loses the id or a parent would make another revision.
    fn verify(&self, name: &str, text: &str) -> Result<(), Error> {
        let script = Script::parse(Source::new(name, text)).map_err(|errors| {
            let first = errors.first().map_or(String::new(), Error::to_string);
            bad(name, format!("the script that it makes is not valid: {first}"))
        })?;
        let header = &script.header;
        let texts = |names: &[Spanned<String>]| names.iter().map(|name| name.value.clone()).collect::<Vec<_>>();
        let labels: Vec<&str> = header.branch_labels.iter().map(|label| label.value.as_str()).collect();
        let wrong = if header.revision.value != self.id {
            "revision"
        } else if texts(&header.down_revisions)
            != self.down_revisions.iter().map(ToString::to_string).collect::<Vec<_>>()
        {
            "down_revision"
        } else if texts(&header.depends_on) != self.depends_on {
            "depends_on"
        } else if labels != self.branch_labels.iter().map(Label::as_str).collect::<Vec<_>>() {
            "branch_labels"
        } else {
            return Ok(());
        };
        Err(bad(name, format!("the header that it makes does not say the `{wrong}` that was asked for")))
    }
}

fn render(name: &str, template: &str, context: &Context) -> Result<String, Error> {
    let mut tera = Tera::new();
    tera.autoescape_on(Vec::<&str>::new());
    tera.add_raw_template(name, template)
        .and_then(|()| tera.render(name, context))
        .map_err(|error| bad(name, error.to_string()))
}

fn bad(name: &str, message: String) -> Error {
    ErrorKind::BadTemplate { name: name.into(), message }.into()
}

/// Returns why a file must not have this name: it would not be found again, or not be possible everywhere.
fn check_file_name(name: &str, subfolders: Subfolders) -> Result<(), &'static str> {
    const LONGEST: usize = 255;
    if subfolders == Subfolders::Refused && name.contains('/') {
        return Err("names a subfolder, which is only found again with `recursive = true`");
    }
    for part in name.split('/') {
        if part.is_empty() || part == ".sql" {
            return Err("has an empty part");
        }
        if part.starts_with('.') {
            return Err("begins with `.`, so that it would be hidden");
        }
        if part.len() > LONGEST {
            return Err("is longer than 255 bytes");
        }
        if part.ends_with([' ', '.']) || !part.chars().all(is_legal) {
            return Err("holds a character that cannot stand in a file name everywhere");
        }
    }
    Ok(())
}

/// Returns whether a character may stand in a file name on every system.
fn is_legal(c: char) -> bool {
    !c.is_control() && !matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::script::template::DEFAULT_TEMPLATE;
    use crate::script::template::TEMPLATES;

    fn draft(message: &str) -> Draft {
        let created: jiff::Timestamp = "2026-11-20T09:12:44.5Z".parse().unwrap();
        Draft {
            id: RevisionId::parse("9f2c41d07ab3").unwrap(),
            message: Message::parse(message).unwrap(),
            down_revisions: Vec::new(),
            depends_on: Vec::new(),
            branch_labels: Vec::new(),
            created: created.to_zoned(jiff::tz::TimeZone::UTC),
            number: "0007".into(),
        }
    }

    fn check_name(message: &str, pattern: &str, subfolders: Subfolders, expected: Result<&str, &str>) {
        let found = draft(message).file_name(pattern, subfolders);
        match (found, expected) {
            (Ok(path), expected) => assert_eq!(Ok(path.to_str().unwrap()), expected),
            (Err(error), Ok(_)) => panic!("{error}"),
            (Err(error), Err(reason)) => assert!(error.to_string().contains(reason), "{error}"),
        }
    }

    fn check_bad(template: &str, reason: &str) {
        let error = draft("m").render("t.sql", template).unwrap_err();
        assert_eq!(error.code(), "bad-template");
        assert!(error.to_string().contains(reason), "{error}");
    }

    #[test]
    fn the_default_template_makes_the_script_of_the_manual() {
        let mut draft = draft("add user preferences");
        draft.down_revisions = vec![RevisionId::parse("4be2a1c09d77").unwrap()];
        draft.branch_labels = vec![Label::parse("billing").unwrap()];
        draft.depends_on = vec!["77aa0912bc3d".into()];
        assert_eq!(
            draft.render("revision.sql", DEFAULT_TEMPLATE.text).unwrap(),
            "-- add user preferences\n--\n-- revision: 9f2c41d07ab3\n-- down_revision: 4be2a1c09d77\n-- branch_labels: billing\n-- depends_on: 77aa0912bc3d\n-- created: 2026-11-20T09:12:44Z\n\n-- rev: upgrade\n\n\n-- rev: downgrade\n\n",
        );
    }

    #[test]
    fn a_base_without_a_message_is_as_short_as_can_be() {
        assert_eq!(
            draft("").render("revision.sql", DEFAULT_TEMPLATE.text).unwrap(),
            "-- revision: 9f2c41d07ab3\n-- down_revision: none\n-- created: 2026-11-20T09:12:44Z\n\n-- rev: upgrade\n\n\n-- rev: downgrade\n\n",
        );
    }

    #[test]
    fn time_is_written_in_its_zone() {
        let mut draft = draft("m");
        draft.created = draft.created.with_time_zone(jiff::tz::TimeZone::fixed(jiff::tz::offset(-3)));
        assert!(draft.render("t", DEFAULT_TEMPLATE.text).unwrap().contains("created: 2026-11-20T06:12:44-03:00\n"));
    }

    #[test]
    fn file_names_follow_their_pattern() {
        use Subfolders::*;
        check_name("Add x", "{{ date }}_{{ id }}_{{ slug }}", Refused, Ok("2026-11-20_9f2c41d07ab3_add_x.sql"));
        check_name("", "{{ date }}_{{ id }}_{{ slug }}", Refused, Ok("2026-11-20_9f2c41d07ab3.sql"));
        check_name("m", "{{ number }}-{{ slug }}.sql", Refused, Ok("0007-m.sql"));
        check_name(
            "m",
            "{{ year }}/{{ month }}{{ day }}_{{ hour }}{{ minute }}{{ second }}",
            Allowed,
            Ok("2026/1120_091244.sql"),
        );
        check_name("a/b: <c>", "{{ message }}", Refused, Ok("a_b_ _c.sql"));
    }

    #[test]
    fn a_file_name_stays_in_its_folder_and_is_found_again() {
        use Subfolders::*;
        check_name("m", "{{ year }}/{{ slug }}", Refused, Err("recursive"));
        check_name("m", "../{{ slug }}", Allowed, Err("hidden"));
        check_name("m", "/tmp/{{ slug }}", Allowed, Err("empty part"));
        check_name("", "{{ slug }}", Allowed, Err("empty part"));
        check_name("m", "a\\{{ slug }}", Allowed, Err("cannot stand"));
        check_name("m", ".{{ slug }}", Allowed, Err("hidden"));
        check_name("m", &"x".repeat(252), Allowed, Err("longer"));
        check_name("m", "{{ slog }}", Allowed, Err("slog"));
    }

    #[test]
    fn a_template_that_loses_something_is_refused() {
        check_bad("-- revision: {{ id", "t.sql");
        check_bad("-- revision: {{ nope }}\n-- rev: upgrade\n", "nope");
        check_bad("-- revision: x\n-- rev: upgrade\n", "`revision`");
        check_bad("-- revision: {{ id }}\n-- down_revision: x\n-- rev: upgrade\n", "`down_revision`");
        check_bad("-- revision: {{ id }}\n", "no `-- rev: upgrade` section");
    }

    #[test]
    fn values_are_not_escaped_and_not_rendered_again() {
        let text = draft("<a> & '{{ id }}'").render("t.html", DEFAULT_TEMPLATE.text).unwrap();
        assert!(text.starts_with("-- <a> & '{{ id }}'\n"), "{text}");
    }

    proptest! {
        #[test]
        fn what_was_asked_for_is_read_back(
            message in r"((rev|revision|Rev|down_revision|upgrade|none|--|:| |\n|#|\{\{|é|\PC){0,8})",
            parents in prop::collection::vec("[a-z]{1,3}[0-9._]{1,3}", 0..3),
            labels in prop::collection::vec("[a-z]{1,3}[0-9._]{1,3}", 0..3),
            depends_on in prop::collection::vec("[a-z]{1,3}[0-9._]{1,3}", 0..3),
        ) {
            let Ok(message) = Message::parse(&message) else { return Ok(()) };
            let draft = Draft {
                message: message.clone(),
                down_revisions: parents.iter().map(|id| RevisionId::parse(id).unwrap()).collect(),
                branch_labels: labels.iter().map(|label| Label::parse(label).unwrap()).collect(),
                depends_on,
                ..draft("")
            };
            for template in TEMPLATES {
                let text = draft.render("t", template.text).unwrap(); // compares ids, parents, labels, dependencies
                let script = Script::parse(Source::new("t", text)).unwrap();
                prop_assert_eq!(script.header.message, message.as_str());
                prop_assert_eq!(script.header.description, "");
            }
        }
    }
}
