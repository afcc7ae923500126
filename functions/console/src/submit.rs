//! One way for every action of a person: the form must be ours, it is archived, carried out, and answered the same
//! way when it is sent again. The remembered answer only spares people a confusing page; that nothing happens twice
//! is the flows' own doing.
use crate::guard::Person;
use crate::session::is_same;
use crate::stop::Stop;
use app::App;
use app::archive::archive;
use app::store::table::{Condition, Key, Record, TableName, Write};
use app::worker::Failure;
use axum::response::{IntoResponse, Redirect, Response};
use domain::timeline::Cause;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// How long the same form sent again gets the same answer.
const ANSWER_SECONDS: i64 = 3_600;

pub type Fields = BTreeMap<String, String>;

/// What a form asked for, by its address and fields.
pub struct Submission<'a> {
    pub app: &'a App,
    pub person: &'a Person,
    /// "invoices/qbo:130/refund"
    pub action: String,
    pub fields: Fields,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    See(String),
    Refused(String),
}

impl Submission<'_> {
    /// A field of the form.
    ///
    /// # Errors
    /// It is absent.
    pub fn field(&self, name: &str) -> Result<&str, Stop> {
        self.fields.get(name).map(String::as_str).ok_or(Stop::Malformed("A field of the form is missing."))
    }

    /// Checks, archives and carries out; `act` gives the page to see afterwards.
    ///
    /// # Errors
    /// A form that is not ours; a refusal; something that is not reachable.
    pub async fn carry_out<F, R>(mut self, act: F) -> Result<Response, Stop>
    where
        F: FnOnce(Cause) -> R,
        R: Future<Output = Result<String, Failure>>,
    {
        let token = self.fields.remove("form").unwrap_or_default();
        if !is_same(&token, &self.person.form_token) {
            return Err(Stop::ForeignForm);
        }
        let once = self.fields.get("once").filter(|once| !once.is_empty() && once.len() <= 64);
        let once = once.cloned().ok_or(Stop::Malformed("The form is incomplete."))?;
        let digest = self.digest();
        let key = Key::new(format!("{}#FORM#{digest}", self.app.settings.entity), "ANSWER");
        if let Some(answer) = self.answered(&key).await? {
            return answer.into_page();
        }
        let input = serde_json::json!({
            "action": self.action, "by": self.person.who(), "once": once, "fields": self.fields,
        });
        let archived =
            archive(self.app, "person", input.to_string().as_bytes()).await.map_err(Failure::from)?;
        let event: String = digest.chars().take(16).collect();
        let cause = Cause::archived_at(format!("person:{}:{event}", self.person.who()), archived);
        let answer = match act(cause).await {
            Ok(location) => Answer::See(location),
            Err(Failure::Poison(why)) => Answer::Refused(why),
            Err(retry) => return Err(retry.into()),
        };
        self.remember(key, &answer).await;
        answer.into_page()
    }

    /// Over session, page, address and fields: only the very same form is the same.
    fn digest(&self) -> String {
        let fields = serde_json::to_string(&self.fields).unwrap_or_default();
        let text = format!("{}\n{}\n{fields}", self.person.session.id, self.action);
        Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    async fn answered(&self, key: &Key) -> Result<Option<Answer>, Stop> {
        let record = self.app.table.get(TableName::Idempotency, key).await.map_err(Failure::from)?;
        Ok(record.and_then(|record| serde_json::from_str(&record.body).ok()))
    }

    async fn remember(&self, key: Key, answer: &Answer) {
        let Ok(body) = serde_json::to_string(answer) else { return };
        let mut record = Record::new(key, 1, body);
        record.expires_at = Some(self.app.clock.now().timestamp() + ANSWER_SECONDS);
        let write = Write::Put { table: TableName::Idempotency, record, condition: Condition::Absent };
        // The action is done. Without the answer, the same form meets the flow's own check.
        if let Err(error) = self.app.table.commit(vec![write]).await {
            tracing::warn!(%error, "answer of a form not remembered");
        }
    }
}

impl Answer {
    fn into_page(self) -> Result<Response, Stop> {
        match self {
            Self::See(location) => Ok(Redirect::to(&location).into_response()),
            Self::Refused(why) => Err(Stop::Refused(why)),
        }
    }
}
