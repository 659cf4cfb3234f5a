//! A file of SQL that another tool wrote, made ready to be a revision: what cannot be in one is left out, and nothing
//! else of it changes.

use std::ops::Range;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use crate::author::alembic::own_record;
use crate::author::left_out::Part;
use crate::author::left_out::database_of;
use crate::author::left_out::is_only_autocommit;
use crate::author::left_out::must_exist;
use crate::author::left_out::own_table;
use crate::author::left_out::part_of;
use crate::author::origin::Origin;
use crate::dialect::Dialect;
use crate::dialect::Family;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::script::TransactionMode;
use crate::script::compile_body;
use crate::script::decode;
use crate::script::is_directive;
use crate::span::Source;
use crate::span::Span;
use crate::sql::Following;
use crate::sql::Lexer;
use crate::sql::Statement;
use crate::sql::StatementKind;
use crate::sql::TokenKind;
use crate::sql::split;

/// SQL for one revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dump {
    /// The file, as it was named.
    pub path: PathBuf,
    /// The database that it was read as being for.
    pub dialect: Dialect,
    /// What is left of it.
    pub sql: String,
    /// What is not, in the order of the file.
    pub left_out: Vec<LeftOut>,
    /// What the database must have for it to run.
    pub needs: Vec<String>,
}

/// Something that stands in the file and not in the revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// What it is.
    pub what: &'static str,
    /// Why it is not in the revision.
    pub why: &'static str,
    /// How often it stands there.
    pub count: usize,
    /// The line of the first one.
    pub line: usize,
}

impl Dump {
    /// Reads what `path` held, for `dialect`, or else for the database that it is a dump of.
    ///
    /// Returns nothing when nobody says which one that is. `own` are the names of rev's tables.
    pub fn read(path: &Path, bytes: Vec<u8>, dialect: Option<Dialect>, own: &[String]) -> Result<Option<Self>, Error> {
        let source = decode(path, bytes)?;
        let origin = Origin::of(&source.text);
        if origin == Some(Origin::Cluster) {
            let reason = "it is of a whole cluster, with its roles and all of its databases";
            return Err(refused(&source, None, reason.into(), "dump one database, with `pg_dump -f FILE DATABASE`"));
        }
        let Some(dialect) = dialect.or(origin.and_then(Origin::dialect)) else { return Ok(None) };
        Reader::new(source, dialect).read(own).map(Some)
    }
}

fn refused(source: &Source, place: Option<Span>, reason: String, instead: &str) -> Error {
    let error = Error::from(ErrorKind::CannotAdopt { path: source.path.clone(), reason, instead: instead.to_owned() });
    match place {
        Some(span) => error.at(span),
        None => error,
    }
}

struct Reader {
    source: Arc<Source>,
    dialect: Dialect,
    /// What is left out so far, by its place.
    left_out: Vec<(Range<usize>, Part)>,
}

impl Reader {
    fn new(source: Arc<Source>, dialect: Dialect) -> Self {
        Self { source, dialect, left_out: Vec::new() }
    }

    fn read(mut self, own: &[String]) -> Result<Dump, Error> {
        self.check_lines()?;
        let mut databases = self.leave_out_connects()?;
        let blanked = self.blanked();
        let statements = split(&blanked, 0..blanked.text.len(), self.dialect.family()).map_err(joined)?;
        if statements.is_empty() {
            return Err(refused(
                &self.source,
                None,
                "it holds no statement".into(),
                "check that the tool ran to its end",
            ));
        }
        self.leave_out_restrictions(&statements);
        let of_alembic = own_record(&statements, self.dialect.family());
        for (at, statement) in statements.iter().enumerate() {
            // rev may go on in Alembic's own table: what the file says of it is left out all the same.
            if of_alembic.contains(&at) {
                self.left_out.push((self.with_end(&statement.span.range), Part::Alembic));
                continue;
            }
            if let Some(table) = own_table(statement, self.dialect.family(), own) {
                let reason = format!("it holds rev's own table `{table}`");
                let instead = match self.dialect.family() {
                    Family::Postgres => "leave rev's tables out: `pg_dump -T 'rev_*'`",
                    Family::Mysql => "leave rev's tables out: `--ignore-table=DATABASE.TABLE` for each of them",
                    Family::Sqlite => "leave rev's tables out: name the others, as in `.dump t1 t2`",
                };
                return Err(refused(&self.source, Some(self.place(&statement.span)), reason, instead));
            }
            if let Some(part) = part_of(statement, self.dialect.family()) {
                self.left_out.push((self.with_end(&statement.span.range), part));
            }
            if let Some(name) = database_of(statement, self.dialect.family()) {
                databases.push((name, self.place(&statement.span)));
            }
        }
        self.check_databases(&databases)?;
        let body = self.body()?;
        let body = self.leave_out_frames(&statements, body)?;
        let sql = self.rest();
        let needs = must_exist(&body, self.dialect.family());
        Ok(Dump { path: self.source.path.clone(), dialect: self.dialect, sql, left_out: self.told(), needs })
    }

    /// Refuses a line that would divide the script, wherever it stands: a script is cut before its SQL is read.
    fn check_lines(&self) -> Result<(), Error> {
        let mut at = 0;
        for line in self.source.text.split_inclusive('\n') {
            if is_directive(line.trim_end_matches(['\n', '\r'])) {
                let span = self.source.span(at..at + line.trim_end().len());
                let reason = "this line would be taken for a `-- rev:` line".to_owned();
                return Err(refused(
                    &self.source,
                    Some(span),
                    reason,
                    "change the line, or leave its table out of the dump",
                ));
            }
            at += line.len();
        }
        Ok(())
    }

    /// Leaves `\connect` out, which psql needs behind `CREATE DATABASE`; returns the databases.
    fn leave_out_connects(&mut self) -> Result<Vec<(String, Span)>, Error> {
        let mut databases = Vec::new();
        if self.dialect != Dialect::Postgres {
            return Ok(databases);
        }
        let Err(errors) = split(&self.source, 0..self.source.text.len(), Family::Postgres) else {
            return Ok(databases);
        };
        let is_connect = |error: &Error| matches!(&*error.kind, ErrorKind::PsqlCommand { command, .. } if matches!(command.as_str(), "\\connect" | "\\c"));
        if !errors.iter().all(is_connect) {
            return Err(joined(errors));
        }
        for span in errors.into_iter().filter_map(|error| error.span) {
            let rest = &self.source.text[span.range.start..];
            let line = rest.lines().next().unwrap_or_default();
            let name = line.split_once(char::is_whitespace).map_or("", |(_, name)| name).trim();
            databases.push((name.trim_matches('"').to_owned(), span.clone()));
            self.left_out.push((span.range.start..span.range.start + line.len(), Part::Connect));
        }
        Ok(databases)
    }

    /// Leaves `\restrict` and `\unrestrict` out; between statements only, since elsewhere they are data.
    fn leave_out_restrictions(&mut self, statements: &[Statement]) {
        if self.dialect != Dialect::Postgres {
            return;
        }
        let end =
            |statement: &Statement| statement.copy_data.as_ref().map_or(statement.span.range.end, |data| data.end);
        let starts = statements.iter().map(|statement| statement.span.range.start).chain([self.source.text.len()]);
        let ends = [0].into_iter().chain(statements.iter().map(end));
        for (from, to) in ends.zip(starts) {
            let tokens = Lexer::new(&self.source.text, from..to, Family::Postgres).map_while(Result::ok);
            let starts = tokens.filter(|token| &self.source.text[token.range.clone()] == "\\");
            for at in starts.map(|token| token.range.start).collect::<Vec<_>>() {
                let line = self.source.text[at..to].lines().next().unwrap_or_default();
                if line.starts_with("\\restrict ") || line.starts_with("\\unrestrict ") {
                    self.left_out.push((at..at + line.len(), Part::Restriction));
                }
            }
        }
    }

    fn check_databases(&self, databases: &[(String, Span)]) -> Result<(), Error> {
        let Some((first, _)) = databases.first() else { return Ok(()) };
        match databases.iter().find(|(name, _)| name != first) {
            Some((other, span)) => {
                let reason = format!("it is of several databases, `{first}` and `{other}`");
                Err(refused(&self.source, Some(span.clone()), reason, "dump them one by one, for a project each"))
            }
            None => Ok(()),
        }
    }

    /// Leaves out what only frames transactions, if what is left then does the same.
    fn leave_out_frames(&mut self, statements: &[Statement], whole: Vec<Statement>) -> Result<Vec<Statement>, Error> {
        let before = self.left_out.len();
        for statement in statements {
            let part = match statement.kind {
                StatementKind::Begin | StatementKind::Commit => Part::Frame, // what is more was refused above
                _ if self.dialect.family() == Family::Mysql && is_only_autocommit(statement) => Part::Frame,
                _ => continue,
            };
            self.left_out.push((self.with_end(&statement.span.range), part));
        }
        if self.left_out.len() == before {
            return Ok(whole);
        }
        let sql = |body: &[Statement]| -> Vec<String> {
            let sent = body.iter().filter(|statement| !is_only_autocommit(statement));
            sent.map(|statement| statement.sql().to_owned()).collect()
        };
        match self.body() {
            Ok(body) if sql(&body) == sql(&whole) => Ok(body),
            Ok(_) | Err(_) => {
                self.left_out.truncate(before);
                Ok(whole)
            }
        }
    }

    /// Reads what is left as a section; every place is that of the file.
    fn body(&self) -> Result<Vec<Statement>, Error> {
        let blanked = self.blanked();
        compile_body(
            &blanked,
            0..blanked.text.len(),
            TransactionMode::Transactional,
            self.dialect,
            &mut Following::new(self.dialect.into()),
        )
        .map(|(statements, _)| statements)
        .map_err(joined)
    }

    /// Returns the file with blanks in the place of what is left out, so that all else stands where it did.
    fn blanked(&self) -> Arc<Source> {
        if self.left_out.is_empty() {
            return self.source.clone();
        }
        let mut bytes = self.source.text.clone().into_bytes();
        for (range, _) in &self.left_out {
            bytes[range.clone()].iter_mut().filter(|byte| !matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
        }
        Source::new(self.source.path.clone(), String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Adds the `;` behind a statement.
    fn with_end(&self, range: &Range<usize>) -> Range<usize> {
        let tokens = Lexer::new(&self.source.text, range.end..self.source.text.len(), self.dialect.family());
        let next = tokens.map_while(Result::ok).find(|token| token.kind.is_significant());
        let end = next.filter(|token| token.kind == TokenKind::Semicolon).map_or(range.end, |token| token.range.end);
        range.start..end
    }

    fn place(&self, span: &Span) -> Span {
        self.source.span(span.range.clone())
    }

    /// Returns the text without what is left out, and without the lines that held nothing else.
    fn rest(&self) -> String {
        let text = &self.source.text;
        let mut ranges: Vec<Range<usize>> = self.left_out.iter().map(|(range, _)| self.whole_lines(range)).collect();
        ranges.sort_by_key(|range| range.start);
        let (mut rest, mut at) = (String::with_capacity(text.len()), 0);
        for range in ranges {
            rest.push_str(&text[at..range.start.max(at)]);
            at = at.max(range.end);
        }
        rest.push_str(&text[at..]);
        rest
    }

    /// Takes the lines as a whole on which nothing else stands.
    fn whole_lines(&self, range: &Range<usize>) -> Range<usize> {
        let text = &self.source.text;
        let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
        let end = text[range.end..].find('\n').map_or(text.len(), |at| range.end + at + 1);
        let is_blank = |range: Range<usize>| text[range].trim().is_empty();
        match is_blank(start..range.start) && is_blank(range.end..end) {
            true => start..end,
            false => range.clone(),
        }
    }

    fn told(&self) -> Vec<LeftOut> {
        let mut told: Vec<LeftOut> = Vec::new();
        let mut parts: Vec<&(Range<usize>, Part)> = self.left_out.iter().collect();
        parts.sort_by_key(|(range, _)| range.start);
        for (range, part) in parts {
            match told.iter_mut().find(|known| known.what == part.what()) {
                Some(known) => known.count += 1,
                None => {
                    let line = self.source.span(range.clone()).start().line;
                    told.push(LeftOut { what: part.what(), why: part.why(), count: 1, line });
                }
            }
        }
        told
    }
}

fn joined(errors: Vec<Error>) -> Error {
    match Error::join(errors) {
        Err(error) => error,
        Ok(()) => ErrorKind::Several { problems: Vec::new() }.into(),
    }
}
