//! Executes connector calls: one request, the reply archived before its effect, then read.
use crate::App;
use crate::archive::{archive_reply, asked, reply_facts};
use connectors::call::Call;
use connectors::fault::{Fault, FaultKind, Phase};

/// What a call gave, and where the raw reply is archived.
#[derive(Debug, Clone)]
pub struct Reply<T> {
    pub value: T,
    pub archived: String,
}

/// Sends a call and reads its reply, which is archived under `source`.
///
/// # Errors
/// The call's fault; an archive that is not reachable is one too, after the send.
pub async fn execute<T>(app: &App, source: &str, call: Call<T>) -> Result<Reply<T>, Fault> {
    let request = asked(&call.request);
    let response = app.http.send(call.request).await?;
    let archived = archive_reply(app, source, response.body(), reply_facts(request, &response))
        .await
        .map_err(|error| Fault::new(FaultKind::Retryable, Phase::AfterSend, error.to_string()))?;
    Ok(Reply { value: (call.read)(&response)?, archived })
}

/// Sends a call whose reply holds secrets and therefore is not archived.
///
/// # Errors
/// The call's fault.
pub async fn execute_secret<T>(app: &App, call: Call<T>) -> Result<T, Fault> {
    let response = app.http.send(call.request).await?;
    (call.read)(&response)
}
