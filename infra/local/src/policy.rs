//! `dunlin policy apply`: a policy file, checked as a whole, then stored as a version and put in force, here or in a
//! deployed bundle.
use crate::Stopped;
use crate::bundle::{Bundle, Folder};
use crate::own::Own;
use crate::serve::Urls;
use app::flows::policies;
use aws::bootstrap::{Vars, dynamo_client, sdk_config, table_names};
use aws::dynamo::DynamoTable;
use chrono::{DateTime, Utc};
use domain::dunning::DunningPolicy;
use domain::ids::EntityId;
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
    let bundle = Bundle::open(folder, DateTime::<Utc>::UNIX_EPOCH, &Urls::usual(), &Own::default()).await?;
    policies::apply(&bundle.app, &policy).await.map_err(Stopped::at("storing the policy"))
}

/// Applies a policy file to a deployed bundle's connections table; gives the version.
///
/// # Errors
/// A file with a fault, or DynamoDB's: nothing is stored then.
pub async fn apply_deployed(table: &str, entity: &EntityId, file: &Path) -> Result<String, Stopped> {
    let policy = read(file)?;
    let names = table_names(&Vars::from([("CONNECTIONS_TABLE".to_owned(), table.to_owned())]));
    let table = DynamoTable::new(dynamo_client(&sdk_config().await), names);
    policies::put_in_force(&table, entity, &policy).await.map_err(Stopped::at("storing the policy"))
}
