use super::*;
use crate::money::{Currency, grouped};
use proptest::prelude::*;

fn on(y: i32, m: u32, d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(y, m, d).unwrap()
}

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

fn item(number: &str, due_on: NaiveDate, original: i64, open: i64) -> LetterItem {
    let issued_on = due_on.checked_sub_days(chrono::Days::new(30)).unwrap();
    let days_past_due = crate::dates::days_past_due(due_on, on(2026, 11, 24));
    LetterItem {
        invoice_number: number.into(),
        issued_on,
        due_on,
        days_past_due,
        original: usd(original),
        open: usd(open),
    }
}

fn facts(level: u8, tone: Tone) -> LetterFacts {
    LetterFacts {
        entity_name: "Harbour Paper Supply Inc.".into(),
        entity_address: "14 Quay Street\nPortland, ME 04101\nUnited States".into(),
        customer_name: "Northfield Print & Copy".into(),
        contact_name: Some("Dana Whitlock".into()),
        level,
        tone,
        items: vec![
            item("HP-20417", on(2026, 10, 12), 412_050, 412_050),
            item("HP-20533", on(2026, 11, 2), 1_250_000, 250_000),
        ],
        total: usd(662_050),
        unassigned: None,
        missed_promise: None,
        portal_url: "https://pay.harbourpaper.example/a/1.view.1798761600.ZW50.cWJvOjEz.Yzc.0f3k9a2b4c6d8e0f1a2b3c4d5e".into(),
        opt_out_url: "https://pay.harbourpaper.example/s/1.stop.1798761600.ZW50.cWJvOjEz.Yzc.9q8w7e6r5t4y3u2i1o0p1a2s3d".into(),
        reply_hint: Some("Your reply reaches Ines Marsh in our accounts team.".into()),
    }
}

fn letter(facts: &LetterFacts) -> Letter {
    render(&Templates::built_in().unwrap(), facts).unwrap()
}

#[test]
fn level_1_reads_as_written() {
    let letter = letter(&facts(1, Tone::Friendly));
    assert_eq!(letter.subject, "A short reminder from Harbour Paper Supply Inc.: USD 6,620.50");
    assert_eq!(letter.text, include_str!("snapshots/level-1.txt"));
}

#[test]
fn level_4_reads_as_written() {
    let mut facts = facts(4, Tone::Final);
    facts.missed_promise = Some(MissedPromise { amount: usd(412_050), promised_on: on(2026, 11, 13) });
    let letter = letter(&facts);
    assert_eq!(letter.subject, "Last automatic reminder: USD 6,620.50 past due to Harbour Paper Supply Inc.");
    assert_eq!(letter.text, include_str!("snapshots/level-4.txt"));
}

#[test]
fn the_html_reads_as_written() {
    assert_eq!(letter(&facts(1, Tone::Friendly)).html, include_str!("snapshots/level-1.html"));
}

#[test]
fn every_tone_says_how_to_pay_reply_and_stop_and_holds_nothing_remote() {
    for (level, tone) in [(1, Tone::Friendly), (2, Tone::Reminder), (3, Tone::Firm), (4, Tone::Final)] {
        let facts = facts(level, tone);
        let Letter { subject, text, html } = letter(&facts);
        for url in [&facts.portal_url, &facts.opt_out_url] {
            assert!(text.lines().any(|line| line == url), "{tone:?}");
            assert_eq!(html.matches(&format!("href=\"{url}\"")).count(), 1, "{tone:?}");
        }
        let read = text.replace('\n', " ");
        assert!(read.contains("reply to this mail") && read.contains("stop"), "{tone:?}");
        assert!(!read.contains("told us to expect"), "{tone:?}");
        assert_eq!(html.matches("http").count(), 3, "two links and http-equiv: {tone:?}");
        for refused in ["<img", "<script", "<style", "legal action", "lawyer", "court", "{{"] {
            assert!(!html.contains(refused) && !text.contains(refused), "{tone:?}: {refused}");
        }
        assert!(!subject.contains('\u{a0}') && !text.contains('\u{a0}'));
    }
}

#[test]
fn a_hostile_name_stays_text() {
    let mut facts = facts(1, Tone::Friendly);
    facts.customer_name = "<script>alert('x')</script>\r\nBcc: all@example.com \u{202e}\" onload=\"".into();
    facts.contact_name = Some(" \u{7} ".into());
    let letter = letter(&facts);
    assert!(letter.html.contains(
        "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; Bcc: all@example.com &quot; onload=&quot;"
    ));
    assert!(!letter.html.contains("<script") && !letter.html.contains('\u{202e}'));
    assert!(
        letter.text.contains("Dear <script>alert('x')</script> Bcc: all@example.com"),
        "the customer is greeted"
    );
    assert!(!letter.subject.contains(['\r', '\n']));
}

#[test]
fn a_placeholder_is_never_filled_twice() {
    let mut facts = facts(1, Tone::Friendly);
    facts.customer_name = "{{opt_out_url}}".into();
    assert!(letter(&facts).text.contains("for {{opt_out_url}} is past due"));
}

#[test]
fn long_numbers_cost_the_issue_date_and_then_the_table() {
    let mut facts = facts(1, Tone::Friendly);
    facts.items = vec![item("NPC/2026/WEST/000417", on(2026, 10, 12), 412_050, 412_050)];
    facts.total = usd(412_050);
    let text = letter(&facts).text;
    assert!(text.contains("Invoice               Due          Days late  Original      Open\n"), "{text}");
    facts.items = vec![item(&"7".repeat(40), on(2026, 10, 12), 412_050, 412_050)];
    let text = letter(&facts).text;
    assert!(
        text.contains("due 12 October 2026, 43 days late, USD 4,120.50 open of USD 4,120.50\n"),
        "{text}"
    );
    assert!(text.contains("Total open: USD 4,120.50\n"), "{text}");
}

#[test]
fn facts_that_do_not_hold_together_are_refused() {
    let templates = Templates::built_in().unwrap();
    let refusal = |change: &dyn Fn(&mut LetterFacts)| {
        let mut facts = facts(2, Tone::Reminder);
        change(&mut facts);
        render(&templates, &facts).unwrap_err().to_string()
    };
    let eur = Money::new(1_00, Currency::EUR);
    assert_eq!(refusal(&|f| f.level = 0), "dunning level 0 is not within 1 to 4");
    assert_eq!(refusal(&|f| f.tone = Tone::Final), "a letter of level 2 may not speak in the tone Final");
    assert_eq!(refusal(&|f| f.items.clear()), "no invoice to ask for");
    assert_eq!(refusal(&|f| f.items[0].open = usd(0)), "invoice HP-20417: USD 0.00 is nothing to ask for");
    assert_eq!(refusal(&|f| f.items[1].days_past_due = 0), "invoice HP-20533 is not past due (0 days)");
    assert_eq!(refusal(&|f| f.items[1].open = eur), "invoice HP-20533: currencies differ: USD and EUR");
    assert_eq!(refusal(&|f| f.items[1].original = eur), "invoice HP-20533: currencies differ: EUR and USD");
    assert_eq!(
        refusal(&|f| f.total = usd(1)),
        "the total USD 0.01 is not the sum of the invoices, USD 6620.50"
    );
    assert_eq!(
        refusal(&|f| f.missed_promise = Some(MissedPromise { amount: eur, promised_on: on(2026, 11, 13) })),
        "missed promise: currencies differ: EUR and USD"
    );
    assert_eq!(refusal(&|f| f.entity_address = " \n".into()), "entity address is empty");
    for url in
        ["javascript:alert(1)", "https://", "https://a.example/\"onclick", "https://a.example/ b", "/pay"]
    {
        assert_eq!(refusal(&|f| f.portal_url = url.into()), "portal url is not a web address", "{url}");
    }
}

#[test]
fn a_template_is_checked_when_it_is_read() {
    let good = include_str!("templates/1-friendly.txt");
    let error = |from: &str, to: &str| Template::parse(&good.replace(from, to)).unwrap_err().to_string();
    assert_eq!(error("{{reply_hint}}", "{{reply_hnt}}"), "line 20: unknown placeholder {{reply_hnt}}");
    assert_eq!(error("{{greeting}}", "{{greeting"), "line 3: braces without a partner");
    assert_eq!(error("{{greeting}}", "{greeting}"), "line 3: braces without a partner");
    assert_eq!(error("Subject: ", ""), "line 1 must start with \"Subject: \"");
    assert_eq!(error("reminder from", "reminder {{opt_out_url}}"), subject_refusal("opt_out_url"));
    assert_eq!(error("reminder from", "reminder {{promised_on}}"), subject_refusal("promised_on"));
    assert_eq!(error("{{invoices}}", "None."), "{{invoices}} must appear once");
    assert_eq!(error("{{invoices}}", "Here: {{invoices}}"), "line 7: unknown placeholder {{invoices}}");
    assert_eq!(error("{{opt_out_url}}", "our site"), "{{opt_out_url}} must appear once");
    assert_eq!(error("{{portal_url}}", "our site"), "{{portal_url}} must appear once");
    assert_eq!(error("{{entity_address}}", "Bye"), "{{entity_address}} must appear once");
}

fn subject_refusal(name: &str) -> String {
    format!("line 1: the subject cannot hold {{{{{name}}}}}, which is not in every letter or is a link")
}

proptest! {
    #[test]
    fn the_total_asked_for_is_the_sum_of_the_invoices(
        opens in prop::collection::vec(1..=10_000_000_000_i64, 1..40),
        off_by in prop::sample::select(vec![-1_i64, 0, 1]),
        name in "\\PC{1,60}[a-z]",
    ) {
        let mut facts = facts(3, Tone::Firm);
        facts.customer_name = name;
        facts.items = opens.iter().map(|open| item("HP-1", on(2026, 11, 2), *open, *open)).collect();
        facts.total = usd(opens.iter().sum::<i64>() + off_by);
        match render(&Templates::built_in().unwrap(), &facts) {
            Ok(letter) => {
                prop_assert_eq!(off_by, 0);
                let total = letter.text.lines().find(|line| line.starts_with("Total open")).unwrap();
                prop_assert_eq!(total.rsplit(' ').next().unwrap(), grouped(facts.total));
                let shown = |line: &&str| line.starts_with("HP-1 ");
                prop_assert_eq!(letter.text.lines().filter(shown).count(), opens.len());
                for line in letter.text.lines().filter(|line| !line.starts_with("http")) {
                    let fits = line.chars().count() <= 76 || !line.contains(' ');
                    prop_assert!(fits, "{}", line);
                }
            }
            Err(refusal) => {
                prop_assert_ne!(off_by, 0);
                let is_total = matches!(refusal, LetterRefused::TotalDiffers { .. });
                prop_assert!(is_total, "{}", refusal);
            }
        }
    }
}

#[test]
fn money_that_we_hold_is_taken_off() {
    let held = LetterFacts { unassigned: Some(usd(50_00)), ..facts(1, Tone::Friendly) };
    assert!(letter(&held).text.replace(['\n', '\u{a0}'], " ").contains("We hold USD 50.00 from you"));
    assert!(!letter(&facts(1, Tone::Friendly)).text.contains("We hold"));
}
