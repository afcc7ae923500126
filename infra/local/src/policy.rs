//! `dunlin policy apply`: a policy file, checked as a whole, then stored as a version and put in force.
use crate::Stopped;
use crate::bundle::{Bundle, Folder};
use crate::serve::Urls;
use app::flows::policies;
use chrono::{DateTime, Utc};
use domain::dunning::DunningPolicy;
use std::path::Path;

/// Reads a policy file.
///
/// # Errors
/// The line and column of what does not read, or every fault of what does.
pub fn read(file: &Path) -> Result<DunningPolicy, Stopped> {
    let shown = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(Stopped::at(&shown))?;
    let policy: DunningPolicy = toml::from_str(&text).map_err(Stopped::at(&shown))?;
    policy.validate().map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Stopped(format!("{shown}: {}", faults.join("; ")))
    })?;
    Ok(policy)
}

/// Applies a policy file to the data folder; gives the version.
///
/// # Errors
/// A file with a fault: nothing is stored then.
pub async fn apply(folder: Folder, file: &Path) -> Result<String, Stopped> {
    let policy = read(file)?;
    let bundle = Bundle::open(folder, DateTime::<Utc>::UNIX_EPOCH, &Urls::usual()).await?;
    policies::apply(&bundle.app, &policy).await.map_err(Stopped::at("storing the policy"))
}
