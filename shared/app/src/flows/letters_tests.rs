use super::*;
use crate::doubles::app::MemoryApp;
use crate::doubles::mailer::ScriptedMailer;
use crate::flows::dunning::step;
use crate::flows::items::{self, invoice, letters, memory_app, open_tasks, put, put_policy, stored_customer};
use crate::messages::DunningDue;
use crate::ports::{Answer, Mailer};
use domain::ids::CustomerId;
use std::sync::Arc;

async fn planned(memory: MemoryApp) -> (MemoryApp, LetterDue) {
    put_policy(&memory).await;
    let customer = items::customer(&memory).await;
    put(&memory, customer, &[]).await;
    put(&memory, invoice("1001", 50_000), &[]).await;
    let due = DunningDue::new(items::entity(), CustomerId::new("qbo:1"), memory.app.today());
    step(&memory.app, &due).await.unwrap();
    let letter = letters(&memory).await.remove(0).state.id;
    let due = LetterDue::new(items::entity(), letter);
    (memory, due)
}

async fn state(memory: &MemoryApp) -> LetterState {
    letters(memory).await.remove(0).state.state
}

/// While the mail is handed over, the same message is delivered a second time.
struct Overtaken {
    memory: MemoryApp,
    due: LetterDue,
    ended: HandOff,
}

impl Mailer for Overtaken {
    fn send<'a>(&'a self, mail: OutgoingMail) -> Answer<'a, HandOff> {
        Box::pin(async move {
            self.memory.mailer.send(mail).await;
            send_due(&self.memory.app, &self.due).await.unwrap();
            assert!(matches!(state(&self.memory).await, LetterState::Unknown { .. }));
            assert_eq!(open_tasks(&self.memory).await.len(), 1);
            self.ended.clone()
        })
    }
}

async fn overtaken(ended: HandOff) -> (MemoryApp, LetterDue, Result<(), Failure>) {
    let (memory, due) = planned(memory_app()).await;
    let mut app = memory.app.clone();
    app.mailer = Arc::new(Overtaken { memory: memory.clone(), due: due.clone(), ended });
    let answer = send_due(&app, &due).await;
    (memory, due, answer)
}

#[tokio::test]
async fn a_second_delivery_while_the_first_hands_over_leaves_the_letter_sent() {
    let (memory, due, answer) = overtaken(HandOff::Accepted { message_ref: "m-1".into() }).await;
    assert_eq!(answer, Ok(()));
    assert_eq!(state(&memory).await, LetterState::Sent { message_ref: "m-1".into() });
    assert_eq!(open_tasks(&memory).await, []);
    let customer = stored_customer(&memory).await;
    assert_eq!((customer.letter_in_hand, customer.contacted_on), (None, vec![memory.app.today()]));
    let units = memory.table.half_units();
    send_due(&memory.app, &due).await.unwrap();
    assert_eq!((memory.table.half_units(), memory.mailer.handed_over().len()), (units, 1));
}

#[tokio::test]
async fn certainly_not_sent_releases_the_claim_although_another_called_it_unknown() {
    let refused = HandOff::NotSent { why: "throttled".into(), is_permanent: false };
    let (memory, due, answer) = overtaken(refused).await;
    assert!(matches!(answer, Err(Failure::Retry { .. })));
    assert_eq!(open_tasks(&memory).await, []);
    assert!(letters(&memory).await[0].is_pending(FollowUp::SendLetter));
    send_due(&memory.app, &due).await.unwrap();
    assert!(matches!(state(&memory).await, LetterState::Sent { .. }));
}

#[tokio::test]
async fn a_letter_that_is_unclear_twice_asks_twice() {
    let refused = HandOff::NotSent { why: "throttled".into(), is_permanent: false };
    let (memory, due, _) = overtaken(refused).await;
    let unclear = HandOff::Unknown { why: "timeout".into() };
    let memory = memory.with_mailer(ScriptedMailer::answering([unclear]));
    send_due(&memory.app, &due).await.unwrap();
    assert!(matches!(state(&memory).await, LetterState::Unknown { .. }));
    assert_eq!(open_tasks(&memory).await.len(), 1);
}

#[tokio::test]
async fn a_claim_whose_sender_died_is_unknown_and_never_sent_again() {
    let (memory, due) = planned(memory_app()).await;
    let key = keys::letter(&due.entity, &due.letter);
    let letter = must_load::<Letter>(memory.app.table.as_ref(), &key).await.unwrap();
    let attempt = decide_again(&memory.app, &Cause::new("letter"), letter).await.unwrap();
    assert!(matches!(attempt, Attempt::Done(Some(_))));
    for _ in 0..2 {
        send_due(&memory.app, &due).await.unwrap();
    }
    assert!(matches!(state(&memory).await, LetterState::Unknown { .. }));
    assert_eq!(memory.mailer.handed_over().len(), 0);
}
