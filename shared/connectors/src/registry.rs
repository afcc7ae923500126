//! The outside systems that Dunlin works with, one line each.
use Capability::{Erp, MailSender, Mailbox, PaymentSource, StatementDetail, StatementFile};
use Direction::{Both, In, Out};
use Proof::{SampleFiles, Simulator};

/// What a system can be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Capability {
    /// Tells of payments, refunds and card disputes.
    PaymentSource,
    /// Keeps the invoices, and takes payments back.
    Erp,
    /// Tells of money on a bank account, as files.
    StatementFile,
    /// Tells more about money that a statement books, or that it came back; books nothing itself.
    StatementDetail,
    /// Receives mail.
    Mailbox,
    /// Sends mail and tells of its delivery.
    MailSender,
}

/// Which way data flows, seen from Dunlin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    In,
    Out,
    Both,
}

/// What the connection is tested against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Proof {
    /// A simulator of the system, in the stories and the simulation.
    Simulator,
    /// Files in the system's format.
    SampleFiles,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct System {
    pub name: &'static str,
    /// Module of this crate.
    pub module: &'static str,
    pub capabilities: &'static [Capability],
    pub direction: Direction,
    pub status: Proof,
}

const fn system(
    name: &'static str,
    module: &'static str,
    capabilities: &'static [Capability],
    direction: Direction,
    status: Proof,
) -> System {
    System { name, module, capabilities, direction, status }
}

pub const SYSTEMS: &[System] = &[
    system("Stripe", "stripe", &[PaymentSource], In, Simulator),
    system("QuickBooks Online", "quickbooks", &[Erp], Both, Simulator),
    system("Bank statements, ISO 20022 camt.053", "bank", &[StatementFile], In, SampleFiles),
    system("Bank reports and notices, camt.052 and camt.054", "bank", &[StatementDetail], In, SampleFiles),
    system("Bank statements, SWIFT MT940", "bank", &[StatementFile], In, SampleFiles),
    system("Bank reports, SWIFT MT942", "bank", &[StatementDetail], In, SampleFiles),
    system("Bank statements, BAI2", "bank", &[StatementFile], In, SampleFiles),
    system("Bank statements, OFX and QFX", "bank", &[StatementFile], In, SampleFiles),
    system("Bank statements, CSV by a declared mapping", "bank", &[StatementFile], In, SampleFiles),
    system("ACH returns and addenda (Nacha, X12 820)", "bank", &[StatementDetail], In, SampleFiles),
    system("Amazon SES, inbound", "ses", &[Mailbox], In, Simulator),
    system("Amazon SES, outbound", "ses", &[MailSender], Out, Simulator),
];

impl Capability {
    pub const fn label(self) -> &'static str {
        match self {
            Self::PaymentSource => "payments, refunds and card disputes",
            Self::Erp => "customers, invoices, credit memos; payments posted back",
            Self::StatementFile => "bank statement lines",
            Self::StatementDetail => "details and returns of payments",
            Self::Mailbox => "replies of customers",
            Self::MailSender => "letters and their delivery",
        }
    }
}

impl Direction {
    pub const fn label(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
            Self::Both => "in and out",
        }
    }
}

impl Proof {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Simulator => "simulator",
            Self::SampleFiles => "sample files",
        }
    }
}

/// The systems as the Markdown table that the README shows.
pub fn supported_table() -> String {
    let mut table = "| System | What for | Direction | Tested with |\n|---|---|---|---|\n".to_owned();
    for system in SYSTEMS {
        let uses: Vec<&str> = system.capabilities.iter().map(|capability| capability.label()).collect();
        let (uses, direction, status) = (uses.join("; "), system.direction.label(), system.status.label());
        table.push_str(&format!("| {} | {uses} | {direction} | {status} |\n", system.name));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    #[test]
    fn every_vendor_folder_is_registered_and_every_line_has_its_module() {
        let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let registered: BTreeSet<&str> = SYSTEMS.iter().map(|system| system.module).collect();
        for module in &registered {
            let is_there =
                src.join(module).join("mod.rs").exists() || src.join(format!("{module}.rs")).exists();
            assert!(is_there, "no module {module}");
        }
        for folder in std::fs::read_dir(&src).unwrap().map(|entry| entry.unwrap().path()) {
            let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
            // MIME is a format of every mail system, not a system.
            if folder.is_dir() && name != "mime" {
                assert!(registered.contains(name.as_str()), "{name} is not in the registry");
            }
        }
    }

    #[test]
    fn the_table_has_a_row_per_system() {
        let table = supported_table();
        assert_eq!(table.lines().count(), SYSTEMS.len() + 2);
        assert!(
            table.contains("| Stripe | payments, refunds and card disputes | in | simulator |\n"),
            "{table}"
        );
        assert!(table.lines().all(|line| line.matches('|').count() == 5), "{table}");
    }

    #[test]
    fn the_readme_shows_exactly_this_table() {
        let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
        let readme = std::fs::read_to_string(readme).unwrap();
        let table = supported_table();
        let header = table.lines().next().unwrap();
        let shown =
            readme.lines().skip_while(|line| *line != header).take_while(|line| line.starts_with('|'));
        let shown: Vec<&str> = shown.collect();
        assert_eq!(shown, table.lines().collect::<Vec<_>>(), "README.md, \"Supported systems\"");
    }
}
