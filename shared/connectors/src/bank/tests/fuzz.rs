//! Hostile input: seeded mutations of our own fixtures through every reader. `BANK_FUZZ=1000000` in the environment is
//! how many of each; a short run is in every `cargo test`. A failure names the seed that makes the same bytes again.
use super::*;
use std::time::{Duration, Instant};

const EXECUTIONS: u64 = 2_000;
/// No input of a few kilobytes may take longer, in a debug build on a busy machine.
const TIME_MAX: Duration = Duration::from_secs(2);

const SEEDS: [(&str, &[&[u8]]); 6] = [
    (
        "camt",
        &[
            SEPA_V02.as_bytes(),
            BATCH.as_bytes(),
            REVERSAL.as_bytes(),
            include_bytes!("../fixtures/cbpr_v08.xml"),
            include_bytes!("../fixtures/notification_054.xml"),
        ],
    ),
    (
        "mt940",
        &[
            include_bytes!("../fixtures/german.sta"),
            include_bytes!("../fixtures/dutch.sta"),
            include_bytes!("../fixtures/interim.mt942"),
        ],
    ),
    ("bai2", &[include_bytes!("../fixtures/day.bai")]),
    ("ofx", &[include_bytes!("../fixtures/sgml.ofx"), include_bytes!("../fixtures/xml.ofx")]),
    ("ach", &[include_bytes!("../fixtures/returns.ach"), include_bytes!("../fixtures/ctx.ach")]),
    (
        "csv",
        &[
            b"Date;Amount;Text\n02.03.2026;1.240,50;\"INV-7;\nINV-8\"\n13.03.2026;-25,00;\n",
            b"Date,Amount,Text\n2026-03-02,(12.00),x\n2026-03-03,1 240.50 CR,\"a\"\"b\"\n",
        ],
    ),
];

/// SplitMix64: the same seed gives the same bytes on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end.max(1)).unwrap()).unwrap()
    }
}

/// Bytes that mean something in one of the formats.
const WORDS: [&[u8]; 24] = [
    b",",
    b"/",
    b"\n",
    b":61:",
    b":86:",
    b":20:",
    b"<",
    b">",
    b"</",
    b"<STMTTRN>",
    b"&amp;",
    b"\"",
    b"?20",
    b"EREF+",
    b"88,",
    b"16,",
    b"D,255,",
    b"999999999999999999999",
    b"-",
    b"\xEF\xBB\xBF",
    b"\xFF",
    b"260230",
    b"RMR*IV*",
    b"<Ntry>",
];

fn mutated(seeds: &[&[u8]], random: &mut Random) -> Vec<u8> {
    let mut bytes = seeds[random.below(seeds.len())].to_vec();
    for _ in 0..=random.below(6) {
        let at = random.below(bytes.len() + 1);
        let end = (at + random.below(40)).min(bytes.len());
        match random.below(8) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 if at < bytes.len() => bytes[at] = u8::try_from(random.below(256)).unwrap(),
            3 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            4 => {
                let part = bytes[at..end].to_vec();
                let to = random.below(bytes.len() + 1);
                drop(bytes.splice(to..to, part));
            }
            5 => {
                let other = seeds[random.below(seeds.len())];
                let from = random.below(other.len());
                let to = (from + random.below(200)).min(other.len());
                drop(bytes.splice(at..end, other[from..to].iter().copied()));
            }
            _ => {
                let word = WORDS[random.below(WORDS.len())];
                drop(bytes.splice(at..end, word.iter().copied()));
            }
        }
    }
    bytes
}

/// What holds of whatever was read.
fn check(name: &str, seed: u64, file: &BankFile) {
    for statement in &file.statements {
        for line in &statement.lines {
            assert!(!line.amount.is_negative(), "{name} {seed}: {line:?}");
            assert_eq!(line.entry_key.len(), 64, "{name} {seed}: {line:?}");
        }
    }
}

fn fuzz(name: &str, seeds: &[&[u8]], executions: u64) {
    let columns = Columns {
        booked_on: "Date".into(),
        amount: Some("Amount".into()),
        remittance: vec!["Text".into()],
        ..Columns::default()
    };
    let (account, currency) = (some("1"), some("EUR"));
    let mappings = [CsvMapping { name: "fuzz".into(), account, currency, columns, ..CsvMapping::default() }];
    let mut read = 0;
    for seed in 0..executions {
        let bytes = mutated(seeds, &mut Random(seed));
        let begun = begun();
        let result = std::panic::catch_unwind(|| parse(&bytes, &mappings));
        let took = begun.elapsed();
        assert!(took < TIME_MAX, "{name} {seed} took {took:?}");
        match result {
            Ok(Ok(file)) => {
                check(name, seed, &file);
                read += 1;
            }
            Ok(Err(error)) => assert!(!error.to_string().is_empty()),
            Err(_) => panic!("{name} {seed} panicked on {:?}", String::from_utf8_lossy(&bytes)),
        }
    }
    println!("{name}: {executions} executions, {read} of them read");
    assert!(read > 0, "{name}: no mutation was read, so little of the reader was reached");
}

fn executions() -> u64 {
    // a person asks for a long run on purpose
    #[expect(clippy::disallowed_methods, reason = "only how long the test runs")]
    let asked = std::env::var("BANK_FUZZ").ok();
    asked.and_then(|count| count.parse().ok()).unwrap_or(EXECUTIONS)
}

#[test]
fn camt_survives_mutations() {
    fuzz(SEEDS[0].0, SEEDS[0].1, executions());
}

#[test]
fn mt940_survives_mutations() {
    fuzz(SEEDS[1].0, SEEDS[1].1, executions());
}

#[test]
fn bai2_survives_mutations() {
    fuzz(SEEDS[2].0, SEEDS[2].1, executions());
}

#[test]
fn ofx_survives_mutations() {
    fuzz(SEEDS[3].0, SEEDS[3].1, executions());
}

#[test]
fn ach_survives_mutations() {
    fuzz(SEEDS[4].0, SEEDS[4].1, executions());
}

#[test]
fn csv_survives_mutations() {
    fuzz(SEEDS[5].0, SEEDS[5].1, executions());
}

/// Inputs that would take a quadratic reader minutes: a megabyte and more of what nests, repeats or never ends.
#[test]
fn long_inputs_take_time_in_proportion() {
    let dutch = include_str!("../fixtures/dutch.sta");
    let (head, tail) = dutch.split_once(":86:/TRTP").unwrap();
    for text in [
        format!("{head}:86:166?20{}\n{tail}", "?21".repeat(400_000)),
        format!("{head}:86:166?20{}\n{tail}", "EREF+".repeat(200_000)),
        format!("{head}:86:/REMI/{}\n{tail}", "/EREF/".repeat(200_000)),
        format!("{head}{}{tail}", ":86:x\n".repeat(200_000)),
        format!(
            "01,A,B,260302,0400,77,80,,2/\n02,A,B,1,260302,,USD,2/\n03,1,,{}",
            "010,1,,,".repeat(150_000)
        ),
        format!(
            "01,A,B,260302,0400,77,80,,2/\n02,A,B,1,260302,,USD,2/\n03,1,,/\n16,142,5,,,,x\n{}",
            "88,x\n".repeat(200_000)
        ),
        format!("<OFX>{}", "<STMTRS>".repeat(150_000)),
        format!("<OFX><STMTRS><STMTTRN>{}", "<A>1".repeat(250_000)),
        format!("{}\n{}", &include_str!("../fixtures/ctx.ach")[..94], "705RMR*IV*\n".repeat(90_000)),
        "<a>".repeat(300_000),
        "\"".repeat(1_000_000),
        ",".repeat(1_000_000),
    ] {
        let begun = begun();
        let _ = read(text.as_bytes());
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(20), "{took:?}: {}", &text[..60.min(text.len())]);
    }
}

/// The clock of the machine: that the time is bounded is what is tested.
#[expect(clippy::disallowed_methods, reason = "no decision rests on it")]
fn begun() -> Instant {
    Instant::now()
}
