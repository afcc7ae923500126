//! The table's stream: what a commit left to do becomes messages.
use app::stream::{StreamChange, StreamFailure};
use app::{App, flows};

/// Relays changes in their order; the first that fails is named, and the stream delivers from there again.
///
/// # Errors
/// The change that could not be relayed.
pub async fn relay(app: &App, changes: &[StreamChange]) -> Result<(), StreamFailure> {
    for change in changes {
        let relayed =
            flows::relay::changed(app, &change.key, change.old_body.as_deref(), change.new_body.as_deref())
                .await;
        relayed.map_err(|failure| StreamFailure {
            sequence_number: change.sequence_number.clone(),
            why: failure.to_string(),
        })?;
    }
    Ok(())
}
