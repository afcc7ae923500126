//! Inbound mail: found by notification, threaded, read, and turned into what its sender's trust allows: a promise, a
//! dispute, less contact, or a task. No path leads from its words to money, addresses or bank details.
mod act;
mod sender;

use super::tasks::quarantine;
use crate::App;
use crate::archive::{archive, archive_file};
use crate::store::keys;
use crate::store::table::TableName;
use crate::worker::Failure;
use chrono::NaiveDate;
use connectors::mime::{InboundMail, Limits, parse as parse_mime};
use connectors::ses::inbound::{InboundNotice, Verdict};
use connectors::ses::{Notification, parse};
use domain::dates::civil_date;
use domain::inbox::automatic::AutomaticKind;
use domain::inbox::signal::{Context, Locale, Signal};
use domain::inbox::{decide as inbox_decide, understand};
use domain::timeline::Cause;
use sha2::{Digest, Sha256};

/// Works off one message of the inbound topic, or a bare S3 event, whose mail stays unverified.
///
/// # Errors
/// The bucket's or the table's. What cannot be read goes to quarantine.
pub async fn notification(app: &App, body: &str) -> Result<(), Failure> {
    let archived = archive(app, "ses-inbound", body.as_bytes()).await?;
    let why = match parse(body) {
        Ok(Notification::Inbound(notice)) => {
            return take_in(app, &notice.bucket, &notice.object_key, Some(&notice)).await;
        }
        Ok(Notification::Objects(objects)) => {
            for object in objects {
                take_in(app, &object.bucket, &object.key, None).await?;
            }
            return Ok(());
        }
        Ok(Notification::Ignored { .. }) => return Ok(()),
        Ok(Notification::Event(_)) => "is an event about mail of ours".to_owned(),
        Err(error) => error.to_string(),
    };
    let cause = Cause::archived_at(format!("mail:{archived}"), &archived);
    quarantine(app, &cause, "inbound mail notification", &why).await
}

async fn take_in(app: &App, bucket: &str, key: &str, notice: Option<&InboundNotice>) -> Result<(), Failure> {
    let raw = app.blobs.get(bucket, key).await?;
    let raw = raw.ok_or_else(|| Failure::retry(format!("mail {bucket}/{key} is not there (yet)")))?;
    let archived = archive_file(app, "mail", &raw, bucket, key).await?;
    let digest = hex::encode(Sha256::digest(&raw));
    let claim = keys::claim(&app.settings.entity, "mail", &digest);
    if app.table.get(TableName::Ledger, &claim).await?.is_some() {
        return Ok(());
    }
    let cause = Cause::archived_at(format!("mail:{digest}"), archived);
    if notice.is_some_and(|notice| notice.verdicts.virus == Verdict::Fail) {
        return quarantine(app, &cause, &format!("mail {key}"), "the virus scan failed it").await;
    }
    let mail = match parse_mime(&raw, &Limits::default()) {
        Ok(mail) => mail,
        Err(error) => return quarantine(app, &cause, &format!("mail {key}"), &error.to_string()).await,
    };
    let sender = sender::recognise(app, &mail, notice).await?;
    let parent = sender::parent_text(app, &sender).await?;
    let reading = read(app, &mail, parent.as_deref());
    act::act(app, &cause, claim, &sender, &reading).await
}

/// What a mail says: the sender's own words, the signals in them, and whether a machine wrote it.
pub(crate) struct Reading {
    pub fresh: String,
    pub signals: Vec<Signal>,
    pub automatic: Option<AutomaticKind>,
    pub subject: String,
}

fn read(app: &App, mail: &InboundMail, parent: Option<&str>) -> Reading {
    let today = civil_date(app.clock.now(), app.settings.zone);
    let stated = mail.date.map(|date| date.date_naive());
    let written_on = stated.filter(|on| is_near(*on, today)).unwrap_or(today);
    let context = Context { locale: Locale::parse("en-US"), written_on };
    let understood = understand(&mail.written(parent), &context);
    Reading {
        fresh: understood.fresh,
        signals: understood.signals,
        automatic: understood.automatic.map(|automatic| automatic.kind),
        subject: mail.subject.clone(),
    }
}

/// Mail may be delayed for days, and zones differ by one; another day than that is a wrong clock, or a lie.
fn is_near(stated: NaiveDate, today: NaiveDate) -> bool {
    (-DELAY_DAYS_MAX..=1).contains(&(stated - today).num_days())
}

const DELAY_DAYS_MAX: i64 = 7;

/// The days a company sets, from the policy in force.
async fn inbox_policy(app: &App) -> Result<(inbox_decide::Policy, domain::dunning::DunningPolicy), Failure> {
    let stored = super::dunning::policy_in_force(app, &app.settings.entity).await?;
    let policy =
        inbox_decide::Policy { soft_hold_days: stored.policy.soft_promise_days, ..Default::default() };
    Ok((policy, stored.policy))
}
