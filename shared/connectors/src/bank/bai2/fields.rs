//! The fields of a record, one after the other.

/// What is left of a record. A continuation counts as a comma, since the record before it ended at a field.
#[derive(Debug, Clone)]
pub(super) struct Fields<'a> {
    rest: Option<&'a str>,
}

impl<'a> Fields<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { rest: Some(text) }
    }

    /// All that is left, with its commas: the text of a transaction.
    pub fn text(&mut self) -> Option<&'a str> {
        self.rest.take()
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest?;
        match rest.split_once([',', '\n']) {
            Some((field, behind)) => {
                self.rest = Some(behind);
                Some(field.trim())
            }
            None => {
                self.rest = None;
                Some(rest.trim())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_end_at_commas_and_continuations_and_text_keeps_them() {
        let mut fields = Fields::new("142, 5,\nZ,a,b\nc");
        let first: Vec<_> = fields.by_ref().take(4).collect();
        assert_eq!(first, ["142", "5", "", "Z"]);
        assert_eq!(fields.text(), Some("a,b\nc"));
        assert_eq!(fields.next(), None);
    }
}
