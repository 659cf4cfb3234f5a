//! Proves the examples of docs/script-format.md: each is read, and split for every database that it is about.
//!
//! A comment in front says `error: CODE` when an example must fail, and `on: DIALECT` when it is for one database.

use rev::dialect::Dialect;
use rev::direction::Direction;
use rev::error::Error;
use rev::script::Script;
use rev::span::Source;

struct Example {
    text: String,
    error: Option<String>,
    dialects: Vec<Dialect>,
}

impl Example {
    /// Reads the note in front of an example; what an example leaves out for shortness is put around it.
    fn new(note: &str, sql: &str) -> Self {
        let word = |key| note.split_whitespace().skip_while(|word| *word != key).nth(1);
        let dialects =
            word("on:").map_or(Dialect::ALL.to_vec(), |word| Dialect::named(word).expect("a dialect").to_vec());
        let section = if sql.contains("rev: ") { "" } else { "-- rev: upgrade\n" };
        let header = if sql.contains("revision: ") { "" } else { "-- revision: x1\n\n" };
        Self { text: format!("{header}{section}{sql}"), error: word("error:").map(str::to_owned), dialects }
    }

    /// Returns the code of the first problem, on any of the databases.
    fn problem(&self) -> Option<&'static str> {
        let code = |errors: Vec<Error>| errors.first().map(Error::code);
        let script = match Script::parse(Source::new("example.sql", self.text.as_str())) {
            Ok(script) => script,
            Err(errors) => return code(errors),
        };
        let problem = |dialect: &Dialect| {
            [Direction::Upgrade, Direction::Downgrade].into_iter().find_map(|direction| {
                script.checked_statements(direction, *dialect, (*dialect).into()).err().and_then(code)
            })
        };
        self.dialects.iter().find_map(problem)
    }
}

fn examples() -> Vec<Example> {
    let page = include_str!("../docs/script-format.md");
    let mut examples = Vec::new();
    for (at, _) in page.match_indices("```sql\n") {
        let before = page[..at].trim_end();
        let last_line = before.lines().last().unwrap_or_default();
        let note = if last_line.starts_with("<!--") { last_line } else { "" };
        let sql = &page[at + "```sql\n".len()..];
        examples.push(Example::new(note, &sql[..sql.find("```").expect("the example ends")]));
    }
    examples
}

#[test]
fn the_examples_of_the_script_format_do_what_the_page_says() {
    let examples = examples();
    assert!(examples.len() > 12, "the page was not read");
    for example in examples {
        assert_eq!(example.problem(), example.error.as_deref(), "{}", example.text);
    }
}
