//! Queues in memory.
use super::lock;
use crate::ports::{Answer, Queue, Unavailable};
use crate::queues::{DeadLetter, Outgoing, QueueName};
use std::collections::BTreeMap;
use std::mem;
use std::sync::Mutex;

#[derive(Debug, Default)]
pub struct MemoryQueue {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    sent: BTreeMap<QueueName, Vec<Outgoing>>,
    dead: Vec<DeadLetter>,
    is_down: bool,
}

impl MemoryQueue {
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes away all that was sent to a queue, oldest first.
    pub fn take(&self, queue: QueueName) -> Vec<Outgoing> {
        lock(&self.state).sent.get_mut(&queue).map(mem::take).unwrap_or_default()
    }

    pub fn is_empty(&self) -> bool {
        lock(&self.state).sent.values().all(Vec::is_empty)
    }

    /// Lays a message into the dead letters.
    pub fn bury(&self, dead: DeadLetter) {
        lock(&self.state).dead.push(dead);
    }

    /// While down, a send fails and nothing of it arrives.
    pub fn set_down(&self, is_down: bool) {
        lock(&self.state).is_down = is_down;
    }
}

impl Queue for MemoryQueue {
    fn send<'a>(&'a self, queue: QueueName, messages: Vec<Outgoing>) -> Answer<'a, Result<(), Unavailable>> {
        Box::pin(async move {
            let mut state = lock(&self.state);
            if state.is_down {
                return Err(Unavailable { what: "queue", why: format!("{} is down", queue.as_str()) });
            }
            state.sent.entry(queue).or_default().extend(messages);
            Ok(())
        })
    }

    fn dead_letters<'a>(&'a self, queue: QueueName) -> Answer<'a, Result<Vec<DeadLetter>, Unavailable>> {
        Box::pin(async move {
            Ok(lock(&self.state).dead.iter().filter(|dead| dead.queue == queue).cloned().collect())
        })
    }
}
