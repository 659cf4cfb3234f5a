//! Command line sessions in Markdown files, run for real and compared with what the file shows.
//!
//! Every block that begins with ```` ```console ```` is a session. A line `$ command` is run; lines `> …` right below it
//! belong to it (here-documents). The lines up to the next command are what it prints, standard error among standard
//! output; a last line `(exit 2)` is its exit code if that is not 0. All blocks of a file share one shell in one
//! temporary folder, so `cd` and variables persist. It has room above it (`../other`), and none further up. For rev it is
//! always the same day.
//!
//! Ids, dates, durations and the folder's path differ from run to run; they are compared by what they are. An id or a
//! file name that the file showed and a later command uses is replaced by the one of the run. With `REV_BLESS=1` the
//! file is rewritten: what still fits stays as it is.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use crate::support::normal::Normal;
use crate::support::shell::Shell;
use crate::support::shell::pasted_into;

/// A Markdown file, taken apart.
#[derive(Debug)]
pub struct Session {
    path: PathBuf,
    pieces: Vec<Piece>,
}

#[derive(Debug)]
enum Piece {
    /// A line that is not run.
    Text(String),
    /// A command and what the file says it prints.
    Step { line: usize, command: String, output: String },
}

/// What a step did, beside what the file says.
#[derive(Debug)]
struct Answer {
    fits: bool,
    shown: String,
    real: String,
    /// The real output as it would stand in the file.
    blessed: String,
}

impl Session {
    /// Runs the session of a file, given relative to the repository, and fails unless it went as the file says.
    #[track_caller]
    pub fn check(path: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut session = Self::parse(&path, &text);
        assert!(
            session.pieces.iter().any(|piece| matches!(piece, Piece::Step { .. })),
            "{} has no ```console block",
            path.display()
        );
        let differences = session.run();
        if env::var_os("REV_BLESS").is_some_and(|value| !value.is_empty()) {
            if !differences.is_empty() {
                fs::write(&path, session.text()).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            }
            return;
        }
        assert!(
            differences.is_empty(),
            "{}\n(`REV_BLESS=1 scripts/test` rewrites the file with the real output)",
            differences.join("\n")
        );
    }

    /// Takes a file's text apart.
    pub fn parse(path: &Path, text: &str) -> Self {
        let mut pieces = Vec::new();
        let mut inside = false;
        for (index, line) in text.lines().enumerate() {
            if line.starts_with("```") {
                inside = !inside && line.trim_end() == "```console";
                pieces.push(Piece::Text(line.to_owned()));
                continue;
            }
            if inside && let Some(command) = line.strip_prefix("$ ") {
                pieces.push(Piece::Step { line: index + 1, command: command.to_owned(), output: String::new() });
                continue;
            }
            match pieces.last_mut() {
                Some(Piece::Step { command, output, .. }) if inside => {
                    match line.strip_prefix('>').filter(|_| output.is_empty()) {
                        Some(more) => {
                            command.push('\n');
                            command.push_str(more.strip_prefix(' ').unwrap_or(more));
                        }
                        None => {
                            output.push_str(line);
                            output.push('\n');
                        }
                    }
                }
                _ => pieces.push(Piece::Text(line.to_owned())),
            }
        }
        Self { path: path.to_owned(), pieces }
    }

    /// Pastes the commands of a file, given relative to the repository, into `shell` in an empty folder, as they stand and
    /// today, and fails unless each ends with the exit status that the file shows.
    #[track_caller]
    pub fn paste(path: &str, shell: &str) {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{path}: {error}"));
        let (mut pasted, mut expected) = (String::new(), Vec::new());
        for piece in Self::parse(&file, &text).pieces {
            let Piece::Step { line, command, output } = piece else { continue };
            let last = output.lines().last().unwrap_or_default();
            let code = last.strip_prefix("(exit ").and_then(|rest| rest.strip_suffix(')')).unwrap_or("0");
            pasted.push_str(&format!("{command}\nprintf '%s\\n' \"{path}:{line}: $?\" >>\"$STATUSES\"\n"));
            expected.push(format!("{path}:{line}: {code}"));
        }
        assert!(!expected.is_empty(), "{path} has no ```console block");
        let (printed, statuses) = pasted_into(shell, &pasted);
        let ended: Vec<&str> = statuses.lines().collect();
        assert_eq!(ended, expected, "{shell}\n{printed}");
    }

    /// Runs every command, puts the real output where it differs, and returns the differences.
    pub fn run(&mut self) -> Vec<String> {
        let mut differences = Vec::new();
        let mut runner = Runner::new();
        for piece in &mut self.pieces {
            let Piece::Step { line, command, output } = piece else { continue };
            let answer = runner.step(command, output);
            if !answer.fits {
                let place = format!("{}:{line}: $ {command}", self.path.display());
                differences.push(format!("{place}\n--- shown\n{}\n--- real\n{}", answer.shown, answer.real));
                *output = answer.blessed;
            }
        }
        let strays = runner.shell.strays();
        if !strays.is_empty() {
            differences.push(format!("{}: made outside of its room: {}", self.path.display(), strays.join(", ")));
        }
        differences
    }

    /// Returns the file's text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(line) => text.push_str(&format!("{line}\n")),
                Piece::Step { command, output, .. } => {
                    text.push_str(&format!("$ {}\n{output}", command.replace('\n', "\n> ").replace("\n> \n", "\n>\n")));
                }
            }
        }
        text
    }
}

/// A session under way: the shell, and how what the file shows corresponds to what there really is.
struct Runner {
    shell: Shell,
    shown: Normal,
    real: Normal,
    /// Words with something in them that differs from run to run: as the file shows them, as they really are.
    words: BTreeMap<String, String>,
}

impl Runner {
    fn new() -> Self {
        let shell = Shell::start();
        let real = Normal::for_folder(shell.folder()).with_room(&shell.room());
        Self { shell, shown: Normal::default(), real, words: BTreeMap::new() }
    }

    fn step(&mut self, command: &str, output: &str) -> Answer {
        let real_command = self.to_real(command);
        // Ids are numbered where they are first seen, and that may be in a command.
        self.shown.text(command);
        self.real.text(&real_command);
        let (printed, code) = self.shell.run(&real_command);
        let printed = with_code(&self.real.place(&printed), code);
        let shown = self.shown.text(output);
        let real = self.real.text(&printed);
        let fits = shown == real;
        if fits {
            self.learn(output, &printed);
        }
        let blessed = self.to_shown(&printed);
        if !fits {
            self.shown.text(&blessed);
        }
        Answer { fits, shown, real, blessed }
    }

    /// Notes which words of two outputs that fit each other stand for the same thing.
    fn learn(&mut self, shown: &str, real: &str) {
        for (shown, real) in shown.split_whitespace().zip(real.split_whitespace()) {
            let (shown, real) = (bare(shown), bare(real));
            // Durations and dates that stand alone name nothing that a command could mean.
            if shown != real && self.shown.ids().iter().any(|id| shown.contains(id.as_str())) {
                self.words.insert(shown.to_owned(), real.to_owned());
            }
        }
    }

    fn to_real(&self, text: &str) -> String {
        let mut pairs = Vec::new();
        for (shown, real) in self.shown.ids().iter().zip(self.real.ids()) {
            // A command may name an id by its first digits.
            pairs.extend((SHORTEST_PREFIX..=shown.len()).map(|length| (&shown[..length], &real[..length])));
        }
        pairs.extend(self.words.iter().map(|(shown, real)| (shown.as_str(), real.as_str())));
        replace_words(text, pairs)
    }

    fn to_shown(&self, text: &str) -> String {
        let ids = self.shown.ids().iter().zip(self.real.ids());
        let mut pairs: Vec<(&str, &str)> = ids.map(|(shown, real)| (real.as_str(), shown.as_str())).collect();
        pairs.extend(self.words.iter().map(|(shown, real)| (real.as_str(), shown.as_str())));
        replace_words(text, pairs)
    }
}

/// Fewer digits could be a number that means something else.
const SHORTEST_PREFIX: usize = 4;

/// Replaces whole words in one pass, the longer first, so that nothing is replaced twice.
fn replace_words(text: &str, mut pairs: Vec<(&str, &str)>) -> String {
    pairs.sort_by_key(|(from, _)| std::cmp::Reverse(from.len()));
    let is_word =
        |from: &str, rest: &str| rest.strip_prefix(from).is_some_and(|after| !after.starts_with(char::is_alphanumeric));
    let mut written = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let begins = !written.ends_with(char::is_alphanumeric);
        match pairs.iter().find(|(from, _)| begins && is_word(from, rest)) {
            Some((from, to)) => {
                written.push_str(to);
                rest = &rest[from.len()..];
            }
            None => {
                written.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    written
}

fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

fn with_code(output: &str, code: i32) -> String {
    let mut text = output.trim_end().to_owned();
    if code != 0 {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&format!("(exit {code})"));
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}
