//! How often each rule's class of decisions was right on the labelled sets, in parts per million, rounded down.

pub fn of(rule: &str) -> u32 {
    match rule {
        "named-in-full" | "remittance-820" | "provider-link" => 999_000,
        "named-with-amounts" | "named-range" | "named-less-discount" | "named-within-rounding" => 998_000,
        "near-number" | "named-with-misprint" | "payer-one-invoice" | "named-less-fee" => 997_000,
        "payer-statement" | "payer-only-set" | "named-list-goes-on" | "named-less-credit" => 995_000,
        _ => 990_000,
    }
}
