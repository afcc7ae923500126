//! Hostile mail: whatever comes, nothing changes beyond what the sender's tier allows, nobody is written to, nothing
//! panics, and it takes no longer than it should.
use chrono::{NaiveDate, TimeDelta};
use domain::customer::{AddressStatus, Customer, PauseReason};
use domain::invoice::Invoice;
use domain::task::TaskKind;
use std::collections::BTreeSet;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;
use tests::{Hostile, TIERS, Telling, World, hostile_files, hostile_large};
use tokio::runtime::Builder;

const DAY: &str = "2026-03-16";
/// No mail may take longer, in a build without optimisation on a busy machine.
const TIME_MAX: Duration = Duration::from_secs(20);
/// Three business days from a Monday, or over a weekend.
const UNVERIFIED_PAUSE_MAX: TimeDelta = TimeDelta::days(5);

/// What a mail could change.
#[derive(Debug, Clone, PartialEq)]
struct Standing {
    larkspur: Customer,
    overdue: Invoice,
    later: Invoice,
    moss: Customer,
    of_moss: Invoice,
    letters: usize,
    payments: usize,
    postings: usize,
}

impl Standing {
    async fn of(world: &World) -> Self {
        Self {
            larkspur: world.customer("7").await,
            overdue: world.invoice("INV-1001").await,
            later: world.invoice("INV-1003").await,
            moss: world.customer("8").await,
            of_moss: world.invoice("INV-2002").await,
            letters: world.letters(),
            payments: world.payments().await.len(),
            postings: world.postings(),
        }
    }

    /// This standing as far as it may differ from `before`: what is allowed in no case is left as it is.
    fn masked(mut self, before: &Self, is_moss_allowed: bool) -> Self {
        for (now, then) in [(&mut self.overdue, &before.overdue), (&mut self.later, &before.later)] {
            (now.promise, now.dispute) = (then.promise.clone(), then.dispute.clone());
        }
        mask(&mut self.larkspur, &before.larkspur);
        if is_moss_allowed {
            mask(&mut self.moss, &before.moss);
        }
        self
    }
}

/// Contacts keep their addresses; their status, and pauses, are judged apart.
fn mask(now: &mut Customer, then: &Customer) {
    now.pauses.clone_from(&then.pauses);
    now.last_decision.clone_from(&then.last_decision);
    for (contact, before) in now.contacts.iter_mut().zip(&then.contacts) {
        contact.status = before.status.clone();
    }
}

/// A letter about INV-1001 went to Larkspur; INV-1003 is not due yet, and INV-2002 is another customer's.
async fn given_letter(telling: Telling) -> World {
    let mut world = World::new(telling).await;
    world.given_customer("8", "Moss Interiors", "books@moss.example");
    world.given_invoice("INV-2002", "8", "900.00", "2026-04-30");
    world.given_invoice("INV-1003", "7", "200.00", "2026-04-30");
    world.given_larkspur().await;
    world.when_tick(DAY, "11:00").await;
    assert_eq!(world.letters(), 1);
    world
}

/// What came of a mail, by name.
fn came_of(before: &Standing, after: &Standing, tasks: &[(TaskKind, String)]) -> BTreeSet<String> {
    let any_contact = |status: fn(&AddressStatus) -> bool| {
        let mut pairs = before.larkspur.contacts.iter().zip(&after.larkspur.contacts);
        pairs.any(|(was, is)| was.status != is.status && status(&is.status))
    };
    let pairs = [(&before.overdue, &after.overdue), (&before.later, &after.later)];
    let has = |kind: TaskKind| tasks.iter().any(|(found, _)| *found == kind);
    let found = [
        ("promise", pairs.iter().any(|(was, is)| was.promise != is.promise)),
        ("dispute", pairs.iter().any(|(was, is)| was.dispute != is.dispute)),
        ("opt_out", any_contact(|status| matches!(status, AddressStatus::OptedOut { .. }))),
        ("hold", any_contact(|status| matches!(status, AddressStatus::Held { .. }))),
        ("bounce", any_contact(|status| matches!(status, AddressStatus::Bounced { .. }))),
        ("complaint", any_contact(|status| matches!(status, AddressStatus::Complained { .. }))),
        ("pause", before.larkspur.pauses != after.larkspur.pauses),
        ("moss", before.moss != after.moss),
        ("task", has(TaskKind::MailReview)),
        ("quarantine", has(TaskKind::Quarantine)),
    ];
    found.into_iter().filter(|(_, is)| *is).map(|(name, _)| name.to_owned()).collect()
}

/// Pauses by a sender that nobody vouches for end by themselves, but for those that a lawyer or a fraud would want.
fn lasting_pauses(after: &Standing) -> Vec<String> {
    let today: NaiveDate = DAY.parse().unwrap();
    let is_lasting =
        |until: Option<NaiveDate>| until.is_none_or(|until| until > today + UNVERIFIED_PAUSE_MAX);
    let pauses = after.larkspur.pauses.iter().chain(&after.moss.pauses);
    let pauses = pauses.filter(|pause| {
        is_lasting(pause.until) && !matches!(pause.reason, PauseReason::Legal | PauseReason::SecurityAlert)
    });
    let held =
        after.larkspur.contacts.iter().filter(
            |contact| matches!(contact.status, AddressStatus::Held { until } if is_lasting(Some(until))),
        );
    pauses.map(|pause| format!("{pause:?}")).chain(held.map(|held| format!("{held:?}"))).collect()
}

fn rank(tier: &str) -> usize {
    TIERS.iter().position(|known| *known == tier).unwrap_or_else(|| panic!("tier {tier}"))
}

/// Everything that is wrong with what came of a mail.
async fn complaints(mail: &Hostile) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut world = given_letter(Telling::Plain).await;
    let before = Standing::of(&world).await;
    world.when_hostile(mail, "7", DAY).await;
    let (after, tasks) = (Standing::of(&world).await, world.tasks().await);
    let came = came_of(&before, &after, &tasks);
    if !came.is_subset(&mail.allows) || !mail.needs.is_subset(&came) {
        wrong.push(format!("{came:?} came of it, allowed {:?}, needed {:?}", mail.allows, mail.needs));
    }
    if after.clone().masked(&before, mail.allows.contains("moss")) != before {
        wrong.push(format!("changed more: {after:#?}, before: {before:#?}"));
    }
    if let Some(tier) = world.last_tier()
        && rank(&tier) > rank(&mail.tier)
    {
        wrong.push(format!("its sender was taken for {tier}"));
    }
    if mail.tier == "unverified" {
        wrong.extend(lasting_pauses(&after).into_iter().map(|pause| format!("lasting: {pause}")));
    }
    if !world.dead.is_empty() {
        wrong.push(format!("dead: {:?}", world.dead));
    }
    if let Some((_, why)) = tasks.iter().find(|(_, why)| why.contains("panic")) {
        wrong.push(why.clone());
    }
    if world.archived("mail") != 1 {
        wrong.push(format!("{} archived", world.archived("mail")));
    }
    world.digest().await;
    wrong
}

/// What is wrong with a mail, told on a thread of its own.
///
/// # Errors
/// It panics, or takes too long.
fn judged(mail: &Hostile) -> Result<Vec<String>, String> {
    let (send, received) = mpsc::channel();
    let told = mail.clone();
    thread::spawn(move || {
        let runtime = Builder::new_current_thread().build().unwrap();
        let _ = send.send(runtime.block_on(complaints(&told)));
    });
    match received.recv_timeout(TIME_MAX) {
        Ok(wrong) => Ok(wrong),
        Err(RecvTimeoutError::Timeout) => Err(format!("takes more than {TIME_MAX:?}")),
        Err(RecvTimeoutError::Disconnected) => Err("panics".to_owned()),
    }
}

/// Tells each mail, and what is wrong with any of them.
fn tell(mails: impl IntoIterator<Item = Hostile>) {
    let mut all = Vec::new();
    let mut told = 0;
    for mail in mails {
        let wrong = match (&mail.gap, judged(&mail)) {
            (_, Err(failed)) => vec![failed],
            (None, Ok(wrong)) => wrong,
            (Some(_), Ok(wrong)) if !wrong.is_empty() => Vec::new(),
            (Some(gap), Ok(_)) => vec![format!("mended, so take away: {gap}")],
        };
        all.extend(wrong.into_iter().map(|wrong| format!("{}: {wrong}", mail.name)));
        told += 1;
    }
    assert!(told > 0, "no such mail");
    assert!(all.is_empty(), "of {told} mails:\n{}", all.join("\n"));
}

fn tell_files(kind: &str) {
    tell(hostile_files().into_iter().filter(|mail| mail.name.starts_with(kind)));
}

#[test]
fn every_file_has_a_story_of_its_kind() {
    let kinds = [
        "injection-",
        "hidden-",
        "forged-",
        "token-",
        "thread-",
        "number-",
        "machine-",
        "lines-",
        "headers-",
        "parts-",
        "charset-",
        "file-",
        "opt-out-",
        "contact-",
        "bank-",
        "legal-",
        "already-",
        "promise-",
    ];
    let files = hostile_files();
    assert!(files.len() >= 60);
    for mail in files {
        assert!(kinds.iter().any(|kind| mail.name.starts_with(kind)), "{}", mail.name);
    }
}

#[test]
fn orders_in_a_mail_are_text() {
    tell_files("injection-");
}

#[test]
fn what_people_do_not_see_says_nothing() {
    tell_files("hidden-");
}

#[test]
fn only_the_verdicts_say_who_wrote() {
    tell_files("forged-");
}

#[test]
fn a_token_is_no_name_and_a_thread_no_key() {
    tell_files("token-");
    tell_files("thread-");
}

#[test]
fn nobody_speaks_for_others() {
    for kind in ["number-", "opt-out-", "contact-", "bank-", "legal-"] {
        tell_files(kind);
    }
}

#[test]
fn words_are_weighed_before_they_hold() {
    for kind in ["promise-", "already-"] {
        tell_files(kind);
    }
}

#[test]
fn machines_are_believed_nothing() {
    tell_files("machine-");
}

#[test]
fn broken_mail_is_read_as_far_as_it_goes() {
    for kind in ["lines-", "headers-", "parts-", "charset-"] {
        tell_files(kind);
    }
}

#[test]
fn files_are_no_larger_than_they_are() {
    tell_files("file-");
}

#[test]
fn large_mail_takes_bounded_time() {
    tell(hostile_large());
}

#[tokio::test]
async fn a_hostile_mail_that_comes_twice_ends_as_one() {
    for mail in hostile_files() {
        let mut ends = Vec::new();
        for telling in [Telling::Plain, Telling::Twice] {
            let mut world = given_letter(telling).await;
            world.when_hostile(&mail, "7", DAY).await;
            ends.push(world.digest().await);
        }
        assert!(ends[0] == ends[1], "{} ends differently", mail.name);
    }
}
