//! The HTML body: tables and inline styles only, which is what Outlook's and webmail's renderers have in common.
use super::fields::{Field, GLUE, cleaned, short_date};
use super::template::{Paragraph, Piece, Template};
use super::{LetterFacts, LetterItem};
use crate::money::grouped;

const FONT: &str = "font-family:Arial,Helvetica,sans-serif;font-size:15px;line-height:22px;color:#1f2933";
const CELL: &str = "padding:6px 8px;border-bottom:1px solid #cbd2d9;font-family:Arial,Helvetica,sans-serif;\
                    font-size:14px;line-height:20px;color:#1f2933";

/// A whole document. Everything that comes from the template or the facts is escaped.
pub(super) fn document(template: &Template, facts: &LetterFacts, subject: &str) -> String {
    let body: String = template
        .paragraphs
        .iter()
        .filter_map(|paragraph| match paragraph {
            Paragraph::Invoices => Some(invoices(facts)),
            Paragraph::Lines(lines) => words(lines, facts),
        })
        .collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta http-equiv=\"Content-Type\" content=\"text/html; \
         charset=utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n</head>\n<body style=\"margin:0;padding:0;background-color:#ffffff\">\n\
         <table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\">\n\
         <tr>\n<td align=\"left\" style=\"padding:24px 16px\">\n\
         <table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" \
         style=\"max-width:640px\">\n<tr>\n<td style=\"{FONT}\">\n{body}</td>\n</tr>\n</table>\n\
         </td>\n</tr>\n</table>\n</body>\n</html>\n",
        title = escaped(subject),
    )
}

fn words(lines: &[Vec<Piece>], facts: &LetterFacts) -> Option<String> {
    let filled: Option<Vec<String>> = lines
        .iter()
        .map(|line| line.iter().map(|piece| inline(piece, facts)).collect::<Option<String>>())
        .collect();
    Some(format!("<p style=\"margin:0 0 16px 0;{FONT}\">{}</p>\n", filled?.join("<br>\n")))
}

fn inline(piece: &Piece, facts: &LetterFacts) -> Option<String> {
    let plain = piece.plain(facts)?;
    // A link says where it leads; a signed address read aloud says nothing.
    let label = match piece {
        Piece::Field(Field::PortalUrl) => "See the invoices",
        Piece::Field(Field::OptOutUrl) => "Stop automatic reminders",
        Piece::Words(_) | Piece::Field(_) => return Some(escaped(&plain)),
    };
    Some(format!(
        "<a href=\"{}\" style=\"color:#0b5394;text-decoration:underline\">{label}</a>",
        escaped(&plain)
    ))
}

fn invoices(facts: &LetterFacts) -> String {
    let ccy = facts.total.currency().code();
    let heads = [
        ("left", "Invoice".to_owned()),
        ("left", "Issued".to_owned()),
        ("left", "Due".to_owned()),
        ("right", "Days late".to_owned()),
        ("right", format!("Original ({ccy})")),
        ("right", format!("Open ({ccy})")),
    ];
    let heads: String = heads
        .iter()
        .map(|(align, head)| {
            format!("<th scope=\"col\" align=\"{align}\" style=\"{CELL};font-weight:bold\">{head}</th>\n")
        })
        .collect();
    let rows: String = facts.items.iter().map(row).collect();
    format!(
        "<table width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" \
         style=\"margin:0 0 16px 0;border-collapse:collapse\">\n<tr>\n{heads}</tr>\n{rows}<tr>\n\
         <th scope=\"row\" colspan=\"5\" align=\"left\" style=\"{CELL};font-weight:bold\">\
         Total open ({ccy})</th>\n\
         <td align=\"right\" style=\"{CELL};font-weight:bold;white-space:nowrap\">{}</td>\n</tr>\n</table>\n",
        grouped(facts.total),
    )
}

fn row(item: &LetterItem) -> String {
    let cells = [
        ("left", short_date(item.issued_on)),
        ("left", short_date(item.due_on)),
        ("right", item.days_past_due.to_string()),
        ("right", grouped(item.original)),
        ("right", grouped(item.open)),
    ];
    let cells: String = cells
        .iter()
        .map(|(align, text)| {
            format!("<td align=\"{align}\" style=\"{CELL};white-space:nowrap\">{text}</td>\n")
        })
        .collect();
    format!(
        "<tr>\n<th scope=\"row\" align=\"left\" style=\"{CELL};font-weight:normal\">{}</th>\n{cells}</tr>\n",
        escaped(&cleaned(&item.invoice_number)),
    )
}

/// Safe as text and within a quoted attribute.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            GLUE => out.push_str("&nbsp;"),
            c => out.push(c),
        }
    }
    out
}
