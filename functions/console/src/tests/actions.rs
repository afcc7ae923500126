use super::seed::usd;
use super::{WHO, World, between, field};
use app::flows::sweeps::find_missed;
use app::letter::{Letter, LetterState};
use app::store::change::Change;
use app::store::entity::FollowUp;
use app::store::keys;
use app::store::reads::chain;
use app::store::table::Key;
use app::views::tasks::tasks;
use domain::customer::Customer;
use domain::ids::{CustomerId, EntityId, InvoiceId, LetterId, PaymentId, TaskId};
use domain::invoice::{Invoice, RefundChoice};
use domain::payment::{Payment, Posting};
use domain::task::{CollectionsTask, TaskKind, TaskState};
use domain::timeline::{Cause, Event};
use http::{Method, StatusCode};

fn entity() -> EntityId {
    EntityId::new("main")
}

fn invoice_key(number: &str) -> Key {
    keys::invoice(&entity(), &InvoiceId::new(format!("qbo:{number}")))
}

/// The page's form with the address that begins so, and what it hides.
async fn form_at(
    world: &World,
    cookie: &str,
    page: &str,
    start: &str,
    end: &str,
) -> (String, Vec<(String, String)>) {
    let text = world.get(page, cookie).await.page;
    let path = format!("{start}{}{end}", between(&text, &format!("action=\"{start}"), &format!("{end}\"")));
    (path, world.hidden(page, cookie).await)
}

#[tokio::test]
async fn accepting_applies_exactly_the_candidate_and_names_the_person() {
    let world = World::seeded().await;
    let cookie = world.session();
    let (path, mut fields) = form_at(&world, &cookie, "/review", "/review/", "/accept").await;
    fields.push(field("candidate", "0"));
    let seen = world.post(&path, &cookie, &fields).await;
    assert_eq!((seen.status, seen.location.as_str()), (StatusCode::SEE_OTHER, "/review?notice=accepted"));
    let invoice = world.stored::<Invoice>(invoice_key("INV-1002")).await;
    assert_eq!(invoice.state.open().unwrap(), usd(0));
    let payment = world.stored::<Payment>(keys::payment(&entity(), &PaymentId::new("pi_unclear"))).await;
    assert_eq!(payment.state.applied, usd(80_000));
    let pk = invoice_key("INV-1002").pk;
    let newest = chain(world.app.table.as_ref(), &pk, invoice.head(), 1).await.unwrap().remove(0).entry;
    assert!(newest.cause.event.as_str().starts_with(&format!("person:{WHO}:")));
    assert!(newest.cause.archived.unwrap().starts_with("person/2026-11-24/"));
    assert!(world.get("/review", &cookie).await.page.contains("No payment waits"));
}

#[tokio::test]
async fn the_same_form_twice_acts_once_and_answers_the_same() {
    let world = World::seeded().await;
    let cookie = world.session();
    let (path, mut fields) = form_at(&world, &cookie, "/review", "/review/", "/accept").await;
    fields.push(field("candidate", "0"));
    let first = world.post(&path, &cookie, &fields).await;
    let ver = world.stored::<Invoice>(invoice_key("INV-1002")).await.ver;
    let archived = world.blobs.keys("").len();
    let second = world.post(&path, &cookie, &fields).await;
    assert_eq!((first.status, first.location), (second.status, second.location));
    assert_eq!(world.stored::<Invoice>(invoice_key("INV-1002")).await.ver, ver);
    assert_eq!(world.blobs.keys("").len(), archived);
    // A new page's form on the same matter is refused by the flow itself.
    let fresh = world.hidden("/", &cookie).await;
    let late = world.post(&path, &cookie, &[fresh, vec![field("candidate", "1")]].concat()).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.page.contains("has done this already"), "{}", late.page);
}

#[tokio::test]
async fn a_form_that_is_not_ours_changes_nothing() {
    let world = World::seeded().await;
    let cookie = world.session();
    let (path, fields) = form_at(&world, &cookie, "/review", "/review/", "/accept").await;
    let candidate = || field("candidate", "0");
    let others = world.hidden("/", &world.session()).await;
    for fields in [vec![candidate()], [others, vec![candidate()]].concat()] {
        assert_eq!(world.post(&path, &cookie, &fields).await.status, StatusCode::FORBIDDEN);
    }
    let out = world.post(&path, "", &[fields, vec![candidate()]].concat()).await;
    assert_eq!(out.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.stored::<Invoice>(invoice_key("INV-1002")).await.state.applied, usd(0));
    assert_eq!(world.blobs.keys("").len(), 0);
}

#[tokio::test]
async fn leaving_a_payment_keeps_it_unapplied() {
    let world = World::seeded().await;
    let cookie = world.session();
    let (path, mut fields) = form_at(&world, &cookie, "/review", "/tasks/", "/done").await;
    fields.push(field("leave", "yes"));
    assert_eq!(world.post(&path, &cookie, &fields).await.location, "/review?notice=left");
    let id = between(&path, "/tasks/", "/done");
    let task = world.stored::<CollectionsTask>(keys::task(&entity(), &TaskId::new(id))).await;
    assert!(matches!(task.state.state, TaskState::Done { by, .. } if by == WHO));
    let payment = world.stored::<Payment>(keys::payment(&entity(), &PaymentId::new("pi_unclear"))).await;
    assert_eq!(payment.state.unapplied().unwrap(), usd(80_000));
}

#[tokio::test]
async fn a_refund_is_decided_and_only_then_its_task_is_done() {
    let world = World::seeded().await;
    let cookie = world.session();
    let page = world.get("/tasks", &cookie).await.page;
    assert!(page.contains("Owed again") && page.contains("INV-2003"));
    let hidden = world.hidden("/tasks", &cookie).await;
    let decide =
        |choice: &str| [hidden.clone(), vec![field("reversal", "re_1"), field("choice", choice)]].concat();
    let refused = world.post("/invoices/qbo:INV-2003/refund", &cookie, &decide("nothing")).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let seen = world.post("/invoices/qbo:INV-2003/refund", &cookie, &decide("void")).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.page);
    let invoice = world.stored::<Invoice>(invoice_key("INV-2003")).await.state;
    assert_eq!(invoice.refunds_to_decide[0].choice, Some(RefundChoice::Void));
    assert!(!world.get("/tasks", &cookie).await.page.contains("Owed again"));
}

#[tokio::test]
async fn a_letter_that_did_not_arrive_frees_its_customer() {
    let world = World::seeded().await;
    let cookie = world.session();
    let (path, fields) = form_at(&world, &cookie, "/tasks", "/tasks/", "/letter").await;
    let tell = |outcome: &str| [fields.clone(), vec![field("outcome", outcome)]].concat();
    assert_eq!(world.post(&path, &cookie, &tell("did_not")).await.location, "/tasks?notice=letter");
    let customer = world.stored::<Customer>(keys::customer(&entity(), &CustomerId::new("qbo:13"))).await;
    assert_eq!(customer.state.letter_in_hand, None);
    let letter = world.stored::<Letter>(keys::letter(&entity(), &LetterId::new("qbo:13:2026-11-23"))).await;
    assert!(matches!(letter.state.state, LetterState::Cancelled { .. }));
    assert_eq!(world.post(&path, &cookie, &tell("arrived")).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_letter_that_arrived_counts_as_sent() {
    let world = World::seeded().await;
    let cookie = world.session();
    let (path, fields) = form_at(&world, &cookie, "/tasks", "/tasks/", "/letter").await;
    world.post(&path, &cookie, &[fields, vec![field("outcome", "arrived")]].concat()).await;
    assert_eq!(world.stored::<Invoice>(invoice_key("INV-1001")).await.state.level_sent(), 1);
    let customer = world.stored::<Customer>(keys::customer(&entity(), &CustomerId::new("qbo:13"))).await;
    assert_eq!(customer.state.contacted_on, ["2026-11-23".parse().unwrap()]);
}

#[tokio::test]
async fn pauses_end_and_disputes_close() {
    let world = World::seeded().await;
    let cookie = world.session();
    let customer = keys::customer(&entity(), &CustomerId::new("qbo:13"));
    let pause = world.stored::<Customer>(customer.clone()).await.state.pauses.remove(0);
    let mut fields = world.hidden("/customers/qbo:13", &cookie).await;
    fields.push(field("pause", serde_json::to_string(&pause).unwrap()));
    assert_eq!(
        world.post("/customers/qbo:13/end-pause", &cookie, &fields).await.location,
        "/customers/qbo:13?notice=pause"
    );
    assert!(world.stored::<Customer>(customer).await.state.pauses.is_empty());
    let mut fields = world.hidden("/invoices/qbo:INV-2002", &cookie).await;
    fields.extend([field("dispute", "d-1"), field("how", "rejected")]);
    world.post("/invoices/qbo:INV-2002/close-dispute", &cookie, &fields).await;
    assert_eq!(world.stored::<Invoice>(invoice_key("INV-2002")).await.state.dispute, None);
}

/// A payment of 800.00 that a dry run applied to INV-1002, and its task.
async fn withheld(world: &World) -> CollectionsTask {
    let app = &world.app;
    let like = world.stored::<Payment>(keys::payment(&entity(), &PaymentId::new("pi_unclear"))).await.state;
    let customer = Some(CustomerId::new("qbo:13"));
    let payment = Payment { id: PaymentId::new("pi_dry"), customer, posting: Posting::Withheld, ..like };
    let payment = payment.allocate(InvoiceId::new("qbo:INV-1002"), usd(80_000)).unwrap();
    let event = Event::PaymentReceived { payment: payment.id.clone(), amount: payment.received };
    let change = Change::new(entity(), app.clock.now(), Cause::new("seed"), event);
    change.create(payment, &[]).commit(app.table.as_ref()).await.unwrap();
    find_missed(app, &Cause::new("sweep")).await.unwrap();
    let open = tasks(app, |kind| kind == TaskKind::LedgerMismatch).await.unwrap();
    open.tasks[0].task.clone()
}

#[tokio::test]
async fn what_a_dry_run_applied_is_posted_when_a_person_says_so() {
    let world = World::seeded().await;
    let cookie = world.session();
    let task = withheld(&world).await;
    let page = world.get("/tasks", &cookie).await.page;
    assert!(page.contains("was applied in a dry run") && page.contains("Post it"), "{page}");
    let path = format!("/tasks/{}/post", task.id);
    let mut fields = world.hidden("/tasks", &cookie).await;
    fields.push(field("post", "yes"));
    assert_eq!(world.post(&path, &cookie, &fields).await.location, "/tasks?notice=posting");
    let payment = world.stored::<Payment>(keys::payment(&entity(), &PaymentId::new("pi_dry"))).await;
    assert_eq!(payment.state.posting, Posting::NotPosted);
    assert!(payment.is_pending(FollowUp::WriteBack));
    let fresh = world.hidden("/tasks", &cookie).await;
    assert_eq!(world.post(&path, &cookie, &fresh).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_payment_that_nobody_knows_is_not_taken_for_ours() {
    let world = World::seeded().await;
    let cookie = world.session();
    let task = withheld(&world).await;
    let mut fields = world.hidden("/tasks", &cookie).await;
    fields.extend([field("ours", "pi_dry"), field("theirs", "qbo:9")]);
    let seen = world.post(&format!("/tasks/{}/same", task.id), &cookie, &fields).await;
    assert_eq!(seen.status, StatusCode::CONFLICT, "{}", seen.page);
    let payment = world.stored::<Payment>(keys::payment(&entity(), &PaymentId::new("pi_dry"))).await;
    assert_eq!(payment.state.posting, Posting::Withheld);
}

#[tokio::test]
async fn looking_at_an_action_does_nothing() {
    let world = World::seeded().await;
    let cookie = world.session();
    let (path, _) = form_at(&world, &cookie, "/review", "/review/", "/accept").await;
    let seen = world.call(Method::GET, &path, &cookie, String::new()).await;
    assert_eq!(seen.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn an_application_is_undone_from_its_invoice() {
    let world = World::seeded().await;
    let cookie = world.session();
    let (path, mut fields) = form_at(&world, &cookie, "/review", "/review/", "/accept").await;
    fields.push(field("candidate", "0"));
    world.post(&path, &cookie, &fields).await;
    let page = "/invoices/qbo:INV-1002";
    assert!(world.get(page, &cookie).await.page.contains("value=\"pi_unclear\""));
    let mut fields = world.hidden(page, &cookie).await;
    fields.push(field("payment", "pi_unclear"));
    let seen = world.post("/invoices/qbo:INV-1002/undo", &cookie, &fields).await;
    assert_eq!(seen.location, format!("{page}?notice=undone"));
    assert_eq!(world.stored::<Invoice>(invoice_key("INV-1002")).await.state.open().unwrap(), usd(80_000));
    assert!(!world.get("/review", &cookie).await.page.contains("No payment waits"));
    assert!(!world.get(page, &cookie).await.page.contains("value=\"pi_unclear\""));
    let mut fresh = world.hidden(page, &cookie).await;
    fresh.push(field("payment", "pi_unclear"));
    let late = world.post("/invoices/qbo:INV-1002/undo", &cookie, &fresh).await;
    assert!(late.page.contains("settles nothing on INV-1002 any more"));
}
