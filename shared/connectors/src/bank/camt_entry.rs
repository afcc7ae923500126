//! `Ntry`: one booking, and the payments in it.
use super::camt_amount::{amount, date_in, direction};
use super::camt_detail::{Detail, code, detail};
use super::camt_xml::Node;
use super::file_error::{FileError, Position, Reason, fault};
use super::purpose;
use chrono::NaiveDate;
use domain::money::Money;
use domain::statement::{BookingStatus, Direction, EntryKeys, Purpose, StatementLine};

/// What the entry says of itself.
struct Entry {
    amount: Money,
    direction: Direction,
    status: BookingStatus,
    is_reversal: bool,
    has_charges: bool,
    booked_on: Option<NaiveDate>,
    valued_on: Option<NaiveDate>,
    account_servicer: Option<String>,
    entry_reference: Option<String>,
    code: Option<String>,
    additional_info: Option<String>,
}

/// The number of an entry in its statement.
pub(super) fn position(node: &Node, number: u32) -> Position {
    let number = usize::try_from(number).unwrap_or(usize::MAX);
    Position { number, id: node.first_text(&["AcctSvcrRef", "NtryRef"]) }
}

/// The lines of one entry: one for each payment it lists, else one for the whole.
///
/// # Errors
/// A field that is missing or does not read, and payments that do not add up to the entry.
pub(super) fn lines(
    node: &Node,
    account: &str,
    number: u32,
    keys: &mut EntryKeys,
) -> Result<Vec<StatementLine>, FileError> {
    let entry = entry(node)?;
    let details = details(node, &entry)?;
    let amounts = split(&entry, &details)?;
    let parts = if amounts.len() == details.len() { details } else { vec![merged(details)] };
    let entry_key = entry.key(account, &parts, keys);
    let mut lines = Vec::new();
    for (detail_number, (detail, (direction, amount))) in (1..).zip(parts.into_iter().zip(amounts)) {
        let mut references = detail.references;
        references.account_servicer = references.account_servicer.or_else(|| entry.account_servicer.clone());
        lines.push(StatementLine {
            entry_key: entry_key.clone(),
            entry_number: number,
            detail_number,
            booked_on: entry.booked_on,
            valued_on: entry.valued_on,
            amount,
            direction,
            status: entry.status,
            is_reversal: entry.is_reversal,
            return_reason: detail.return_reason,
            purpose: purpose(detail.code.as_deref().or(entry.code.as_deref())),
            code: detail.code.or_else(|| entry.code.clone()),
            counterparty: detail.counterparty,
            references,
            remittance_text: detail.remittance_text,
            remittances: detail.remittances,
            instructed: detail.instructed,
            additional_info: detail.additional_info.or_else(|| entry.additional_info.clone()),
        });
    }
    Ok(lines)
}

/// By the code set of ISO 20022, or by the code that the bank wrote before there was one.
fn purpose(code: Option<&str>) -> Purpose {
    match code {
        Some(code) if code.contains('+') => purpose::of_proprietary(code),
        Some(code) => purpose::of_iso(code),
        None => Purpose::Payment,
    }
}

fn entry(node: &Node) -> Result<Entry, FileError> {
    let booked = node.one("Amt").and_then(|found| amount(found).map_err(|error| error.under("Amt")))?;
    let entry = Entry {
        amount: booked,
        direction: direction(node)?.ok_or_else(|| fault("CdtDbtInd", Reason::Missing))?,
        status: status(node.one("Sts")?).map_err(|reason| fault("Sts", reason))?,
        is_reversal: reversal(node)?,
        has_charges: node.child("Chrgs").is_some(),
        booked_on: date_in(node, "BookgDt")?,
        valued_on: date_in(node, "ValDt")?,
        account_servicer: node.first_text(&["AcctSvcrRef"]),
        entry_reference: node.first_text(&["NtryRef"]),
        code: code(node),
        additional_info: node.first_text(&["AddtlNtryInf"]),
    };
    if entry.status == BookingStatus::Booked && entry.booked_on.or(entry.valued_on).is_none() {
        return Err(fault("BookgDt", Reason::Missing));
    }
    Ok(entry)
}

/// A text up to version 3, later a `Cd`. A bank's own status could mean anything, so it is refused.
fn status(node: &Node) -> Result<BookingStatus, Reason> {
    match node.text_at("Cd").or_else(|| node.text()).or_else(|| node.text_at("Prtry")) {
        Some("BOOK") => Ok(BookingStatus::Booked),
        Some("PDNG" | "FUTR") => Ok(BookingStatus::Pending),
        Some("INFO") => Ok(BookingStatus::Info),
        Some(other) => Err(Reason::UnknownCode(other.to_owned())),
        None => Err(Reason::Missing),
    }
}

fn reversal(node: &Node) -> Result<bool, FileError> {
    match node.at_most_one("RvslInd")?.and_then(Node::text) {
        None | Some("false" | "0") => Ok(false),
        Some("true" | "1") => Ok(true),
        Some(other) => Err(fault("RvslInd", Reason::UnknownCode(other.to_owned()))),
    }
}

fn details(node: &Node, entry: &Entry) -> Result<Vec<Detail>, FileError> {
    let mut details = Vec::new();
    for group in node.all("NtryDtls") {
        let found = group.all("TxDtls").count();
        if let Some(stated) = group.text_at("Btch/NbOfTxs")
            && found > 0
            && stated.parse() != Ok(found)
        {
            let reason = Reason::DetailCount { stated: stated.to_owned(), found };
            return Err(fault("NtryDtls/Btch/NbOfTxs", reason));
        }
        for each in group.all("TxDtls") {
            let place = format!("NtryDtls/TxDtls[{}]", details.len() + 1);
            let read = detail(each, entry.direction, entry.is_reversal);
            details.push(read.map_err(|error| error.under(&place))?);
        }
    }
    Ok(details)
}

/// What was booked for each payment, or for the whole entry where the bank does not split it.
fn split(entry: &Entry, details: &[Detail]) -> Result<Vec<(Direction, Money)>, FileError> {
    let whole = vec![(entry.direction, entry.amount)];
    let ccy = entry.amount.currency();
    match details {
        [] => Ok(whole),
        [only] if is_same_booking(entry, only) => Ok(whole),
        [only] => {
            let stated = only.amounts_in(ccy).next().unwrap_or(entry.amount);
            Err(unbalanced(entry, signed(only.direction.unwrap_or(entry.direction), stated)))
        }
        _ if details.iter().all(|detail| detail.amounts_in(ccy).next().is_none()) => Ok(whole),
        _ => {
            let mut parts = Vec::new();
            let mut total = Money::zero(ccy);
            for (index, detail) in details.iter().enumerate() {
                let place = format!("NtryDtls/TxDtls[{}]/Amt", index + 1);
                let amount = detail.amounts_in(ccy).next().ok_or_else(|| fault(&place, Reason::Missing))?;
                let direction = detail.direction.unwrap_or(entry.direction);
                total = total.plus(signed(direction, amount)).map_err(|error| fault(&place, error))?;
                parts.push((direction, amount));
            }
            if total == signed(entry.direction, entry.amount) {
                Ok(parts)
            } else {
                Err(unbalanced(entry, total))
            }
        }
    }
}

/// Whether the only payment can be all of the entry. In another currency or with charges it differs from what was
/// booked, and booked is what we got.
fn is_same_booking(entry: &Entry, only: &Detail) -> bool {
    let is_same_direction = only.direction.is_none_or(|direction| direction == entry.direction);
    let stated: Vec<Money> = only.amounts_in(entry.amount.currency()).collect();
    let is_same_amount = stated.is_empty() || stated.contains(&entry.amount);
    is_same_direction && (is_same_amount || only.has_charges || entry.has_charges)
}

fn signed(direction: Direction, amount: Money) -> Money {
    match direction {
        Direction::Credit => amount,
        Direction::Debit => Money::new(-amount.minor(), amount.currency()),
    }
}

fn unbalanced(entry: &Entry, details: Money) -> FileError {
    let entry = signed(entry.direction, entry.amount);
    fault("NtryDtls", Reason::DoesNotAddUp { entry, details })
}

/// One line for payments without amounts: every reference is kept, and the payer is unknown.
fn merged(details: Vec<Detail>) -> Detail {
    let mut whole = Detail::default();
    for detail in details {
        whole.remittance_text.extend(detail.remittance_text);
        whole.remittances.extend(detail.remittances);
        whole.return_reason = whole.return_reason.or(detail.return_reason);
    }
    whole
}

impl Entry {
    /// By the bank's reference, else by the entry's, else by all that is known. Banks number entries anew in each
    /// statement and use references again, so a reference counts together with the day and the amount only.
    fn key(&self, account: &str, parts: &[Detail], keys: &mut EntryKeys) -> String {
        let only = if let [only] = parts { Some(&only.references) } else { None };
        let servicer =
            self.account_servicer.as_deref().or(only.and_then(|refs| refs.account_servicer.as_deref()));
        let status = match self.status {
            BookingStatus::Booked => "booked",
            BookingStatus::Pending => "pending",
            BookingStatus::Info => "info",
        };
        let day = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
        let (booked_on, valued_on) = (day(self.booked_on), day(self.valued_on));
        let amount = signed(self.direction, self.amount).to_string();
        let common = [account, status, &booked_on, &amount];
        match (servicer, self.entry_reference.as_deref()) {
            (Some(reference), _) => keys.next(&[&common[..], &["servicer", reference]].concat()),
            (None, Some(reference)) => keys.next(&[&common[..], &["entry", reference]].concat()),
            (None, None) => {
                let end_to_end = only.and_then(|refs| refs.end_to_end_id.as_deref()).unwrap_or_default();
                keys.next(&[&common[..], &["none", &valued_on, end_to_end]].concat())
            }
        }
    }
}
