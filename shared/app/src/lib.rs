//! The use cases, over ports. `flows` holds one module a use case; `store` is the ledger; `worker` is what becomes
//! of a message; `doubles` are the ports in memory, for tests.
pub mod archive;
pub mod audit;
pub mod doubles;
pub mod execute;
pub mod flows;
pub mod keyring;
pub mod letter;
pub mod messages;
pub mod ports;
pub mod queues;
pub mod sealing;
pub mod settings;
pub mod store;
pub mod stream;
pub mod tokens;
pub mod versions;
pub mod views;
pub mod worker;

use std::sync::Arc;

/// Everything a flow may use: the settings and the ports.
#[derive(Clone)]
pub struct App {
    pub settings: Arc<settings::Settings>,
    pub table: Arc<dyn ports::Table>,
    pub queue: Arc<dyn ports::Queue>,
    pub http: Arc<dyn ports::Http>,
    pub mailer: Arc<dyn ports::Mailer>,
    pub blobs: Arc<dyn ports::Blobs>,
    pub seal: Arc<dyn ports::Seal>,
    pub clock: Arc<dyn ports::Clock>,
    pub entropy: Arc<dyn ports::Entropy>,
}

impl App {
    /// The civil date in the creditor's zone.
    pub fn today(&self) -> chrono::NaiveDate {
        domain::dates::civil_date(self.clock.now(), self.settings.zone)
    }
}
