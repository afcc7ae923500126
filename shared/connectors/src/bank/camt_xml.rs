//! XML as far as camt needs it: a stream of steps, and small trees for one header or one entry at a time. Prefixes
//! are dropped, entities and document types refused, depth and size bounded.
use super::file_error::{FileError, Reason, fault};
use quick_xml::Reader;
use quick_xml::errors::{Error, SyntaxError};
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// The deepest path the published camt schemas allow is well below.
const DEPTH_MAX: usize = 64;
/// Elements in one entry: some 40,000 payments in a batch.
const ELEMENTS_MAX: usize = 1_000_000;

/// One element with all it holds.
#[derive(Debug, Default)]
pub(super) struct Node {
    name: String,
    /// The attribute `Ccy`; camt's amounts have no other that matters.
    pub ccy: Option<String>,
    text: String,
    children: Vec<Node>,
}

impl Node {
    /// The first child of that name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The element at a path of names ("Refs/EndToEndId").
    pub fn at(&self, path: &str) -> Option<&Self> {
        path.split('/').try_fold(self, |node, name| node.child(name))
    }

    /// The text at a path, trimmed; `None` where it is empty or says that nothing was provided.
    pub fn text_at(&self, path: &str) -> Option<&str> {
        self.at(path).and_then(Self::text)
    }

    /// The text at the first path that has one: where versions of the format differ.
    pub fn first_text(&self, paths: &[&str]) -> Option<String> {
        paths.iter().find_map(|path| self.text_at(path)).map(str::to_owned)
    }

    pub fn text(&self) -> Option<&str> {
        let text = self.text.trim();
        let is_empty = matches!(text, "" | "NOTPROVIDED" | "NOT PROVIDED" | "NONREF");
        (!is_empty).then_some(text)
    }

    /// A child that must be there at most once: two amounts in one entry are a forgery or a fault.
    pub fn at_most_one(&self, name: &str) -> Result<Option<&Self>, FileError> {
        let mut found = self.children.iter().filter(|child| child.name == name);
        let first = found.next();
        if found.next().is_some() {
            return Err(fault(name, Reason::Repeated));
        }
        Ok(first)
    }

    /// # Errors
    /// The child is missing or there twice.
    pub fn one(&self, name: &str) -> Result<&Self, FileError> {
        self.at_most_one(name)?.ok_or_else(|| fault(name, Reason::Missing))
    }
}

/// What comes next between elements; text between them is of no interest.
#[derive(Debug)]
pub(super) enum Step {
    Open(String),
    Close,
    End,
}

pub(super) struct XmlReader<'a> {
    reader: Reader<&'a [u8]>,
    text: &'a str,
    depth: usize,
}

impl<'a> XmlReader<'a> {
    pub fn new(text: &'a str) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Self { reader, text, depth: 0 }
    }

    /// # Errors
    /// XML that is broken, cut off, too deep or has a document type.
    pub fn step(&mut self) -> Result<Step, FileError> {
        loop {
            match self.event()? {
                Event::Start(start) => return Ok(Step::Open(local_name(&start))),
                Event::End(_) => return Ok(Step::Close),
                Event::Eof => return Ok(Step::End),
                Event::Text(text) if self.depth == 0 && !text.trim().is_empty() => {
                    return Err(self.here(Reason::NotWellFormed("text outside the document".to_owned())));
                }
                _ => (),
            }
        }
    }

    /// Passes over the rest of the element that was just opened.
    pub fn skip(&mut self) -> Result<(), FileError> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            self.event()?;
        }
        Ok(())
    }

    /// Reads the rest of the element that was just opened; its own name and currency are left out.
    pub fn tree(&mut self) -> Result<Node, FileError> {
        let mut open = vec![Node::default()];
        let mut elements = 0;
        loop {
            let event = self.event()?;
            let Some(current) = open.last_mut() else { return Ok(Node::default()) };
            match event {
                Event::Start(start) => {
                    elements += 1;
                    if elements > ELEMENTS_MAX {
                        return Err(self.here(Reason::TooManyElements));
                    }
                    let ccy = self.ccy(&start)?;
                    open.push(Node { name: local_name(&start), ccy, ..Node::default() });
                }
                Event::End(_) => {
                    let done = open.pop().unwrap_or_default();
                    match open.last_mut() {
                        Some(parent) => parent.children.push(done),
                        None => return Ok(done),
                    }
                }
                Event::Text(text) => current.text.push_str(&text.xml10_content()),
                Event::CData(text) => current.text.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) => match resolve(&reference) {
                    Some(text) => current.text.push_str(&text),
                    None => return Err(self.here(Reason::Entity(reference.to_string()))),
                },
                _ => (),
            }
        }
    }

    fn ccy(&self, start: &BytesStart<'_>) -> Result<Option<String>, FileError> {
        match start.try_get_attribute("Ccy") {
            Ok(attribute) => Ok(attribute.map(|attribute| attribute.value.into_owned())),
            Err(error) => Err(self.here(Reason::NotWellFormed(error.to_string()))),
        }
    }

    fn event(&mut self) -> Result<Event<'a>, FileError> {
        let event = self.reader.read_event().map_err(|error| self.broken(&error))?;
        match &event {
            Event::Start(_) => {
                self.depth += 1;
                if self.depth > DEPTH_MAX {
                    return Err(self.here(Reason::TooDeep));
                }
            }
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::DocType(_) => return Err(self.here(Reason::Doctype)),
            Event::Eof if self.depth > 0 => return Err(self.here(Reason::CutOff)),
            _ => (),
        }
        Ok(event)
    }

    fn broken(&self, error: &Error) -> FileError {
        match error {
            Error::Syntax(SyntaxError::UnclosedDoctype) => self.here(Reason::Doctype),
            Error::Syntax(SyntaxError::InvalidBangMarkup) => {
                self.here(Reason::NotWellFormed(error.to_string()))
            }
            Error::Syntax(_) => self.here(Reason::CutOff),
            other => self.here(Reason::NotWellFormed(other.to_string())),
        }
    }

    fn here(&self, reason: Reason) -> FileError {
        let offset = usize::try_from(self.reader.error_position().max(self.reader.buffer_position()));
        let before = offset.ok().and_then(|offset| self.text.as_bytes().get(..offset));
        let before = before.unwrap_or(self.text.as_bytes());
        FileError::from(reason).on_line(before.iter().filter(|byte| **byte == b'\n').count() + 1)
    }
}

fn local_name(start: &BytesStart<'_>) -> String {
    start.local_name().into_inner().to_owned()
}

fn resolve(reference: &BytesRef<'_>) -> Option<String> {
    match reference.resolve_char_ref() {
        Ok(Some(c)) => Some(c.to_string()),
        Ok(None) => resolve_predefined_entity(reference).map(str::to_owned),
        Err(_) => None,
    }
}
