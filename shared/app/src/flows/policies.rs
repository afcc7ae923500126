//! Dunning policies: validated as a whole, stored under a version that their content makes, and put in force.
use super::dunning::StoredPolicy;
use crate::App;
use crate::archive::archive;
use crate::store::keys;
use crate::store::table::{CommitError, Condition, Record, Table, TableName, Write};
use crate::worker::Failure;
use domain::dunning::DunningPolicy;
use domain::ids::EntityId;
use sha2::{Digest, Sha256};

/// Archives a policy, stores it for the app's entity and puts it in force; see [`put_in_force`].
///
/// # Errors
/// See [`put_in_force`].
pub async fn apply(app: &App, policy: &DunningPolicy) -> Result<String, Failure> {
    let text = serde_json::to_vec(policy).map_err(|error| Failure::poison(error.to_string()))?;
    archive(app, "policy", &text).await?;
    put_in_force(app.table.as_ref(), &app.settings.entity, policy).await
}

/// Stores a policy and puts it in force; gives its version. The same policy again changes nothing.
///
/// # Errors
/// Poison naming every fault of the policy with its place; nothing is stored then.
pub async fn put_in_force(
    table: &dyn Table,
    entity: &EntityId,
    policy: &DunningPolicy,
) -> Result<String, Failure> {
    if let Err(faults) = policy.validate() {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        return Err(Failure::poison(faults.join("; ")));
    }
    let broken = |error: serde_json::Error| Failure::poison(error.to_string());
    let text = serde_json::to_string(policy).map_err(broken)?;
    let digest: String = hex::encode(Sha256::digest(text.as_bytes())).chars().take(12).collect();
    let version = format!("{}-{digest}", policy.name);
    let body = serde_json::to_string(&StoredPolicy { version: version.clone(), policy: policy.clone() });
    let body = body.map_err(broken)?;
    let current = table.get(TableName::Connections, &keys::policy_current(entity)).await?;
    if current.as_ref().is_some_and(|record| record.body == body) {
        return Ok(version);
    }
    let ver = current.map(|record| record.ver);
    let put = |record, condition| Write::Put { table: TableName::Connections, record, condition };
    let in_force = Record::new(keys::policy_current(entity), ver.unwrap_or(0) + 1, body.clone());
    let mut writes = vec![put(in_force, ver.map_or(Condition::Absent, Condition::Version))];
    let key = keys::policy(entity, &version);
    if table.get(TableName::Connections, &key).await?.is_none() {
        writes.push(put(Record::new(key, 1, body), Condition::Absent));
    }
    match table.commit(writes).await {
        Ok(_) => Ok(version),
        Err(CommitError::Conflict { .. }) => {
            Err(Failure::retry("another policy was applied at the same moment"))
        }
        Err(other) => Err(other.into()),
    }
}
