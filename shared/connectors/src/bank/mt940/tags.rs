//! The fields of a file: a tag at the start of a line, and the lines until the next one.

/// Tags that MT940 and MT942 have, and `NS`, in which some banks write what others write in 86. Another word between
/// colons at the start of a line is text: times are wrapped so (":12:30").
const TAGS: [&str; 20] = [
    "20", "21", "25", "25P", "28", "28C", "60F", "60M", "61", "86", "62F", "62M", "64", "65", "34F", "13",
    "13D", "90C", "90D", "NS",
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    pub name: &'static str,
    /// Line of the file, from 1.
    pub line: usize,
    /// What stands behind the tag, and the lines after it.
    pub lines: Vec<&'a str>,
}

impl<'a> Tag<'a> {
    pub fn first(&self) -> &'a str {
        self.lines.first().copied().unwrap_or_default()
    }
}

/// All fields in their order. Lines before the first, between messages, and envelopes are passed over.
pub(super) fn read(text: &str) -> Vec<Tag<'_>> {
    let mut tags: Vec<Tag<'_>> = Vec::new();
    let mut is_inside = false;
    for (line, content) in (1..).zip(text.split('\n')) {
        let content = content.trim_end_matches('\r').trim_matches(|c: char| c.is_control() && c != '\t');
        // the block that holds the message may begin on the line of its first tag
        let content = content.rsplit_once("{4:").map_or(content, |(_, inside)| inside);
        if let Some((name, rest)) = tag(content) {
            tags.push(Tag { name, line, lines: vec![rest] });
            is_inside = true;
        } else if is_end(content) {
            is_inside = false;
        } else if let Some(last) = tags.last_mut().filter(|_| is_inside) {
            last.lines.push(content);
        }
    }
    tags
}

fn is_end(line: &str) -> bool {
    matches!(line.trim(), "-" | "-XXX") || line.starts_with("-}") || line.starts_with("{1:")
}

fn tag(line: &str) -> Option<(&'static str, &str)> {
    let (name, rest) = line.strip_prefix(':')?.split_once(':')?;
    TAGS.into_iter().find(|known| *known == name).map(|known| (known, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_goes_on_until_the_next_tag_or_the_end_of_the_block() {
        let text =
            "Export\r\n\r\n{1:F01X}{2:O940}{4:\r\n:20:A\r\n:86:one\r\n:12:30 two\r\n-}\r\nrest\r\n:20:B";
        let tags = read(text);
        let seen: Vec<_> = tags.iter().map(|tag| (tag.name, tag.line, tag.lines.clone())).collect();
        let expected = [("20", 4, vec!["A"]), ("86", 5, vec!["one", ":12:30 two"]), ("20", 9, vec!["B"])];
        assert_eq!(seen, expected);
        assert_eq!(read("{1:F01X}{4::20:C")[0].first(), "C");
        assert_eq!(read("nothing here"), []);
    }
}
