//! What a transaction code says that a movement is for, in each format's code list. Only codes that mean one thing
//! everywhere are told apart; whatever is not here is a payment like any other.
use domain::statement::Purpose;

/// ISO 20022 external code set: "PMNT-RDDT-UPDD". The sub-family decides; a domain of its own is cash pooling.
pub(super) fn of_iso(code: &str) -> Purpose {
    let mut parts = code.split('-');
    let (domain, sub_family) = (parts.next(), parts.nth(1));
    match (domain, sub_family) {
        (Some("CAMT"), Some("CHRG" | "FEES" | "COMM")) => Purpose::Charge,
        (Some("CAMT"), Some("INTR")) => Purpose::Interest,
        (Some("CAMT"), _) => Purpose::OwnTransfer,
        // returns, unpaid debits and cheques, reversals after a recall
        (_, Some("RRTN" | "RPCR" | "PRDD" | "UPDD" | "UPCQ" | "UPCT" | "CQRV")) => Purpose::Return,
        (_, Some("CHRG" | "FEES" | "COMM" | "COME" | "COMI" | "COMT")) => Purpose::Charge,
        (_, Some("INTR")) => Purpose::Interest,
        _ => Purpose::Payment,
    }
}

/// A bank's own code as German banks write it into camt: "NMSC+805+9310".
pub(super) fn of_proprietary(code: &str) -> Purpose {
    let mut parts = code.split('+');
    let swift = parts.next().map_or(Purpose::Payment, of_swift);
    match (swift, parts.next()) {
        (Purpose::Payment, Some(gvc)) => of_gvc(gvc),
        _ => swift,
    }
}

/// The type of an MT940 line with its leading letter: "NCHG".
pub(super) fn of_swift(kind: &str) -> Purpose {
    match kind.get(1..) {
        Some("CHG" | "COM" | "BRF") => Purpose::Charge,
        Some("INT") => Purpose::Interest,
        Some("RTI") => Purpose::Return,
        // cash management: sweeping, topping, zero balancing, pooling
        Some("CMI" | "CMN" | "CMP" | "CMS" | "CMT" | "CMZ") => Purpose::OwnTransfer,
        _ => Purpose::Payment,
    }
}

/// Business transaction codes (GVC) of the German banks.
pub(super) fn of_gvc(code: &str) -> Purpose {
    match code {
        // returned direct debits and cheques, returned transfers
        "108" | "109" | "110" | "111" | "159" | "181" | "184" => Purpose::Return,
        "805" | "806" | "807" | "808" | "809" => Purpose::Charge,
        "814" => Purpose::Interest,
        "833" => Purpose::OwnTransfer,
        _ => Purpose::Payment,
    }
}

/// BAI2 detail codes.
pub(super) fn of_bai2(code: u16) -> Purpose {
    match code {
        252 | 255 | 257 | 258 | 552 | 555 | 557 | 558 => Purpose::Return,
        698 => Purpose::Charge,
        354 | 654 => Purpose::Interest,
        275 | 277 | 575 | 577 => Purpose::OwnTransfer,
        _ => Purpose::Payment,
    }
}

/// OFX transaction types.
pub(super) fn of_ofx(kind: &str) -> Purpose {
    match kind {
        "FEE" | "SRVCHG" => Purpose::Charge,
        "INT" | "DIV" => Purpose::Interest,
        _ => Purpose::Payment,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_list_tells_its_charges_interest_transfers_and_returns() {
        for (purpose, expected) in [
            (of_iso("PMNT-RDDT-UPDD"), Purpose::Return),
            (of_iso("PMNT-RCDT-ESCT"), Purpose::Payment),
            (of_iso("ACMT-MDOP-CHRG"), Purpose::Charge),
            (of_iso("CAMT-ACCB-ZABA"), Purpose::OwnTransfer),
            (of_iso("CAMT"), Purpose::OwnTransfer),
            (of_proprietary("NTRF+166+9301"), Purpose::Payment),
            (of_proprietary("NDDT+109+9310"), Purpose::Return),
            (of_proprietary("NCHG"), Purpose::Charge),
            (of_swift("NINT"), Purpose::Interest),
            (of_swift("FCMZ"), Purpose::OwnTransfer),
            (of_swift(""), Purpose::Payment),
            (of_gvc("814"), Purpose::Interest),
            (of_bai2(557), Purpose::Return),
            (of_bai2(115), Purpose::Payment),
            (of_ofx("SRVCHG"), Purpose::Charge),
        ] {
            assert_eq!(purpose, expected);
        }
    }
}
