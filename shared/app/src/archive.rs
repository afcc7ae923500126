//! Every input is archived before its effect, as `source/date/sha256`; the same bytes always get the same key on
//! the same day.
use crate::App;
use crate::ports::Unavailable;
use bytes::Bytes;
use domain::dates::civil_date;
use domain::mutant;
use sha2::{Digest, Sha256};

/// Archives raw input and gives its key, which the timeline entry of its effect then names.
///
/// # Errors
/// When the archive is not reachable: the caller must not go on.
pub async fn archive(app: &App, source: &str, bytes: &[u8]) -> Result<String, Unavailable> {
    let date = civil_date(app.clock.now(), app.settings.zone);
    let key = format!("{source}/{date}/{}", hex::encode(Sha256::digest(bytes)));
    if mutant!("input-not-archived") {
        return Ok(key);
    }
    app.blobs.put(&app.settings.archive_bucket, &key, Bytes::copy_from_slice(bytes)).await?;
    Ok(key)
}
