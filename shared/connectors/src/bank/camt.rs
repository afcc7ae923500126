//! ISO 20022 camt.053 (statement), camt.052 (report within the day) and camt.054 (notification of details), every
//! published version: elements go by their local names.
use super::BankFile;
use super::camt_amount::{amount, date, date_at, direction};
use super::camt_detail::account_number;
use super::camt_entry;
use super::camt_xml::{Node, Step, XmlReader};
use super::file_error::{FileError, Position, Reason, fault};
use super::file_kind::FileKind;
use domain::money::{self, Currency, Money};
use domain::statement::{BankStatement, Direction, EntryKeys, StatementKind, StatementLine};

/// Reads a message, in an envelope or not.
pub(super) fn parse(text: &str) -> Result<BankFile, FileError> {
    let mut xml = XmlReader::new(text);
    let message = loop {
        match xml.step()? {
            Step::Open(name) => {
                if let Some(kind) = FileKind::of_message(&name) {
                    break Message::of(kind)?;
                }
            }
            Step::Close => (),
            Step::End => return Err(FileKind::OtherXml.refusal().into()),
        }
    };
    let file = message.read(&mut xml)?;
    loop {
        match xml.step()? {
            Step::Open(name) if FileKind::of_message(&name).is_some() => {
                return Err(Reason::SecondMessage.into());
            }
            Step::Open(_) | Step::Close => (),
            Step::End => return Ok(file),
        }
    }
}

/// What differs between the three messages.
#[derive(Clone, Copy)]
struct Message {
    file: FileKind,
    kind: StatementKind,
    /// The element of one statement.
    element: &'static str,
}

impl Message {
    fn of(file: FileKind) -> Result<Self, FileError> {
        let (kind, element) = match file {
            FileKind::Camt053 => (StatementKind::Final, "Stmt"),
            FileKind::Camt052 => (StatementKind::Interim, "Rpt"),
            FileKind::Camt054 => (StatementKind::Notice, "Ntfctn"),
            other => return Err(other.refusal().into()),
        };
        Ok(Self { file, kind, element })
    }

    fn read(self, xml: &mut XmlReader<'_>) -> Result<BankFile, FileError> {
        let mut message_id = None;
        let mut statements = Vec::new();
        loop {
            match xml.step()? {
                Step::Open(name) if name == "GrpHdr" => message_id = xml.tree()?.first_text(&["MsgId"]),
                Step::Open(name) if name == self.element => {
                    statements.push(self.statement(xml, statements.len() + 1)?);
                }
                Step::Open(_) => xml.skip()?,
                Step::Close | Step::End => break,
            }
        }
        message_id.as_ref().ok_or_else(|| fault("GrpHdr/MsgId", Reason::Missing))?;
        if statements.is_empty() {
            return Err(fault(self.element, Reason::Missing));
        }
        Ok(BankFile::new(self.file, message_id, statements))
    }

    fn statement(self, xml: &mut XmlReader<'_>, number: usize) -> Result<BankStatement, FileError> {
        let mut draft = Draft::default();
        let read = draft.read(xml);
        let position = Position { number, id: draft.statement_id.clone() };
        read.and_then(|()| draft.finish(self.kind)).map_err(|error| error.in_statement(position))
    }
}

/// A statement while it is read.
#[derive(Default)]
struct Draft {
    statement_id: Option<String>,
    sequence: Option<String>,
    created_on: Option<chrono::NaiveDate>,
    from_on: Option<chrono::NaiveDate>,
    to_on: Option<chrono::NaiveDate>,
    account: Option<(String, Option<Currency>)>,
    opening_balance: Option<Money>,
    closing_balance: Option<Money>,
    lines: Vec<StatementLine>,
    entries: u32,
    keys: EntryKeys,
}

impl Draft {
    fn read(&mut self, xml: &mut XmlReader<'_>) -> Result<(), FileError> {
        loop {
            let name = match xml.step()? {
                Step::Open(name) => name,
                Step::Close | Step::End => return Ok(()),
            };
            match name.as_str() {
                "Id" if self.statement_id.is_some() => return Err(fault(&name, Reason::Repeated)),
                "Acct" if self.account.is_some() => return Err(fault(&name, Reason::Repeated)),
                "Ntry" => self.entry(xml)?,
                "Id" => self.statement_id = xml.tree()?.text().map(str::to_owned),
                "ElctrncSeqNb" => self.sequence = xml.tree()?.text().map(str::to_owned),
                "CreDtTm" => self.created_on = date(&xml.tree()?).map_err(|error| error.under(&name))?,
                "FrToDt" => {
                    let period = xml.tree()?;
                    self.from_on = date_at(&period, "FrDtTm").map_err(|error| error.under(&name))?;
                    self.to_on = date_at(&period, "ToDtTm").map_err(|error| error.under(&name))?;
                }
                "Acct" => self.account = Some(account(&xml.tree()?).map_err(|error| error.under("Acct"))?),
                "Bal" => self.balance(&xml.tree()?).map_err(|error| error.under("Bal"))?,
                _ => xml.skip()?,
            }
        }
    }

    fn entry(&mut self, xml: &mut XmlReader<'_>) -> Result<(), FileError> {
        self.entries += 1;
        let number = self.entries;
        let unread = Position { number: usize::try_from(number).unwrap_or(usize::MAX), id: None };
        let node = xml.tree().map_err(|error| error.in_entry(unread))?;
        let (account, _) = self.account.as_ref().ok_or_else(|| fault("Acct", Reason::Missing))?;
        let lines = camt_entry::lines(&node, account, number, &mut self.keys);
        self.lines.extend(lines.map_err(|error| error.in_entry(camt_entry::position(&node, number)))?);
        Ok(())
    }

    /// `OPBD` opens the statement (`PRCD`, the last closing, where there is none) and `CLBD` closes it.
    fn balance(&mut self, node: &Node) -> Result<(), FileError> {
        let kind = node.text_at("Tp/CdOrPrtry/Cd");
        if !matches!(kind, Some("OPBD" | "PRCD" | "CLBD")) {
            return Ok(());
        }
        let unsigned = amount(node.one("Amt")?).map_err(|error| error.under("Amt"))?;
        let balance = match direction(node)?.ok_or_else(|| fault("CdtDbtInd", Reason::Missing))? {
            Direction::Credit => unsigned,
            Direction::Debit => Money::new(-unsigned.minor(), unsigned.currency()),
        };
        match kind {
            Some("CLBD") => self.closing_balance = Some(balance),
            Some("OPBD") => self.opening_balance = Some(balance),
            _ => self.opening_balance = self.opening_balance.or(Some(balance)),
        }
        Ok(())
    }

    fn finish(self, kind: StatementKind) -> Result<BankStatement, FileError> {
        let statement_id = self.statement_id.ok_or_else(|| fault("Id", Reason::Missing))?;
        let (account, account_currency) = self.account.ok_or_else(|| fault("Acct", Reason::Missing))?;
        Ok(BankStatement {
            kind,
            account,
            account_currency,
            statement_id,
            sequence: self.sequence,
            created_on: self.created_on,
            from_on: self.from_on,
            to_on: self.to_on,
            opening_balance: self.opening_balance,
            closing_balance: self.closing_balance,
            lines: self.lines,
        })
    }
}

fn account(node: &Node) -> Result<(String, Option<Currency>), FileError> {
    let id = node.first_text(&["Id/IBAN", "Id/Othr/Id", "Id/BBAN", "Id/PrtryAcct/Id"]);
    let id = id.ok_or_else(|| fault("Id", Reason::Missing))?;
    let ccy = node.text_at("Ccy").map(money::currency).transpose().map_err(|error| fault("Ccy", error))?;
    Ok((account_number(&id), ccy))
}
