//! A mailer that keeps every mail and answers by script.
use super::lock;
use crate::ports::{Answer, HandOff, Mailer, OutgoingMail};
use std::collections::VecDeque;
use std::sync::Mutex;

#[derive(Debug, Default)]
pub struct ScriptedMailer {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    next: VecDeque<HandOff>,
    handed_over: Vec<OutgoingMail>,
}

impl ScriptedMailer {
    /// Accepts everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers with these first, in order, then accepts everything.
    pub fn answering(outcomes: impl IntoIterator<Item = HandOff>) -> Self {
        Self { state: Mutex::new(State { next: outcomes.into_iter().collect(), handed_over: Vec::new() }) }
    }

    /// Every mail that was handed over, however that ended.
    pub fn handed_over(&self) -> Vec<OutgoingMail> {
        lock(&self.state).handed_over.clone()
    }
}

impl Mailer for ScriptedMailer {
    fn send<'a>(&'a self, mail: OutgoingMail) -> Answer<'a, HandOff> {
        Box::pin(async move {
            let mut state = lock(&self.state);
            state.handed_over.push(mail);
            let count = state.handed_over.len();
            let accepted = HandOff::Accepted { message_ref: format!("double-{count}") };
            state.next.pop_front().unwrap_or(accepted)
        })
    }
}
