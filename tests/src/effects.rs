//! Effects: what a handler does outside itself. Each is counted while a story is told, and one of them can be made to
//! fail: before it happens, or after, its answer lost.
use crate::ledger::WatchedTable;
use app::doubles::blobs::MemoryBlobs;
use app::doubles::http::ScriptedHttp;
use app::doubles::mailer::ScriptedMailer;
use app::doubles::queue::MemoryQueue;
use app::ports::{Answer, Blobs, HandOff, Http, Mailer, OutgoingMail, Queue, Unavailable};
use app::queues::{Outgoing, QueueName};
use app::store::keys;
use app::store::table::{
    CommitError, Committed, Index, IndexRow, Key, Page, Query, Record, Table, TableError, TableName, Write,
};
use bytes::Bytes;
use connectors::call::{Request, Response};
use connectors::fault::{Fault, FaultKind, Phase};
use serde_json::Value;
use std::sync::{Arc, Mutex};

/// How an effect fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failing {
    /// It does not happen, and the caller hears so.
    Before,
    /// It happens, and the caller hears that it failed.
    AnswerLost,
}

const EITHER: &[Failing] = &[Failing::Before, Failing::AnswerLost];
const BEFORE: &[Failing] = &[Failing::Before];
const AFTER: &[Failing] = &[Failing::AnswerLost];

/// An effect that a story has: whose, which, and the ways in which it may fail without another end of the story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    pub what: String,
    pub ways: &'static [Failing],
}

/// The effect by its number, from 0, that fails in a telling.
pub type FailingEffect = Option<(usize, Failing)>;

pub struct Effects {
    failing: FailingEffect,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Whose effects these are; nobody's while the world outside acts.
    who: Option<&'static str>,
    seen: Vec<Effect>,
}

impl Effects {
    pub fn new(failing: FailingEffect) -> Self {
        Self { failing, state: Mutex::default() }
    }

    /// From now on, effects are those of a handler; `None`: of the world outside, which are not counted.
    pub fn are_of(&self, who: Option<&'static str>) {
        self.state.lock().unwrap().who = who;
    }

    /// Every effect so far.
    pub fn seen(&self) -> Vec<Effect> {
        self.state.lock().unwrap().seen.clone()
    }

    fn who(&self) -> Option<&'static str> {
        self.state.lock().unwrap().who
    }

    /// Counts an effect and says how it fails now.
    fn count(&self, what: &str, ways: &'static [Failing]) -> Option<Failing> {
        let mut state = self.state.lock().unwrap();
        let who = state.who?;
        let number = state.seen.len();
        state.seen.push(Effect { what: format!("{who}: {what}"), ways });
        self.failing.filter(|(failing, _)| *failing == number).map(|(_, how)| how)
    }

    async fn meet<T>(
        &self,
        what: &str,
        ways: &'static [Failing],
        effect: Answer<'_, T>,
        failed: impl FnOnce(Failing) -> T,
    ) -> T {
        match self.count(what, ways) {
            None => effect.await,
            Some(Failing::Before) => failed(Failing::Before),
            Some(Failing::AnswerLost) => {
                effect.await;
                failed(Failing::AnswerLost)
            }
        }
    }
}

/// A port whose effects are counted.
pub struct Counted<P> {
    pub port: Arc<P>,
    pub effects: Arc<Effects>,
}

impl<P> Counted<P> {
    pub fn new(port: &Arc<P>, effects: &Arc<Effects>) -> Arc<Self> {
        Arc::new(Self { port: port.clone(), effects: effects.clone() })
    }
}

fn unavailable(what: &'static str) -> Unavailable {
    Unavailable { what, why: "this effect fails".into() }
}

impl Queue for Counted<MemoryQueue> {
    fn send<'a>(&'a self, queue: QueueName, messages: Vec<Outgoing>) -> Answer<'a, Result<(), Unavailable>> {
        Box::pin(async move {
            let what = format!("message to {}", queue.as_str());
            let effect = self.port.send(queue, messages);
            self.effects.meet(&what, EITHER, effect, |_| Err(unavailable("queue"))).await
        })
    }
}

impl Blobs for Counted<MemoryBlobs> {
    fn put<'a>(&'a self, bucket: &'a str, key: &'a str, bytes: Bytes) -> Answer<'a, Result<(), Unavailable>> {
        Box::pin(async move {
            let what = format!("blob {}", key.split('/').next().unwrap_or_default());
            let effect = self.port.put(bucket, key, bytes);
            self.effects.meet(&what, EITHER, effect, |_| Err(unavailable("blobs"))).await
        })
    }

    fn get<'a>(&'a self, bucket: &'a str, key: &'a str) -> Answer<'a, Result<Option<Bytes>, Unavailable>> {
        self.port.get(bucket, key)
    }
}

impl Http for Counted<ScriptedHttp> {
    fn send<'a>(&'a self, request: Request) -> Answer<'a, Result<Response, Fault>> {
        if request.method() == http::Method::GET {
            return self.port.send(request);
        }
        Box::pin(async move {
            let path = request.uri().path().to_owned();
            // A refresh token that is lost on its way is lost: people connect again (see the revoked connection).
            let ways = if path == "/tokens" { BEFORE } else { EITHER };
            let effect = self.port.send(request);
            let failed = |how| {
                let phase = if how == Failing::Before { Phase::BeforeSend } else { Phase::AfterSend };
                Err(Fault::new(FaultKind::Retryable, phase, "this effect fails"))
            };
            self.effects.meet(&format!("write to {path}"), ways, effect, failed).await
        })
    }
}

/// A letter is handed over at most once, so a hand-off in doubt rightly ends otherwise; that has stories of its own.
/// Here it fails only so that it is certainly not sent.
impl Mailer for Counted<ScriptedMailer> {
    fn send<'a>(&'a self, mail: OutgoingMail) -> Answer<'a, HandOff> {
        let failed = |_| HandOff::NotSent { why: "this effect fails".into(), is_permanent: false };
        Box::pin(async move { self.effects.meet("hand-off", BEFORE, self.port.send(mail), failed).await })
    }
}

impl Table for Counted<WatchedTable> {
    fn get<'a>(&'a self, table: TableName, key: &'a Key) -> Answer<'a, Result<Option<Record>, TableError>> {
        self.port.get(table, key)
    }

    fn get_many<'a>(
        &'a self,
        table: TableName,
        keys: &'a [Key],
    ) -> Answer<'a, Result<Vec<Record>, TableError>> {
        self.port.get_many(table, keys)
    }

    fn query<'a>(&'a self, table: TableName, query: Query) -> Answer<'a, Result<Page<Record>, TableError>> {
        self.port.query(table, query)
    }

    fn query_index<'a>(
        &'a self,
        index: Index,
        query: Query,
    ) -> Answer<'a, Result<Page<IndexRow>, TableError>> {
        self.port.query_index(index, query)
    }

    fn commit<'a>(&'a self, writes: Vec<Write>) -> Answer<'a, Result<Committed, CommitError>> {
        Box::pin(async move {
            let what = format!("commit of {}", writes.first().map_or("", |write| write.key().pk.as_str()));
            let ways = self.ways(&writes).await;
            let failed = |_| Err(CommitError::Unavailable("this effect fails".into()));
            self.effects.meet(&what, ways, self.port.commit(writes), failed).await
        })
    }
}

impl Counted<WatchedTable> {
    /// Any commit may fail in both ways, but for two of the letter's sender, between which a letter is in doubt: the
    /// answer to its claim may not be lost, and what became of the hand-off may not stay unrecorded.
    async fn ways(&self, writes: &[Write]) -> &'static [Failing] {
        if self.effects.who() != Some(QueueName::LetterSender.as_str()) {
            return EITHER;
        }
        for write in writes {
            let Write::Put { table: TableName::Ledger, record, .. } = write else { continue };
            if record.key.sk != keys::STATE || !record.key.pk.contains("#LET#") {
                continue;
            }
            let stored = self.port.get(TableName::Ledger, &record.key).await.unwrap();
            if is_claimed(&record.body) {
                return BEFORE;
            }
            if stored.is_some_and(|stored| is_claimed(&stored.body)) {
                return AFTER;
            }
        }
        EITHER
    }
}

fn is_claimed(letter: &str) -> bool {
    let body: Value = serde_json::from_str(letter).unwrap();
    body["state"]["state"]["is"] == "claimed"
}
