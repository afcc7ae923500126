//! Letter templates: plain words with `{{placeholders}}`, checked in full when they are read.
//!
//! A filler of our own, and no template crate: one file of plain paragraphs gives both the text and the HTML, so the
//! two cannot disagree; a template holds no markup, so everything in the HTML is escaped by construction; there is
//! no logic to go wrong at the moment of sending, when only `{{…}}` is filled.
//!
//! The format: a line `Subject: …`, then paragraphs parted by empty lines. A `\` at a line's end breaks the line; any
//! other line end is a space. `{{invoices}}` on its own is the table. A paragraph that names something this letter
//! has not got (`{{promised_on}}` without a missed promise) is left out.
use super::fields::{Field, words};
use super::{LetterFacts, Tone};

const INVOICES: &str = "{{invoices}}";

/// A stretch of a template's line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Words(String),
    Field(Field),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Paragraph {
    Invoices,
    Lines(Vec<Vec<Piece>>),
}

/// A template that was read and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    subject: Vec<Piece>,
    pub(super) paragraphs: Vec<Paragraph>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    #[error("line 1 must start with \"Subject: \"")]
    NoSubject,
    #[error("line {line}: unknown placeholder {{{{{name}}}}}")]
    UnknownPlaceholder { line: usize, name: String },
    #[error("line {line}: braces without a partner")]
    Unbalanced { line: usize },
    #[error("line {line}: the subject cannot hold {{{{{name}}}}}, which is not in every letter or is a link")]
    NotForSubject { line: usize, name: String },
    /// What every letter owes its reader.
    #[error("{{{{{name}}}}} must appear once")]
    NotOnce { name: &'static str },
}

impl Template {
    /// Reads a template; see the module's comment for the format.
    ///
    /// # Errors
    /// [`TemplateError`], naming the line, for unknown placeholders and for anything a letter may not lack: the
    /// invoices, the page to pay on, the sender's name and address, and the way to stop the reminders.
    pub fn parse(source: &str) -> Result<Self, TemplateError> {
        let mut lines = source.lines().enumerate().map(|(i, line)| (i + 1, line.trim_end()));
        let subject = lines.next().and_then(|(_, line)| line.strip_prefix("Subject: "));
        let subject = pieces(subject.ok_or(TemplateError::NoSubject)?, 1)?;
        if let Some(name) = subject.iter().find_map(unfit_for_subject) {
            return Err(TemplateError::NotForSubject { line: 1, name: name.to_owned() });
        }
        let mut paragraphs = Vec::new();
        let mut open: Vec<(usize, &str)> = Vec::new();
        for (number, line) in lines {
            if line.is_empty() {
                close(&mut paragraphs, &mut open)?;
            } else {
                open.push((number, line));
            }
        }
        close(&mut paragraphs, &mut open)?;
        let template = Self { subject, paragraphs };
        template.check_owed()?;
        Ok(template)
    }

    /// The filled subject, on one line.
    pub(super) fn subject_line(&self, facts: &LetterFacts) -> String {
        let filled: Option<String> = self.subject.iter().map(|piece| piece.plain(facts)).collect();
        filled.unwrap_or_default().replace(super::fields::GLUE, " ")
    }

    fn check_owed(&self) -> Result<(), TemplateError> {
        let tables = self.paragraphs.iter().filter(|paragraph| **paragraph == Paragraph::Invoices).count();
        let fields: Vec<Field> = self.paragraphs.iter().flat_map(Paragraph::fields).collect();
        let count = |field| fields.iter().filter(|f| **f == field).count();
        for (name, found) in [
            ("invoices", tables),
            ("portal_url", count(Field::PortalUrl)),
            ("entity_address", count(Field::EntityAddress)),
            ("opt_out_url", count(Field::OptOutUrl)),
        ] {
            if found != 1 {
                return Err(TemplateError::NotOnce { name });
            }
        }
        Ok(())
    }
}

impl Paragraph {
    fn fields(&self) -> Vec<Field> {
        let Self::Lines(lines) = self else { return Vec::new() };
        let pieces = lines.iter().flatten();
        pieces.filter_map(|piece| if let Piece::Field(field) = piece { Some(*field) } else { None }).collect()
    }
}

impl Piece {
    /// The piece as plain words, or `None` where the letter has nothing for it.
    pub(super) fn plain(&self, facts: &LetterFacts) -> Option<String> {
        match self {
            Self::Words(text) => Some(text.clone()),
            Self::Field(field) => words(*field, facts),
        }
    }
}

fn unfit_for_subject(piece: &Piece) -> Option<&'static str> {
    match piece {
        Piece::Field(Field::PromisedAmount) => Some("promised_amount"),
        Piece::Field(Field::PromisedOn) => Some("promised_on"),
        Piece::Field(Field::ReplyHint) => Some("reply_hint"),
        Piece::Field(Field::PortalUrl) => Some("portal_url"),
        Piece::Field(Field::OptOutUrl) => Some("opt_out_url"),
        Piece::Words(_) | Piece::Field(_) => None,
    }
}

/// Makes a paragraph of the lines gathered so far.
fn close(paragraphs: &mut Vec<Paragraph>, open: &mut Vec<(usize, &str)>) -> Result<(), TemplateError> {
    let gathered = std::mem::take(open);
    if let [(_, INVOICES)] = gathered.as_slice() {
        paragraphs.push(Paragraph::Invoices);
        return Ok(());
    }
    let mut lines = Vec::new();
    let mut current = Vec::new();
    for (number, line) in gathered {
        let (line, breaks) = line.strip_suffix('\\').map_or((line, false), |line| (line, true));
        if !current.is_empty() {
            current.push(Piece::Words(" ".to_owned()));
        }
        current.extend(pieces(line, number)?);
        if breaks {
            lines.push(std::mem::take(&mut current));
        }
    }
    if !current.is_empty() {
        lines.push(current);
    }
    if !lines.is_empty() {
        paragraphs.push(Paragraph::Lines(lines));
    }
    Ok(())
}

fn pieces(line: &str, number: usize) -> Result<Vec<Piece>, TemplateError> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("{{") {
        push_words(&mut found, before, number)?;
        let (name, after) = after.split_once("}}").ok_or(TemplateError::Unbalanced { line: number })?;
        let field = Field::parse(name)
            .ok_or_else(|| TemplateError::UnknownPlaceholder { line: number, name: name.to_owned() })?;
        found.push(Piece::Field(field));
        rest = after;
    }
    push_words(&mut found, rest, number)?;
    Ok(found)
}

fn push_words(found: &mut Vec<Piece>, words: &str, line: usize) -> Result<(), TemplateError> {
    if words.contains(['{', '}']) {
        return Err(TemplateError::Unbalanced { line });
    }
    if !words.is_empty() {
        found.push(Piece::Words(words.to_owned()));
    }
    Ok(())
}

/// One template per tone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Templates {
    friendly: Template,
    reminder: Template,
    firm: Template,
    last: Template,
}

impl Templates {
    /// The templates that come with Dunlin.
    ///
    /// # Errors
    /// As [`Templates::from_sources`].
    pub fn built_in() -> Result<Self, TemplateError> {
        Self::from_sources([
            include_str!("templates/1-friendly.txt"),
            include_str!("templates/2-reminder.txt"),
            include_str!("templates/3-firm.txt"),
            include_str!("templates/4-final.txt"),
        ])
    }

    /// A policy's own templates, from friendly to final.
    ///
    /// # Errors
    /// The first template's [`TemplateError`], when the policy is loaded and not when a letter is due.
    pub fn from_sources([friendly, reminder, firm, last]: [&str; 4]) -> Result<Self, TemplateError> {
        Ok(Self {
            friendly: Template::parse(friendly)?,
            reminder: Template::parse(reminder)?,
            firm: Template::parse(firm)?,
            last: Template::parse(last)?,
        })
    }

    pub(super) fn of(&self, tone: Tone) -> &Template {
        match tone {
            Tone::Friendly => &self.friendly,
            Tone::Reminder => &self.reminder,
            Tone::Firm => &self.firm,
            Tone::Final => &self.last,
        }
    }
}
