//! QuickBooks' tokens: the refresh token rotates, so every answer is stored before its access token is used, under
//! a condition on the version that was read.
use super::SYSTEM;
use crate::App;
use crate::execute::{Reply, execute, execute_secret};
use crate::flows::tasks;
use crate::store::keys;
use crate::store::table::{CommitError, Condition, Record, TableName, Write};
use crate::worker::Failure;
use chrono::{DateTime, TimeDelta, Utc};
use connectors::call::Call;
use connectors::fault::{Advice, Fault};
use connectors::quickbooks::QuickBooksApi;
use connectors::quickbooks::oauth::{OAuthApp, refresh};
use domain::sealed::Sealed;
use domain::task::TaskKind;
use domain::timeline::Cause;
use serde::{Deserialize, Serialize};

/// Tokens as `connections` keeps them, sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct StoredTokens {
    v: u32,
    access_token: Sealed,
    refresh_token: Sealed,
    expires_at: DateTime<Utc>,
}

/// A token is renewed this long before it expires.
const MARGIN: TimeDelta = TimeDelta::seconds(120);
const SUBJECT: &str = "TOKEN#qbo";
/// New tokens that are not kept are lost for good, for the former ones ended with the answer: so often is it tried.
const KEEPING_TRIES: u32 = 3;

/// Calls QuickBooks with a valid access token, refreshing it when it is stale, and once more when QuickBooks says so.
///
/// # Errors
/// The call's fault; `AuthRevoked` also opens a task to reconnect.
pub async fn call<T>(
    app: &App,
    make: impl Fn(&QuickBooksApi, &str) -> Result<Call<T>, Fault>,
) -> Result<Reply<T>, Problem> {
    let api = QuickBooksApi::new(&app.settings.quickbooks.api, &app.settings.quickbooks.realm);
    let token = access_token(app, None).await?;
    match execute(app, "quickbooks", make(&api, &token)?).await {
        Err(fault) if fault.advice(false) == Advice::RefreshToken => {
            let token = access_token(app, Some(&token)).await?;
            Ok(execute(app, "quickbooks", make(&api, &token)?).await?)
        }
        other => Ok(other?),
    }
}

/// What came between us and an answer: QuickBooks' fault or our own failure.
#[derive(Debug)]
pub enum Problem {
    Fault(Fault),
    Ours(Failure),
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self::Ours(failure)
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Ours(failure) => failure,
            // A permanent refusal of a read is configuration: a later try may meet it mended.
            Problem::Fault(fault) => match fault.advice(false) {
                Advice::RetryLater { after_seconds } => Self::Retry { why: fault.to_string(), after_seconds },
                _ => Self::retry(fault.to_string()),
            },
        }
    }
}

/// The access token in force; a new one when `stale` is what is stored, or it is about to expire.
async fn access_token(app: &App, stale: Option<&str>) -> Result<String, Problem> {
    let key = keys::token(&app.settings.entity, SYSTEM);
    let record = app.table.get(TableName::Connections, &key).await.map_err(Failure::from)?;
    let stored = record.as_ref().map(|record| serde_json::from_str::<StoredTokens>(&record.body)).transpose();
    let stored = stored.map_err(|error| Failure::poison(format!("stored tokens: {error}")))?;
    let mut refresh_token = app.settings.quickbooks.refresh_token.reveal().to_owned();
    if let Some(tokens) = &stored {
        let access = opened(app, &tokens.access_token).await?;
        if tokens.expires_at - MARGIN > app.clock.now() && stale != Some(access.as_str()) {
            return Ok(access);
        }
        refresh_token = opened(app, &tokens.refresh_token).await?;
    }
    renew(app, record.map(|record| record.ver), &refresh_token).await
}

async fn opened(app: &App, sealed: &Sealed) -> Result<String, Failure> {
    let text = app.seal.open(SUBJECT, sealed).await?;
    text.ok_or_else(|| Failure::retry("the connection's key was destroyed: connect again"))
}

async fn renew(app: &App, ver: Option<u64>, refresh_token: &str) -> Result<String, Problem> {
    let settings = &app.settings.quickbooks;
    let oauth = OAuthApp::new(&settings.token_url, &settings.client_id, settings.client_secret.reveal());
    let answer = match execute_secret(app, refresh(&oauth, refresh_token)?).await {
        // Connected again by a person: the secret then holds a newer token than we keep.
        Err(fault) if is_refused(&fault) && refresh_token != settings.refresh_token.reveal() => {
            execute_secret(app, refresh(&oauth, settings.refresh_token.reveal())?).await
        }
        answer => answer,
    };
    let key = keys::token(&app.settings.entity, SYSTEM);
    let tokens = match answer {
        Ok(tokens) => tokens,
        Err(fault) if is_refused(&fault) => {
            let now = app.table.get(TableName::Connections, &key).await.map_err(Failure::from)?;
            if now.map(|record| record.ver) != ver {
                return Err(overtaken().into());
            }
            let task =
                tasks::new_task(app, TaskKind::Reconnect, SUBJECT, "QuickBooks refused the refresh token");
            tasks::open_again(app, &Cause::new("quickbooks:token-refused"), task).await?;
            return Err(fault.into());
        }
        Err(fault) => return Err(fault.into()),
    };
    let stored = StoredTokens {
        v: 1,
        access_token: app.seal.seal(SUBJECT, &tokens.access_token).await.map_err(Failure::from)?,
        refresh_token: app.seal.seal(SUBJECT, &tokens.refresh_token).await.map_err(Failure::from)?,
        expires_at: app.clock.now() + TimeDelta::seconds(i64::from(tokens.expires_in)),
    };
    let body = serde_json::to_string(&stored).map_err(|error| Failure::poison(error.to_string()))?;
    let record = Record::new(key, ver.unwrap_or(0) + 1, body);
    let condition = ver.map_or(Condition::Absent, Condition::Version);
    let keep = Write::Put { table: TableName::Connections, record, condition };
    let mut kept = app.table.commit(vec![keep.clone()]).await;
    for _ in 1..KEEPING_TRIES {
        if !matches!(kept, Err(CommitError::Unavailable(_))) {
            break;
        }
        kept = app.table.commit(vec![keep.clone()]).await;
    }
    match kept {
        Ok(_) => Ok(tokens.access_token),
        // Another worker refreshed at the same moment: its tokens are the ones that are stored.
        Err(CommitError::Conflict { .. }) => Err(overtaken().into()),
        Err(other) => Err(Failure::from(other).into()),
    }
}

fn is_refused(fault: &Fault) -> bool {
    fault.advice(false) == Advice::Reconnect
}

fn overtaken() -> Failure {
    Failure::Retry { why: "tokens were refreshed by another worker".into(), after_seconds: Some(1) }
}
