//! Record 6: one entry, and what its addenda say.
use super::super::edi820;
use super::super::file_error::{FileError, Reason, fault};
use super::super::text::{given, minor_amount, squeezed};
use super::addenda::{self, Change, Return};
use super::columns;
use domain::money::{Currency, Money};
use domain::statement::{BookingStatus, Counterparty, Direction, Purpose, StatementLine};

pub(super) struct Entry {
    /// Transaction code; its last digit is the direction.
    pub code: String,
    pub direction: Direction,
    pub bank: String,
    account: Option<String>,
    pub amount: Money,
    individual_id: Option<String>,
    name: Option<String>,
    pub trace: String,
    /// Text of the addenda 05, one after the other.
    text: String,
    returned: Option<Return>,
    change: Option<Change>,
}

impl Entry {
    pub fn read(record: &str, class: &str) -> Result<Self, FileError> {
        let code = columns(record, 2, 3);
        let unknown = || fault("transaction code", Reason::UnknownCode(code.to_owned()));
        let direction = match code.parse::<u8>().ok().map(|number| number % 10) {
            Some(1..=4) => Direction::Credit,
            Some(6..=9) => Direction::Debit,
            _ => return Err(unknown()),
        };
        let bank = columns(record, 4, 12);
        if bank.len() != 9 || !bank.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(fault("routing number", Reason::Unreadable(bank.to_owned(), "nine digits")));
        }
        let amount = columns(record, 30, 39);
        let amount = minor_amount(amount, Currency::USD).map_err(|reason| fault("amount", reason))?;
        if amount.is_negative() {
            return Err(fault("amount", Reason::NotAnAmount(amount.to_string())));
        }
        // international and trade exchange entries have other fields where the others have account, id and name
        let (account, individual_id, name) = match class {
            "IAT" => (columns(record, 40, 74), "", ""),
            // the number of addenda stands before the name
            "CTX" => (columns(record, 13, 29), columns(record, 40, 54), columns(record, 59, 74)),
            _ => (columns(record, 13, 29), columns(record, 40, 54), columns(record, 55, 76)),
        };
        Ok(Self {
            code: code.to_owned(),
            direction,
            bank: bank.to_owned(),
            account: given(account),
            amount,
            individual_id: given(individual_id),
            name: given(name).map(|name| squeezed(&name)),
            trace: columns(record, 80, 94).trim().to_owned(),
            text: String::new(),
            returned: None,
            change: None,
        })
    }

    pub fn addendum(&mut self, record: &str) -> Result<(), FileError> {
        match columns(record, 2, 3) {
            "05" => {
                let text = columns(record, 4, 83);
                self.text.push_str(text);
                // a line that was cut at its end lost blanks
                let blanks = 80_usize.saturating_sub(text.chars().count());
                self.text.extend(std::iter::repeat_n(' ', blanks));
            }
            "98" => self.change = Some(Change::read(record)?),
            "99" => self.returned = Some(Return::read(record)?),
            // of international entries: addresses of those who take part
            "10" => self.name = given(columns(record, 47, 81)).map(|name| squeezed(&name)),
            "11" | "12" | "13" | "14" | "15" | "16" | "17" | "18" | "02" => (),
            other => return Err(fault("addenda type", Reason::UnknownCode(other.to_owned()))),
        }
        Ok(())
    }

    pub const fn is_return(&self) -> bool {
        self.returned.is_some()
    }

    /// Seen from the company of the batch where the entry came back, from the receiver otherwise.
    pub fn line(&self, number: u32, company: &str) -> StatementLine {
        let mut line = StatementLine::new(number, self.amount, self.direction);
        line.references.account_servicer = given(&self.trace);
        line.references.instruction.clone_from(&self.individual_id);
        let is_theirs = self.returned.is_some() || self.direction == Direction::Debit;
        line.counterparty = if is_theirs {
            let (name, account) = (self.name.clone(), self.account.clone());
            Counterparty { name, account, bank: given(&self.bank), ultimate_name: None }
        } else {
            Counterparty { name: given(company), ..Counterparty::default() }
        };
        match edi820::read(&self.text) {
            Some(advice) => {
                line.remittances = advice.documents;
                line.remittance_text = advice.text;
                line.references.end_to_end_id = advice.trace;
                line.counterparty.ultimate_name = advice.payer;
            }
            None => line.remittance_text = given(&squeezed(&self.text)).into_iter().collect(),
        }
        if let Some(returned) = &self.returned {
            line.purpose = Purpose::Return;
            line.return_reason = Some(returned.reason.clone());
            line.references.transaction = given(&returned.original_trace);
            line.additional_info = returned.text.clone();
        }
        if let Some(change) = &self.change {
            line.status = BookingStatus::Info;
            line.references.transaction = given(&change.original_trace);
            line.additional_info = Some(format!("{} {}", change.code, change.corrected).trim().to_owned());
        }
        if addenda::is_prenote(&self.code) {
            line.status = BookingStatus::Info;
        }
        line
    }
}
