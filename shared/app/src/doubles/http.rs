//! Outside systems as one closure from request to reply.
use super::lock;
use crate::ports::{Answer, Http};
use connectors::call::{Request, Response};
use connectors::fault::Fault;
use std::sync::Mutex;

type Reply = dyn Fn(&Request) -> Result<Response, Fault> + Send + Sync;

pub struct ScriptedHttp {
    reply: Box<Reply>,
    seen: Mutex<Vec<Request>>,
}

impl ScriptedHttp {
    pub fn new(reply: impl Fn(&Request) -> Result<Response, Fault> + Send + Sync + 'static) -> Self {
        Self { reply: Box::new(reply), seen: Mutex::new(Vec::new()) }
    }

    /// Every request so far, whatever became of it.
    pub fn seen(&self) -> Vec<Request> {
        lock(&self.seen).clone()
    }
}

impl Http for ScriptedHttp {
    fn send<'a>(&'a self, request: Request) -> Answer<'a, Result<Response, Fault>> {
        Box::pin(async move {
            let answer = (self.reply)(&request);
            lock(&self.seen).push(request);
            answer
        })
    }
}
