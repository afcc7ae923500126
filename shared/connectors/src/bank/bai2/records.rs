//! Logical records. By the specification a record ends with `/` and `88` continues it; banks also leave the `/` out,
//! break lines inside a text, and put several records on a line.
use super::super::PARTS_MAX;
use super::super::file_error::{FileError, Reason};

const CODES: [&str; 8] = ["01", "02", "03", "16", "49", "88", "98", "99"];

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub code: &'static str,
    /// What stands behind the code, a line break where a continuation begins.
    pub text: String,
    /// Line of the file, from 1.
    pub line: usize,
    /// Records as the control totals count them: itself and its continuations.
    pub count: usize,
}

/// # Errors
/// A first line that is no record, and a continuation of nothing.
pub(super) fn read(text: &str) -> Result<Vec<Record>, FileError> {
    let mut records: Vec<Record> = Vec::new();
    for (line, content) in (1..).zip(text.lines()) {
        for piece in pieces(content) {
            if records.len() >= PARTS_MAX {
                return Err(FileError::from(Reason::TooManyElements).on_line(line));
            }
            match code(piece) {
                Some(("88", rest)) => {
                    let last = records.last_mut().filter(|last| matches!(last.code, "03" | "16"));
                    let last =
                        last.ok_or_else(|| FileError::from(Reason::NothingToContinue).on_line(line))?;
                    last.text.push('\n');
                    last.text.push_str(ended(rest));
                    last.count += 1;
                }
                Some((code, rest)) => {
                    records.push(Record { code, text: ended(rest).to_owned(), line, count: 1 });
                }
                None if piece.trim().is_empty() => (),
                None => {
                    let Some(last) = records.last_mut().filter(|last| last.code == "16") else {
                        let first = piece.trim().chars().take(20).collect();
                        return Err(FileError::from(Reason::Unreadable(first, "a record")).on_line(line));
                    };
                    last.text.push(' ');
                    last.text.push_str(ended(piece).trim_start());
                }
            }
        }
    }
    Ok(records)
}

/// The text without the `/` that ends it.
fn ended(text: &str) -> &str {
    let text = text.trim_end();
    text.strip_suffix('/').unwrap_or(text)
}

fn code(piece: &str) -> Option<(&'static str, &str)> {
    let piece = piece.trim_start();
    CODES.into_iter().find_map(|code| Some((code, piece.strip_prefix(code)?.strip_prefix(',')?)))
}

/// Splits a line behind each `/` that spaces and another record follow.
fn pieces(line: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for (at, _) in line.match_indices('/') {
        let behind = line.get(at + 1..).unwrap_or_default();
        if behind.starts_with(' ') && code(behind).is_some() {
            pieces.extend(line.get(start..=at));
            start = at + 1;
        }
    }
    pieces.extend(line.get(start..));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<(&'static str, String)> {
        read(text).unwrap().into_iter().map(|record| (record.code, record.text)).collect()
    }

    #[test]
    fn records_are_continued_broken_and_joined() {
        let text = "01,A/  02,B/\n03,1,,010,5/\n88,040,6/\n16,142,5,,,,one / two/ 16,142,6,,,,three\n and four/\n99,1/";
        let expected = [
            ("01", "A"),
            ("02", "B"),
            ("03", "1,,010,5\n040,6"),
            ("16", "142,5,,,,one / two"),
            ("16", "142,6,,,,three and four"),
            ("99", "1"),
        ];
        assert_eq!(texts(text), expected.map(|(code, text)| (code, text.to_owned())));
    }

    #[test]
    fn what_is_no_record_is_refused_with_its_line() {
        assert_eq!(read("88,010/").unwrap_err().line(), Some(1));
        assert_eq!(read("\n01,A/\nhello").unwrap_err().to_string(), "line 3: \"hello\" is not a record");
    }
}
