use super::*;
use crate::doubles::app::MemoryApp;
use crate::flows::items::{
    self, entity, invoice, memory_app, open_tasks, put, put_policy, stored_customer, stored_invoice,
};
use crate::keyring::lookup;
use domain::ids::CustomerId;
use domain::inbox::intents;
use domain::inbox::signal::{Context, Locale};

async fn seeded(invoices: u32) -> MemoryApp {
    let memory = memory_app();
    put_policy(&memory).await;
    put(&memory, items::customer(&memory).await, &[]).await;
    for number in 0..invoices {
        put(&memory, invoice(&format!("{}", 1_001 + number), 1_000), &[]).await;
    }
    memory
}

async fn take(memory: &MemoryApp, mail: &str, fresh: &str, trust: Trust) {
    let written_on = memory.app.today();
    let signals = intents::read(fresh, &Context { locale: Locale::parse("en-US"), written_on });
    let reading = Reading { fresh: fresh.into(), signals, automatic: None, subject: String::new() };
    let customer = Some(CustomerId::new("qbo:1"));
    let from_hash = lookup(&memory.app, "pay@heron.example").unwrap();
    let sender = Sender { trust, customer, letter: None, from_hash };
    let claim = crate::store::keys::claim(&entity(), "mail", mail);
    act(&memory.app, &Cause::new(format!("mail:{mail}")), claim, &sender, &reading).await.unwrap();
}

#[tokio::test]
async fn the_same_mail_again_writes_nothing() {
    let memory = seeded(1).await;
    take(&memory, "m1", "We dispute INV-1001, the goods never arrived.", Trust::Verified).await;
    assert!(stored_invoice(&memory, "1001").await.dispute.is_some());
    let units = memory.table.half_units();
    take(&memory, "m1", "We dispute INV-1001, the goods never arrived.", Trust::Verified).await;
    assert_eq!(memory.table.half_units(), units);
}

#[tokio::test]
async fn a_weaker_dispute_does_not_shorten_the_one_that_stands() {
    let memory = seeded(1).await;
    take(&memory, "m1", "We dispute INV-1001, the goods never arrived.", Trust::Verified).await;
    let standing = stored_invoice(&memory, "1001").await.dispute;
    assert_eq!(standing.as_ref().unwrap().until, None);
    take(&memory, "m2", "We dispute INV-1001, the goods never arrived.", Trust::Matched).await;
    assert_eq!(stored_invoice(&memory, "1001").await.dispute, standing);
}

#[tokio::test]
async fn a_mail_about_more_invoices_than_a_commit_holds_goes_to_a_person() {
    let memory = seeded(120).await;
    let numbers: Vec<String> = (1_001..1_121).map(|number| format!("INV-{number}")).collect();
    take(&memory, "m1", &format!("We dispute these: {}.", numbers.join(", ")), Trust::Verified).await;
    assert_eq!(stored_customer(&memory).await.pauses[0].reason, PauseReason::ReplyToRead);
    assert!(open_tasks(&memory).await[0].why.contains("more than 90 invoices"));
}
