//! The forms of a picture, and how much each can hold.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::ErrorKind;
use crate::id::RevisionId;
use crate::picture::dot::dot;
use crate::picture::mermaid;
use crate::picture::mermaid::mermaid;
use crate::picture::page::page;
use crate::picture::picture::Picture;
use crate::picture::svg::svg;

/// A language in which a picture can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// An image for browsers and pull requests.
    Svg,
    /// Text for Graphviz.
    Dot,
    /// Text that GitHub and GitLab draw.
    Mermaid,
    /// A page with everything inside.
    Html,
}

/// More revisions than this make an image that nothing shows any more.
const MOST_DRAWN: usize = 10_000;

/// More revisions than this make a page slow.
pub const MOST_LISTED: usize = 5_000;

impl Form {
    /// Returns its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Dot => "dot",
            Self::Mermaid => "mermaid",
            Self::Html => "html",
        }
    }

    /// Returns the form that files of this name usually have.
    pub fn of_path(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "svg" => Some(Self::Svg),
            "dot" | "gv" => Some(Self::Dot),
            "mmd" | "mermaid" => Some(Self::Mermaid),
            "html" | "htm" => Some(Self::Html),
            _ => None,
        }
    }

    /// Writes the picture, unless it is too large for what shows this form; only a page has the scripts inside.
    pub fn write(self, picture: &Picture, scripts: &BTreeMap<RevisionId, String>) -> Result<String, ErrorKind> {
        let too_large = |what: &str, found: usize, most: usize| {
            Err(ErrorKind::TooLargeToDraw { format: self.as_str(), found: format!("{found} {what}"), most })
        };
        let (count, links) = (picture.revisions.len(), picture.link_count());
        match self {
            Self::Svg if count > MOST_DRAWN => too_large("revisions", count, MOST_DRAWN),
            Self::Mermaid if links > mermaid::MOST_LINKS => too_large("lines", links, mermaid::MOST_LINKS),
            Self::Html if count > MOST_LISTED => too_large("revisions", count, MOST_LISTED),
            Self::Html => Ok(page(picture, scripts)),
            Self::Svg => Ok(svg(picture)),
            Self::Dot => Ok(dot(picture)),
            Self::Mermaid => {
                let text = mermaid(picture);
                let length = text.chars().count();
                if length > mermaid::MOST_TEXT {
                    return too_large("characters", length, mermaid::MOST_TEXT);
                }
                Ok(text)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use roxmltree::Document;

    use super::*;
    use crate::picture::fixture::applied;
    use crate::picture::fixture::picture;

    const GRAPH: &str = "a : shop; x; b < a; c < a + x; m < b c; n < m";

    /// Returns what stands outside of quotes, and checks that every quote ends in its line.
    fn bare(text: &str) -> String {
        let mut bare = String::new();
        for line in text.lines() {
            let (mut is_inside, mut is_escaped) = (false, false);
            for c in line.chars() {
                match c {
                    _ if is_escaped => is_escaped = false,
                    '\\' if is_inside => is_escaped = true,
                    '"' => is_inside = !is_inside,
                    _ if !is_inside => bare.push(c),
                    _ => {}
                }
            }
            assert!(!is_inside, "{line}");
            bare.push('\n');
        }
        bare
    }

    fn check_refused(form: Form, count: usize, expected: &str) {
        let chain: Vec<String> =
            (0..count).map(|k| if k == 0 { "r0".to_owned() } else { format!("r{k} < r{}", k - 1) }).collect();
        let error = form.write(&picture(&chain.join(";"), "some words"), &BTreeMap::new()).unwrap_err();
        assert_eq!((error.code(), error.to_string().as_str()), ("too-large-to-draw", expected));
    }

    #[test]
    fn what_nothing_could_show_is_refused() {
        check_refused(Form::Mermaid, 502, "501 lines are too many for mermaid, which holds 500");
        check_refused(Form::Html, 5_001, "5001 revisions are too many for html, which holds 5000");
        check_refused(Form::Svg, 10_001, "10001 revisions are too many for svg, which holds 10000");
    }

    #[test]
    fn a_form_is_known_by_the_name_of_the_file() {
        let forms = ["a.svg", "a.DOT", "b/a.gv", "a.mmd", "a.mermaid", "a.html", "a.png", "svg"];
        let forms = forms.map(|name| Form::of_path(Path::new(name)).map_or("", Form::as_str));
        assert_eq!(forms, ["svg", "dot", "dot", "mermaid", "mermaid", "html", "", ""]);
    }

    proptest! {
        #[test]
        fn no_message_changes_what_an_image_is_made_of(message in "\\PC*|.*|[<>&\"'\\\\/a-z\\]\\-]{0,40}", row in "[^|\\n\\r]{1,20}") {
            let picture = applied(GRAPH, &message, &row, "n");
            let plain = applied(GRAPH, "plain", "gone", "n");
            let (svg, expected) = (Form::Svg.write(&picture, &BTreeMap::new()).unwrap(), Form::Svg.write(&plain, &BTreeMap::new()).unwrap());
            let (svg, expected) = (Document::parse(&svg).unwrap(), Document::parse(&expected).unwrap());
            let shape = |document: &Document| {
                let elements = document.descendants().filter(|node| node.is_element() && node.tag_name().name() != "tspan");
                elements.map(|node| node.tag_name().name().to_owned()).collect::<Vec<_>>()
            };
            prop_assume!(picture.unknown_revisions.len() == 1);
            prop_assert_eq!(shape(&svg), shape(&expected));
        }

        #[test]
        fn no_message_ends_its_quotes(message in "\\PC*|.*|[<>&\"'\\\\/a-z\\]\\-]{0,40}", row in "[^|\\n\\r]{1,20}") {
            let picture = applied(GRAPH, &message, &row, "n");
            prop_assume!(picture.unknown_revisions.len() == 1);
            let plain = applied(GRAPH, "plain", "gone", "n");
            for form in [Form::Dot, Form::Mermaid] {
                let (text, expected) = (form.write(&picture, &BTreeMap::new()).unwrap(), form.write(&plain, &BTreeMap::new()).unwrap());
                prop_assert_eq!(bare(&text), bare(&expected));
            }
        }
    }
}
