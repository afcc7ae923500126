//! The plain-text body.
use super::fields::{GLUE, cleaned, date, short_date};
use super::template::{Paragraph, Template};
use super::{LetterFacts, LetterItem};
use crate::money::grouped;

/// Characters in a line: what every mail program shows without wrapping, quoting included (RFC 3676, 4.2).
const WIDTH: usize = 76;

/// The filled template, wrapped, with an aligned table of invoices.
pub(super) fn body(template: &Template, facts: &LetterFacts) -> String {
    let mut blocks = Vec::new();
    for paragraph in &template.paragraphs {
        match paragraph {
            Paragraph::Invoices => blocks.push(invoices(facts)),
            Paragraph::Lines(lines) => {
                let filled: Option<Vec<String>> = lines
                    .iter()
                    .map(|line| line.iter().map(|piece| piece.plain(facts)).collect::<Option<String>>())
                    .collect();
                blocks.extend(
                    filled.map(|lines| lines.iter().map(|line| wrapped(line)).collect::<Vec<_>>().join("\n")),
                );
            }
        }
    }
    blocks.join("\n\n") + "\n"
}

/// Breaks between words only: a longer word, such as the address of a page, has a line of its own.
fn wrapped(line: &str) -> String {
    let mut out = String::new();
    let mut used = 0;
    for word in line.split(' ').filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > WIDTH {
            out.push('\n');
            used = 0;
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.extend(word.chars().map(|c| if c == GLUE { ' ' } else { c }));
        used += length;
    }
    out
}

struct Column {
    head: &'static str,
    is_number: bool,
    cells: Vec<String>,
}

impl Column {
    fn of(
        head: &'static str,
        is_number: bool,
        items: &[LetterItem],
        cell: impl Fn(&LetterItem) -> String,
    ) -> Self {
        Self { head, is_number, cells: items.iter().map(cell).collect() }
    }

    fn width(&self) -> usize {
        let cells = self.cells.iter().map(|cell| cell.chars().count());
        cells.chain([self.head.len()]).max().unwrap_or(0)
    }

    fn padded(&self, cell: &str) -> String {
        let width = self.width();
        if self.is_number { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
    }
}

/// The widest table that fits; where none does, a few lines per invoice.
fn invoices(facts: &LetterFacts) -> String {
    let items = &facts.items;
    let total = grouped(facts.total);
    let mut open = Column::of("Open", true, items, |item| grouped(item.open));
    open.cells.push(total.clone()); // it may be wider than any invoice
    let mut columns = vec![
        Column::of("Invoice", false, items, |item| cleaned(&item.invoice_number)),
        Column::of("Issued", false, items, |item| short_date(item.issued_on)),
        Column::of("Due", false, items, |item| short_date(item.due_on)),
        Column::of("Days late", true, items, |item| item.days_past_due.to_string()),
        Column::of("Original", true, items, |item| grouped(item.original)),
        open,
    ];
    if width(&columns) > WIDTH {
        columns.remove(1);
    }
    if width(&columns) > WIDTH {
        return list(facts);
    }
    table(&columns, items.len(), &format!("Total open in {}", facts.total.currency().code()), &total)
}

fn width(columns: &[Column]) -> usize {
    columns.iter().map(Column::width).sum::<usize>() + 2 * columns.len().saturating_sub(1)
}

fn table(columns: &[Column], rows: usize, label: &str, total: &str) -> String {
    let row = |cell: &dyn Fn(&Column) -> String| {
        columns.iter().map(|column| column.padded(&cell(column))).collect::<Vec<_>>().join("  ")
    };
    let rule = "-".repeat(width(columns));
    let mut lines = vec![row(&|column| column.head.to_owned()), rule.clone()];
    for i in 0..rows {
        lines.push(row(&|column| column.cells.get(i).cloned().unwrap_or_default()));
    }
    let gap = width(columns).saturating_sub(label.len());
    lines.push(rule);
    lines.push(format!("{label}{total:>gap$}"));
    lines.join("\n")
}

fn list(facts: &LetterFacts) -> String {
    let ccy = facts.total.currency().code();
    let mut lines = Vec::new();
    for item in &facts.items {
        let head = format!("Invoice {} of {}", cleaned(&item.invoice_number), date(item.issued_on));
        lines.push(wrapped(&head));
        let unit = if item.days_past_due == 1 { "day" } else { "days" };
        let due = format!("due {}, {}{GLUE}{unit} late,", date(item.due_on), item.days_past_due);
        let open = format!("{ccy}{GLUE}{} open of {ccy}{GLUE}{}", grouped(item.open), grouped(item.original));
        lines.push(wrapped(&format!("{due} {open}")));
        lines.push(String::new());
    }
    lines.push(format!("Total open: {ccy} {}", grouped(facts.total)));
    lines.join("\n")
}
