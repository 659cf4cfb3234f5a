//! Text in aligned columns.

/// Returns the rows with each column as wide as its widest cell and two spaces between; the last column is not padded.
///
/// Cells must be single lines and without colour, or the columns would not meet.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| length(cell)).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let start = text.len();
        for (cell, &width) in row.iter().zip(&widths) {
            text.push_str(cell);
            text.extend(std::iter::repeat_n(' ', width - length(cell) + 2));
        }
        text.truncate(start + text[start..].trim_end().len());
        text.push('\n');
    }
    text
}

fn length(cell: &str) -> usize {
    cell.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rows: &[&[&str]], expected: &str) {
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| cell.to_string()).collect()).collect();
        assert_eq!(table(&rows), expected);
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        check(&[&["a", "ñandú", "z"], &["bcd", "", "y"]], "a    ñandú  z\nbcd         y\n");
    }

    #[test]
    fn no_line_ends_in_spaces_and_rows_may_be_short() {
        check(&[&["a", "b"], &["long"], &[]], "a     b\nlong\n\n");
        check(&[], "");
    }
}
