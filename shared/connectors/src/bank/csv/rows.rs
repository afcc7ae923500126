//! Rows and cells (RFC 4180), with any delimiter; a quoted cell may hold line breaks.
use super::super::file_error::{FileError, Reason};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// Line of the file where the row begins, from 1.
    pub line: usize,
    pub cells: Vec<String>,
}

impl Row {
    pub fn is_empty(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// Cells of a file: a year of a busy account, ten columns wide.
const CELLS_MAX: usize = 4_000_000;

/// All rows but empty ones.
///
/// # Errors
/// A quote that is never closed, or a last row without a line end: the file is cut off. Too many cells.
pub(super) fn read(text: &str, delimiter: char) -> Result<Vec<Row>, FileError> {
    let (rows, open) = scan(text, delimiter);
    if rows.iter().map(|row| row.cells.len()).sum::<usize>() >= CELLS_MAX {
        return Err(Reason::TooManyElements.into());
    }
    let last = rows.last().map_or(1, |row| row.line);
    match open {
        Some(line) => Err(FileError::from(Reason::CutOff).on_line(line)),
        None if !text.ends_with('\n') => Err(FileError::from(Reason::CutOff).on_line(last)),
        None => Ok(rows),
    }
}

/// All rows, whatever stays open.
pub(super) fn lenient(text: &str, delimiter: char) -> Vec<Row> {
    scan(text, delimiter).0
}

/// The rows up to the most cells, and the line of a quote that stays open.
fn scan(text: &str, delimiter: char) -> (Vec<Row>, Option<usize>) {
    let mut rows = Vec::new();
    let mut row = Row { line: 1, cells: Vec::new() };
    let mut cell = String::new();
    let mut line = 1;
    // the line of the quote that the cell is in
    let mut quoted: Option<usize> = None;
    let mut cells = 0;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next().filter(|_| cells < CELLS_MAX) {
        if c == '\n' {
            line += 1;
        }
        if quoted.is_some() {
            match c {
                '"' if chars.peek() == Some(&'"') => cell.extend(chars.next()),
                '"' => quoted = None,
                _ => cell.push(c),
            }
            continue;
        }
        match c {
            '"' if cell.trim().is_empty() => {
                cell.clear();
                quoted = Some(line);
            }
            '\r' if matches!(chars.peek(), Some('\n') | None) => (),
            '\n' => {
                cells += 1;
                row.cells.push(std::mem::take(&mut cell));
                let done = std::mem::replace(&mut row, Row { line, cells: Vec::new() });
                if !done.is_empty() {
                    rows.push(done);
                }
            }
            _ if c == delimiter => {
                cells += 1;
                row.cells.push(std::mem::take(&mut cell));
            }
            _ => cell.push(c),
        }
    }
    if !cell.is_empty() || !row.cells.is_empty() {
        row.cells.push(cell);
        rows.push(row);
    }
    (rows, quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_delimiters_quotes_and_line_breaks() {
        let rows = read("a;\"b;\"\"c\"\"\nd\";e\r\n;\n1;2;3\n", ';').unwrap();
        assert_eq!(rows[0].cells, ["a", "b;\"c\"\nd", "e"]);
        assert_eq!((rows[1].line, rows[1].cells.len()), (4, 3));
        assert_eq!(read("a\n\"b", ',').unwrap_err().line(), Some(2));
        assert_eq!(read("a\nb", ',').unwrap_err().reason, Reason::CutOff);
    }
}
