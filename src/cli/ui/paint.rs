//! Colour, where it is wanted.

use std::borrow::Cow;

use anstyle::AnsiColor;
use anstyle::Style;

/// Whether text is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// Nothing but the text.
    Plain,
    /// With ANSI escape sequences.
    Color,
}

/// What a piece of text is; it decides the colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The id of a revision.
    Id,
    /// A branch label.
    Label,
    /// What stands out about a revision: that it is a head, or current.
    Mark,
    /// What can be passed over.
    Faint,
    /// A thing that went well.
    Good,
    /// A thing that did not.
    Bad,
    /// A thing that deserves a look.
    Warning,
}

impl Paint {
    /// Returns the text in the colour of its role. The text must have been escaped.
    pub fn text(self, role: Role, text: &str) -> Cow<'_, str> {
        if self == Self::Plain || text.is_empty() {
            return Cow::Borrowed(text);
        }
        let style = role.style();
        Cow::Owned(format!("{style}{text}{style:#}"))
    }
}

impl Role {
    const fn style(self) -> Style {
        let style = Style::new();
        match self {
            Self::Id => AnsiColor::Yellow.on_default(),
            Self::Label => AnsiColor::Cyan.on_default(),
            Self::Mark => AnsiColor::Green.on_default().bold(),
            Self::Faint => style.dimmed(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Bad => AnsiColor::Red.on_default().bold(),
            Self::Warning => AnsiColor::Yellow.on_default().bold(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_begins_and_ends_around_the_text() {
        assert_eq!(Paint::Color.text(Role::Id, "a"), "\x1b[33ma\x1b[0m");
        assert_eq!(Paint::Color.text(Role::Id, ""), "");
        assert_eq!(Paint::Plain.text(Role::Id, "a"), "a");
    }
}
