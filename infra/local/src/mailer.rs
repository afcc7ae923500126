//! The post office of the local bundle: a letter is a file, named by its send reference.
use crate::blobs::write_whole;
use app::ports::{Answer, HandOff, Mailer, OutgoingMail};
use std::path::PathBuf;

#[derive(Debug, Clone)]
pub struct EmlMailer {
    folder: PathBuf,
}

impl EmlMailer {
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The send references of the letters that were handed over, in order of their names.
    ///
    /// # Errors
    /// The file system's.
    pub fn handed_over(&self) -> std::io::Result<Vec<String>> {
        let mut names = Vec::new();
        if self.folder.exists() {
            for entry in std::fs::read_dir(&self.folder)? {
                let path = entry?.path();
                if path.extension().is_some_and(|extension| extension == "eml") {
                    names.extend(path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned));
                }
            }
        }
        names.sort();
        Ok(names)
    }
}

/// SES' id of a letter here.
pub fn message_ref(send_ref: &str) -> String {
    format!("local-{send_ref}")
}

impl Mailer for EmlMailer {
    fn send<'a>(&'a self, mail: OutgoingMail) -> Answer<'a, HandOff> {
        Box::pin(async move {
            let path = self.folder.join(format!("{}.eml", mail.send_ref));
            match write_whole(&path, &mail.mime) {
                Ok(()) => HandOff::Accepted { message_ref: message_ref(&mail.send_ref) },
                Err(error) => HandOff::NotSent { why: error.to_string(), is_permanent: false },
            }
        })
    }
}
