//! `dunlin erase`: a person's mails, payloads and keys are destroyed.
use super::{deployed, operator_name, played_until};
use crate::Stopped;
use crate::blobs::FolderBlobs;
use crate::bundle::{Bundle, Folder};
use crate::own::Own;
use crate::screen::write_line;
use crate::serve::Urls;
use app::flows::erasure::{Erased, erase as erase_customer};
use domain::ids::CustomerId;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

/// Erases a customer from the data folder, or from a deployed bundle; prints what went and what stays.
///
/// # Errors
/// A customer that does not exist; whatever cannot be reached.
pub async fn erase(
    folder: &Folder,
    customer: &str,
    reason: &str,
    by: Option<&str>,
    file: Option<&Path>,
) -> Result<ExitCode, Stopped> {
    let by = by.map_or_else(operator_name, str::to_owned);
    let customer = CustomerId::new(customer);
    let erased = match file {
        Some(file) => {
            let start = deployed(file).await?;
            let shelf = start.blobs();
            let mut app = start.app().map_err(Stopped::at("the deployed bundle"))?;
            app.blobs = Arc::new(start.blobs());
            erase_customer(&app, &shelf, &customer, &by, reason).await
        }
        None => {
            let bundle =
                Bundle::open(folder.clone(), played_until(folder)?, &Urls::usual(), &Own::default()).await?;
            erase_customer(&bundle.app, &FolderBlobs::new(&folder.0), &customer, &by, reason).await
        }
    };
    told(&erased.map_err(Stopped::at("the erasure"))?);
    Ok(ExitCode::SUCCESS)
}

fn told(erased: &Erased) {
    for key in &erased.inputs {
        write_line(&format!("destroyed  {key}"));
    }
    for subject in &erased.subjects {
        write_line(&format!("key gone   {subject}"));
    }
    for key in &erased.kept {
        write_line(&format!("kept       {key}  (not about this person alone)"));
    }
}
