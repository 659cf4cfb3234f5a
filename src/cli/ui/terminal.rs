//! The two streams: standard output for data, standard error for talk.

use std::io;
use std::io::ErrorKind as IoErrorKind;
use std::io::IsTerminal;
use std::io::Write;

use anstream::AutoStream;
use anstream::stream::RawStream;

use crate::cli::ui::diagnostic;
use crate::cli::ui::fit::wrap;
use crate::cli::ui::log::Log;
use crate::cli::ui::log::Record;
use crate::cli::ui::log::Telling;
use crate::cli::ui::paint::Paint;
use crate::cli::ui::paint::Role;
use crate::cli::ui::progress::Progress;
use crate::cli::ui::progress::Volume;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::escape::escape;
use crate::escape::escape_lines;
use crate::typed;

/// When to use colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Also in files and pipes
    Always,
    /// Nowhere
    Never,
}

/// Where everything that is shown goes; the only place that prints, besides [`Progress`].
pub struct Terminal {
    out: Box<dyn Write + Send>,
    talk: Box<dyn Write + Send>,
    /// Colour of the data.
    pub paint: Paint,
    /// Colour of the talk.
    pub talk_paint: Paint,
    /// How much is told.
    pub volume: Volume,
    is_living: bool,
    /// How wide the terminal is that shows the data; nothing where there is none.
    pub columns: Option<usize>,
    log: Log,
}

impl Terminal {
    /// Takes the streams of the process; where the log has standard error, people see nothing there.
    pub fn new(color: ColorChoice, volume: Volume, log: Log) -> Self {
        Self {
            paint: color.paint(&io::stdout()),
            talk_paint: color.paint(&io::stderr()),
            out: Box::new(io::stdout()),
            talk: Box::new(io::stderr()),
            volume: if log.has_stderr() { Volume::Quiet } else { volume },
            is_living: io::stderr().is_terminal(),
            columns: io::stdout().is_terminal().then(|| columns(io::stdout())),
            log,
        }
    }

    #[cfg(test)]
    /// Takes two streams that are no terminals.
    pub fn to(
        out: impl Write + Send + 'static,
        talk: impl Write + Send + 'static,
        paint: Paint,
        volume: Volume,
    ) -> Self {
        let (out, talk) = (Box::new(out), Box::new(talk));
        Self { out, talk, paint, talk_paint: paint, volume, is_living: false, columns: None, log: Log::default() }
    }

    /// Writes data, and the end of its last line where that is missing.
    ///
    /// A reader that has seen enough and went away, such as `head`, is no error.
    pub fn data(&mut self, text: &str) -> Result<(), Error> {
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        let out = &mut self.out;
        let written = out.write_all(text.as_bytes()).and_then(|()| out.write_all(end.as_bytes()));
        match written.and_then(|()| out.flush()) {
            Err(cause) if cause.kind() != IoErrorKind::BrokenPipe => Err(Error::from(ErrorKind::Output).because(cause)),
            _ => Ok(()),
        }
    }

    /// Returns whether somebody reads what is told, as it is told.
    pub fn is_watched(&self) -> bool {
        self.is_living && self.volume > Volume::Quiet
    }

    /// Tells what happens, in whole lines; the text must have been escaped.
    pub fn say(&mut self, text: &str) {
        self.tell(text, &Record::Talk { text });
    }

    /// Tells people something, and the log the same in its own words.
    pub fn tell(&mut self, text: &str, record: &Record<'_>) {
        self.log.write(record);
        if self.volume > Volume::Quiet {
            self.talk(text);
        }
    }

    /// Tells what deserves a look.
    pub fn warn(&mut self, message: &str) {
        let message = &typed::in_commands(message.to_owned());
        let word = self.talk_paint.text(Role::Warning, "warning:");
        let text = format!("{word} {}", escape(message));
        self.tell(&text, &Record::warning(None, message, None));
    }

    /// Shows an error, and below it the state that the database is in; the log has its own word for it.
    pub fn error(&mut self, error: &Error, state: Option<&str>) {
        if self.log.has_stderr() {
            return;
        }
        let columns = self.is_living.then(|| columns(io::stderr()));
        let mut text = diagnostic::render(error, self.talk_paint, columns);
        if let Some(state) = state {
            text.push_str(&format!("\n{}\n", escape_lines(state)));
        }
        self.talk(&text);
    }

    /// Returns what shows a run on standard error, and writes it into the log.
    pub fn telling(&self) -> Telling {
        Telling::new(self.progress(), self.log.clone())
    }

    /// Returns the log.
    pub fn log(&self) -> &Log {
        &self.log
    }

    fn progress(&self) -> Progress {
        match self.is_living {
            true => Progress::living(io::stderr(), self.talk_paint, self.volume, columns(io::stderr())),
            false => Progress::lines(io::stderr(), self.talk_paint, self.volume),
        }
    }

    /// When even this cannot be written, there is nobody left to tell.
    fn talk(&mut self, text: &str) {
        let end = if text.ends_with('\n') { "" } else { "\n" };
        let wrapped = self.is_living.then(|| wrap(text, columns(io::stderr())));
        let text = wrapped.as_deref().unwrap_or(text);
        let _ = self.talk.write_all(format!("{text}{end}").as_bytes());
        let _ = self.talk.flush();
    }
}

/// Returns text for standard error, broken between words where that is a terminal.
pub fn wrapped(text: &str) -> String {
    match io::stderr().is_terminal() {
        true => wrap(text, columns(io::stderr())),
        false => text.to_owned(),
    }
}

/// How wide a terminal is that does not say it.
const USUAL: usize = 80;

/// Returns how wide a terminal is.
#[cfg(unix)]
fn columns(terminal: impl std::os::fd::AsFd) -> usize {
    let size = rustix::termios::tcgetwinsize(terminal).map_or(0, |size| usize::from(size.ws_col));
    // Nothing can be read in less, and some say 0.
    const LEAST: usize = 20;
    if size < LEAST { USUAL } else { size }
}

/// Returns how wide a terminal is.
#[cfg(not(unix))]
fn columns<T>(_: T) -> usize {
    USUAL
}

impl ColorChoice {
    fn paint(self, stream: &impl RawStream) -> Paint {
        match self {
            Self::Always => Paint::Color,
            Self::Never => Paint::Plain,
            Self::Auto => match AutoStream::choice(stream) {
                anstream::ColorChoice::Never => Paint::Plain,
                _ => Paint::Color,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::ui::page::Page;

    /// A stream that nobody can write to.
    struct Closed(IoErrorKind);

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn check(volume: Volume, work: impl FnOnce(&mut Terminal), out: &str, talk: &str) {
        let (left, right) = (Page::default(), Page::default());
        work(&mut Terminal::to(left.clone(), right.clone(), Paint::Plain, volume));
        assert_eq!((left.text().as_str(), right.text().as_str()), (out, talk));
    }

    fn everything(terminal: &mut Terminal) {
        terminal.data("a").unwrap();
        terminal.data("").unwrap();
        terminal.data("b\nc\n").unwrap();
        terminal.say("said");
        terminal.warn("odd\x1b");
        terminal.error(&ErrorKind::Declined.into(), Some("at base\u{202e}"));
    }

    #[test]
    fn data_and_talk_go_different_ways() {
        let error = "error[declined]: not confirmed\n |\n = help: type the word that the question names, or use `--yes` where nobody can\n\nat base\\u{202e}\n";
        check(Volume::Normal, everything, "a\nb\nc\n", &format!("said\nwarning: odd\\u{{1b}}\n{error}"));
        check(Volume::Quiet, everything, "a\nb\nc\n", error);
    }

    #[test]
    fn a_reader_that_went_away_is_no_error_and_a_full_disk_is() {
        let write = |kind| Terminal::to(Closed(kind), io::sink(), Paint::Plain, Volume::Normal).data("a");
        assert!(write(IoErrorKind::BrokenPipe).is_ok());
        assert_eq!(write(IoErrorKind::StorageFull).unwrap_err().code(), "output");
    }

    #[test]
    fn a_choice_is_obeyed_and_otherwise_the_stream_decides() {
        let paint = |choice: ColorChoice| choice.paint(&Vec::new());
        assert_eq!(paint(ColorChoice::Always), Paint::Color);
        assert_eq!(paint(ColorChoice::Never), Paint::Plain);
    }
}
