//! What people can do, each as one form.
use crate::guard::Person;
use crate::pages::layout::{customer_path, invoice_path, segment};
use crate::stop::Stop;
use crate::submit::{Fields, Submission};
use app::App;
use app::flows::erp::answers::{self, Question};
use app::flows::letter_outcomes::{Outcome, resolve};
use app::flows::refunds::{RefundDecision, decide};
use app::flows::{cash, disputes, pauses, tasks, undo};
use app::store::keys;
use app::store::reads::must_load;
use app::views::tasks::{About, about};
use app::worker::Failure;
use axum::extract::{Extension, Form, Path, State};
use axum::response::Response;
use domain::customer::Pause;
use domain::ids::{CustomerId, DisputeId, InvoiceId, PaymentId, TaskId};
use domain::invoice::RefundChoice;
use domain::task::{CollectionsTask, TaskKind, TaskState};
use std::sync::Arc;

type Ours = State<Arc<App>>;
type By = Extension<Person>;
type Page = Result<Response, Stop>;

async fn open_task(app: &App, id: &TaskId) -> Result<CollectionsTask, Failure> {
    let key = keys::task(&app.settings.entity, id);
    let task = must_load::<CollectionsTask>(app.table.as_ref(), &key).await?.state;
    match &task.state {
        TaskState::Open => Ok(task),
        TaskState::Done { by, how, .. } => Err(Failure::poison(format!("{by} has done this already: {how}"))),
    }
}

/// Applies a payment in review as one of its candidates says.
pub async fn accept(
    State(app): Ours,
    Extension(person): By,
    Path(task): Path<String>,
    Form(fields): Form<Fields>,
) -> Page {
    let action = format!("review/{task}/accept");
    let form = Submission { app: &app, person: &person, action, fields };
    let at: usize =
        form.field("candidate")?.parse().map_err(|_| Stop::Malformed("The candidate is not a number."))?;
    form.carry_out(|cause| {
        let (app, person) = (&app, &person);
        async move {
            let task = open_task(app, &TaskId(task)).await?;
            let candidate = task.candidates.get(at).filter(|_| task.kind == TaskKind::PaymentReview);
            let candidate = candidate.ok_or_else(|| Failure::poison("there is no such candidate"))?;
            let subject = task.subject.as_deref().unwrap_or_default();
            let payment = keys::payment_id(&app.settings.entity, subject)
                .ok_or_else(|| Failure::poison("the task is not about a payment"))?;
            cash::accept(app, &cause, &payment, candidate, person.who()).await?;
            Ok("/review?notice=accepted".to_owned())
        }
    })
    .await
}

/// Marks a task as done where nothing is left to decide by it; a payment in review stays unapplied.
pub async fn finish_task(
    State(app): Ours,
    Extension(person): By,
    Path(task): Path<String>,
    Form(fields): Form<Fields>,
) -> Page {
    let form = Submission { app: &app, person: &person, action: format!("tasks/{task}/done"), fields };
    form.carry_out(|cause| {
        let (app, person) = (&app, &person);
        async move {
            let task = open_task(app, &TaskId(task)).await?;
            let (how, to) = match task.kind {
                TaskKind::PaymentReview => ("left unapplied", "/review?notice=left"),
                _ => ("done", "/tasks?notice=done"),
            };
            match about(app, &task).await? {
                About::Letter(_) => return Err(Failure::poison("tell first what became of the letter")),
                About::Reversal(reversal) if reversal.undecided.iter().any(|u| u.waiting_for.is_none()) => {
                    return Err(Failure::poison("an invoice waits for a decision first"));
                }
                _ => {}
            }
            tasks::finish(app, &cause, &task.id, person.who(), how).await?;
            Ok(to.to_owned())
        }
    })
    .await
}

/// Tells what became of a letter with an unknown outcome.
pub async fn resolve_letter(
    State(app): Ours,
    Extension(person): By,
    Path(task): Path<String>,
    Form(fields): Form<Fields>,
) -> Page {
    let form = Submission { app: &app, person: &person, action: format!("tasks/{task}/letter"), fields };
    let outcome = match form.field("outcome")? {
        "arrived" => Outcome::Arrived,
        "did_not" => Outcome::DidNotArrive,
        _ => return Err(Stop::Malformed("The outcome is neither of the two.")),
    };
    form.carry_out(|cause| {
        let (app, person) = (&app, &person);
        async move {
            let task = open_task(app, &TaskId(task)).await?;
            let subject = task.subject.as_deref().unwrap_or_default();
            let letter = keys::letter_id(&app.settings.entity, subject)
                .ok_or_else(|| Failure::poison("the task is not about a letter"))?;
            resolve(app, &cause, &letter, outcome, person.who()).await?;
            Ok("/tasks?notice=letter".to_owned())
        }
    })
    .await
}

/// Asks for the posting of a payment that the ledger should have.
pub async fn post_payment(
    State(app): Ours,
    Extension(person): By,
    Path(task): Path<String>,
    Form(fields): Form<Fields>,
) -> Page {
    let form = Submission { app: &app, person: &person, action: format!("tasks/{task}/post"), fields };
    form.carry_out(|cause| {
        let (app, person) = (&app, &person);
        async move {
            let task = open_task(app, &TaskId(task)).await?;
            let About::Posting(Question { may_post: Some(payment), .. }) = about(app, &task).await? else {
                return Err(Failure::poison("nothing is left to post"));
            };
            answers::post(app, &cause, &task.id, &payment, person.who()).await?;
            Ok("/tasks?notice=posting".to_owned())
        }
    })
    .await
}

/// Tells which payment of the ledger a payment of ours is.
pub async fn same_money(
    State(app): Ours,
    Extension(person): By,
    Path(task): Path<String>,
    Form(fields): Form<Fields>,
) -> Page {
    let form = Submission { app: &app, person: &person, action: format!("tasks/{task}/same"), fields };
    let ours = PaymentId(form.field("ours")?.to_owned());
    let theirs = PaymentId(form.field("theirs")?.to_owned());
    form.carry_out(|cause| {
        let (app, person) = (&app, &person);
        async move {
            let task = open_task(app, &TaskId(task)).await?;
            answers::is_same(app, &cause, &task.id, (&ours, &theirs), person.who()).await?;
            Ok("/tasks?notice=posting".to_owned())
        }
    })
    .await
}

/// Decides about a refund or a lost card dispute on one invoice.
pub async fn decide_refund(
    State(app): Ours,
    Extension(person): By,
    Path(id): Path<String>,
    Form(fields): Form<Fields>,
) -> Page {
    let action = format!("invoices/{id}/refund");
    let form = Submission { app: &app, person: &person, action, fields };
    let choice = match form.field("choice")? {
        "credit" => RefundChoice::Credit,
        "reopen" => RefundChoice::Reopen,
        "void" => RefundChoice::Void,
        _ => return Err(Stop::Malformed("The choice is none of the three.")),
    };
    let decision = RefundDecision {
        invoice: InvoiceId(id),
        reversal: form.field("reversal")?.to_owned(),
        choice,
        by: person.who().to_owned(),
    };
    form.carry_out(|cause| {
        let app = &app;
        async move {
            decide(app, &cause, &decision).await?;
            Ok(format!("{}?notice=decided", invoice_path(&decision.invoice)))
        }
    })
    .await
}

/// Takes back what a payment settles on an invoice.
pub async fn undo_application(
    State(app): Ours,
    Extension(person): By,
    Path(id): Path<String>,
    Form(fields): Form<Fields>,
) -> Page {
    let action = format!("invoices/{id}/undo");
    let form = Submission { app: &app, person: &person, action, fields };
    let payment = PaymentId(form.field("payment")?.to_owned());
    let invoice = InvoiceId(id);
    form.carry_out(|cause| {
        let (app, person) = (&app, &person);
        async move {
            undo::application(app, &cause, &payment, &invoice, person.who()).await?;
            Ok(format!("{}?notice=undone", invoice_path(&invoice)))
        }
    })
    .await
}

/// Closes the dispute on an invoice.
pub async fn close_dispute(
    State(app): Ours,
    Extension(person): By,
    Path(id): Path<String>,
    Form(fields): Form<Fields>,
) -> Page {
    let action = format!("invoices/{id}/close-dispute");
    let form = Submission { app: &app, person: &person, action, fields };
    let dispute = DisputeId::new(form.field("dispute")?);
    let how = match form.field("how")? {
        "resolved" => "resolved with the customer",
        "rejected" => "rejected",
        _ => return Err(Stop::Malformed("The dispute is closed in neither way.")),
    };
    let invoice = InvoiceId(id);
    form.carry_out(|cause| {
        let (app, how) = (&app, format!("{how}, by {}", person.who()));
        async move {
            disputes::close(app, &cause, &invoice, &dispute, &how).await?;
            Ok(format!("{}?notice=dispute", invoice_path(&invoice)))
        }
    })
    .await
}

/// Ends a pause of a customer's automatic mail.
pub async fn end_pause(
    State(app): Ours,
    Extension(person): By,
    Path(id): Path<String>,
    Form(fields): Form<Fields>,
) -> Page {
    let action = format!("customers/{}/end-pause", segment(&id));
    let form = Submission { app: &app, person: &person, action, fields };
    let pause: Pause = serde_json::from_str(form.field("pause")?)
        .map_err(|_| Stop::Malformed("The pause does not read."))?;
    let customer = CustomerId(id);
    form.carry_out(|cause| {
        let (app, person) = (&app, &person);
        async move {
            pauses::end(app, &cause, &customer, &pause, person.who()).await?;
            Ok(format!("{}?notice=pause", customer_path(&customer)))
        }
    })
    .await
}
