//! What an error can be asked, and how it is made.

use std::fmt;

use crate::error::kind::Cause;
use crate::error::kind::Error;
use crate::error::kind::ErrorKind;
use crate::id::IllegalName;
use crate::secrets;
use crate::span::Span;

impl Error {
    /// Adds the place, unless a nearer one is known already.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span.get_or_insert(span);
        self
    }

    /// Adds what was reported underneath.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Cause>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Joins the problems of a whole project into one error; a single problem stays itself.
    ///
    /// Returns `Ok` when there are none.
    pub fn join(mut problems: Vec<Self>) -> Result<(), Self> {
        match problems.len() {
            0 => Ok(()),
            1 => Err(problems.remove(0)),
            _ => Err(ErrorKind::Several { problems }.into()),
        }
    }

    /// Returns each single problem: those that were joined, or this one.
    pub fn problems(&self) -> &[Self] {
        match &*self.kind {
            ErrorKind::Several { problems } => problems,
            _ => std::slice::from_ref(self),
        }
    }

    /// Takes a joined error apart again; what comes back is never a joined one itself.
    pub fn into_problems(self) -> Vec<Self> {
        match *self.kind {
            ErrorKind::Several { problems } => problems,
            kind => vec![Self { kind: Box::new(kind), ..self }],
        }
    }

    /// Returns the message without its place, and without the passwords of URLs that came into it.
    pub fn message(&self) -> String {
        secrets::hide(&self.kind.to_string()).into_owned()
    }

    /// Returns the message as the history keeps it: with its place, in one piece of bounded length.
    #[cfg(feature = "engine")]
    pub(crate) fn told_in_history(&self) -> String {
        const LONGEST: usize = 4000;
        let mut text = self.to_string();
        if text.len() > LONGEST {
            text.truncate(text.floor_char_boundary(LONGEST));
            text.push('…');
        }
        text
    }

    /// Returns the stable slug of the kind, such as `multiple-heads`.
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// Returns what to type next.
    pub fn hint(&self) -> Option<String> {
        self.kind.hint()
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self { kind: Box::new(kind), span: None, cause: None }
    }
}

impl From<IllegalName> for ErrorKind {
    fn from(illegal: IllegalName) -> Self {
        Self::IllegalName { text: illegal.text, reason: illegal.reason }
    }
}

impl From<IllegalName> for Error {
    fn from(illegal: IllegalName) -> Self {
        ErrorKind::from(illegal).into()
    }
}

impl fmt::Debug for Error {
    /// Writes the message and the hint, since this is what a `main` shows that returns the error; `{:#?}` writes the fields.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            let Self { kind, span, cause } = self;
            return f.debug_struct("Error").field("kind", kind).field("span", span).field("cause", cause).finish();
        }
        write!(f, "{self}")?;
        self.hint().map_or(Ok(()), |hint| write!(f, "\n  help: {hint}"))
    }
}

impl fmt::Display for Error {
    /// Writes `file:line:column: message`, without the hint.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(span) = &self.span {
            write!(f, "{span}: ")?;
        }
        f.write_str(&self.message())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn std::error::Error + 'static))
    }
}
