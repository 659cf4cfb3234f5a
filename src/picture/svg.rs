//! A picture as an image: newest on top, a line of text for each revision.

use std::fmt::Write;

use crate::escape::is_hostile;
use crate::escape::push_escaped;
use crate::picture::arrange::Link;
use crate::picture::arrange::LinkKind;
use crate::picture::entry::Entry;
use crate::picture::entry::Standing;
use crate::picture::picture::Picture;

const ROW: usize = 28;
const RADIUS: usize = 5;
const MARGIN: usize = 20;
/// The height of the caption above the first row.
const CAPTION: usize = 44;
/// The lanes take at most this much of the width, however many there are.
const LANES_WIDTH: usize = 640;
/// The longest message that is shown whole.
const MESSAGE: usize = 100;
/// How many colours the lanes have.
const COLORS: usize = 6;
/// What a character takes of the width, about.
const CHARACTER: usize = 8;

const STYLE: &str = "\
.ground{fill:#ffffff}text{font:13px ui-sans-serif,system-ui,-apple-system,'Segoe UI',sans-serif;fill:#1f2328}\
.id{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:12px}\
.caption,.faint{fill:#59636e}.label{fill:#7a4d94;font-weight:600}.mark{fill:#59636e;font-size:11px}\
.line{fill:none;stroke-width:2}.dependency{stroke-dasharray:3 4}.node{stroke-width:2}.pending{fill:#ffffff}\
.ring{fill:none;stroke-width:1.5}.progress{fill:#ffffff;stroke-dasharray:4 2.5}.bad{fill:#b42318}\
.l0{stroke:#3a6ea5}.l1{stroke:#8a5a9e}.l2{stroke:#a8642a}.l3{stroke:#2f7d63}.l4{stroke:#a8485c}.l5{stroke:#5c6b7a}\
.f0{fill:#3a6ea5}.f1{fill:#8a5a9e}.f2{fill:#a8642a}.f3{fill:#2f7d63}.f4{fill:#a8485c}.f5{fill:#5c6b7a}\
@media(prefers-color-scheme:dark){.ground,.pending,.progress{fill:#14181d}text{fill:#dde3ea}\
.caption,.faint,.mark{fill:#93a0ae}.label{fill:#c8a2e0}.bad{fill:#ff9a8f}\
.l0{stroke:#6ea8e0}.l1{stroke:#b98bcf}.l2{stroke:#d99a5b}.l3{stroke:#5fb894}.l4{stroke:#dd7f92}.l5{stroke:#93a0ae}\
.f0{fill:#6ea8e0}.f1{fill:#b98bcf}.f2{fill:#d99a5b}.f3{fill:#5fb894}.f4{fill:#dd7f92}.f5{fill:#93a0ae}}";

/// Writes the image. It names nothing outside of itself, and follows the colours that the reader prefers.
pub(super) fn svg(picture: &Picture) -> String {
    let drawing = Drawing { picture, gap: (LANES_WIDTH / picture.lanes.max(1)).clamp(2, 18) };
    let (width, height) = (drawing.width(), drawing.height());
    let mut text = String::new();
    let mut add = |line: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{line}");
    };
    add(&format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" aria-labelledby=\"title\">"
    ));
    let caption = picture.caption();
    add(&format!("<title id=\"title\">Revisions: {}</title>", xml(&caption)));
    add(&format!("<style>{STYLE}</style>"));
    add("<rect class=\"ground\" width=\"100%\" height=\"100%\"/>");
    add(&format!("<text class=\"caption\" x=\"{MARGIN}\" y=\"26\">{}</text>", xml(&caption)));
    for (row, entry) in picture.revisions.iter().enumerate() {
        for link in &entry.links {
            add(&drawing.link(row, entry, link));
        }
        if entry.leads_out {
            let (x, y) = (drawing.x(entry.lane), drawing.y(row));
            let color = entry.lane % COLORS;
            add(&format!("<path class=\"line dependency l{color}\" d=\"M{x} {y}v{}\"/>", ROW / 2));
        }
    }
    for (row, entry) in picture.revisions.iter().enumerate() {
        add(&drawing.node(row, entry));
    }
    for (place, row) in picture.unknown_revisions.iter().enumerate() {
        let y = drawing.y(picture.revisions.len() + place) + 4;
        let row = xml(row.as_str());
        add(&format!(
            "<text x=\"{MARGIN}\" y=\"{y}\"><tspan class=\"id bad\">{row}</tspan> <tspan class=\"mark\">is in the \
             database, and no script has it</tspan></text>"
        ));
    }
    add("</svg>");
    text
}

struct Drawing<'a> {
    picture: &'a Picture,
    /// The distance of two lanes.
    gap: usize,
}

impl Drawing<'_> {
    fn x(&self, lane: usize) -> usize {
        MARGIN + RADIUS + lane * self.gap
    }

    fn y(&self, row: usize) -> usize {
        CAPTION + ROW / 2 + row * ROW
    }

    fn height(&self) -> usize {
        CAPTION + (self.picture.revisions.len() + self.picture.unknown_revisions.len()) * ROW + MARGIN / 2
    }

    /// Returns a width in which every line has room, as far as that can be known without the font.
    fn width(&self) -> usize {
        let line = |entry: &Entry| self.text_x(entry) + CHARACTER * columns(entry);
        let longest = self.picture.revisions.iter().map(line).max().unwrap_or_default();
        let unknown = self.picture.unknown_revisions.iter().map(|row| (row.as_str().chars().count() + 50) * CHARACTER);
        longest.max(unknown.max().unwrap_or_default()).max(320) + MARGIN
    }

    fn text_x(&self, entry: &Entry) -> usize {
        self.x(entry.width.saturating_sub(1)) + RADIUS + 12
    }

    /// Draws a line: aside to its lane, down, and aside to where it ends.
    fn link(&self, row: usize, entry: &Entry, link: &Link) -> String {
        let (from, to) = (self.x(entry.lane), self.x(self.picture.revisions[link.to].lane));
        let (top, bottom, through) = (self.y(row), self.y(link.to), self.x(link.lane));
        let mut path = format!("M{from} {top}");
        let mut at = (from, top);
        let mut go = |x: usize, y: usize| {
            if x == at.0 {
                path.push_str(&format!("V{y}"));
            } else {
                let middle = (at.1 + y) / 2;
                path.push_str(&format!("C{} {middle} {x} {middle} {x} {y}", at.0));
            }
            at = (x, y);
        };
        if bottom - top > ROW {
            go(through, top + ROW);
            if bottom - top > 2 * ROW {
                go(through, bottom - ROW);
            }
        }
        go(to, bottom);
        let dashes = match link.kind {
            LinkKind::Down => "",
            LinkKind::Dependency => " dependency",
        };
        format!("<path class=\"line{dashes} l{}\" d=\"{path}\"/>", link.lane % COLORS)
    }

    fn node(&self, row: usize, entry: &Entry) -> String {
        let (x, y, color) = (self.x(entry.lane), self.y(row), entry.lane % COLORS);
        let look = match entry.standing {
            Some(Standing::Pending) => "pending".to_owned(),
            Some(Standing::InProgress) => "progress".to_owned(),
            Some(Standing::Applied) | None => format!("f{color}"),
        };
        let mut text = format!("<g><circle class=\"node l{color} {look}\" cx=\"{x}\" cy=\"{y}\" r=\"{RADIUS}\"/>");
        if entry.is_current == Some(true) {
            text.push_str(&format!("<circle class=\"ring l{color}\" cx=\"{x}\" cy=\"{y}\" r=\"{}\"/>", RADIUS + 3));
        }
        let left = self.text_x(entry);
        text.push_str(&format!(
            "<text x=\"{left}\" y=\"{}\"><tspan class=\"id\">{}</tspan>",
            y + 4,
            xml(entry.revision.as_str())
        ));
        if !entry.message.is_empty() {
            text.push_str(&format!("<tspan dx=\"10\">{}</tspan>", xml(&shortened(&entry.message))));
        }
        for label in &entry.branch_labels {
            text.push_str(&format!("<tspan class=\"label\" dx=\"10\">{}</tspan>", xml(label.as_str())));
        }
        for mark in entry.marks() {
            text.push_str(&format!("<tspan class=\"mark\" dx=\"10\">{mark}</tspan>"));
        }
        text.push_str("</text></g>");
        text
    }
}

fn shortened(message: &str) -> String {
    match message.char_indices().nth(MESSAGE) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message.to_owned(),
    }
}

/// Returns about how many columns the text of a revision takes; characters beyond Latin are often two wide.
fn columns(entry: &Entry) -> usize {
    let wide = |text: &str| text.chars().map(|c| if u32::from(c) < 0x1100 { 1 } else { 2 }).sum::<usize>();
    let labels = entry.branch_labels.iter().map(|label| wide(label.as_str()) + 2);
    let marks = entry.marks().into_iter().map(|mark| mark.len() + 2);
    wide(entry.revision.as_str()) + wide(&shortened(&entry.message)) + 2 + labels.sum::<usize>() + marks.sum::<usize>()
}

/// Returns the text as XML shows it, in elements as well as in quotes; what XML cannot hold is shown by its code.
pub(super) fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ if is_hostile(c) || matches!(c, '\u{fffe}' | '\u{ffff}') => push_escaped(&mut escaped, c),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        assert_eq!(xml("<b a=\"x\" b='y'>&amp;"), "&lt;b a=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;");
        assert_eq!(xml("a\u{0}\u{202e}\u{ffff}\u{2028}"), r"a\u{0}\u{202e}\u{ffff}\u{2028}");
    }
}
