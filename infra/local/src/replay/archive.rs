//! An archive as files: what came, in order, and the bytes of it.
use crate::Stopped;
use crate::blobs::FolderBlobs;
use app::archive::{ARRIVALS, Arrival, Tombstone};
use app::doubles::blobs::MemoryBlobs;
use app::doubles::clock::FixedClock;
use app::ports::{Answer, Blobs, Clock, Shelf, Unavailable};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use connectors::ses::{Notification, parse};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

#[derive(Clone)]
pub struct Archive {
    files: FolderBlobs,
    bucket: String,
    arrivals: Arc<Vec<Arrival>>,
}

impl Archive {
    /// Reads what came from an archive's folder: the local one, or a copy of the bucket.
    ///
    /// # Errors
    /// A folder without arrivals, or one that does not read.
    pub async fn read(folder: &Path) -> Result<Self, Stopped> {
        let shown = folder.display().to_string();
        let name = folder.file_name().and_then(|name| name.to_str());
        let bucket = name.ok_or_else(|| Stopped(format!("{shown} is no folder")))?.to_owned();
        let files = FolderBlobs::new(folder.parent().unwrap_or(Path::new("")));
        let mut arrivals = Vec::new();
        for key in files.list(&bucket, ARRIVALS).await.map_err(Stopped::at(&shown))? {
            let json = files.get(&bucket, &key).await.map_err(Stopped::at(&shown))?.unwrap_or_default();
            let json = String::from_utf8_lossy(&json);
            arrivals.push(Arrival::read(&key, &json).map_err(Stopped::at(&shown))?);
        }
        if arrivals.is_empty() {
            return Err(Stopped(format!("{shown}: no arrivals, so this is no archive")));
        }
        // Of one instant, what became of a letter comes after what may have sent it.
        arrivals.sort_by_key(|arrival| (arrival.at, arrival.source == "ses-event"));
        Ok(Self { files, bucket, arrivals: Arc::new(arrivals) })
    }

    pub fn arrivals(&self) -> &[Arrival] {
        &self.arrivals
    }

    pub fn begins_at(&self) -> DateTime<Utc> {
        self.arrivals.first().map(|arrival| arrival.at).unwrap_or_default()
    }

    /// The bytes of an arrival; `None` where they were erased.
    ///
    /// # Errors
    /// Bytes that are not there.
    pub async fn bytes(&self, arrival: &Arrival) -> Result<Option<Bytes>, Stopped> {
        let bytes = self.files.get(&self.bucket, &arrival.key).await.map_err(Stopped::at("the archive"))?;
        let bytes = bytes.ok_or_else(|| Stopped(format!("{} is not in the archive", arrival.key)))?;
        Ok(if Tombstone::read(&bytes).is_some() { None } else { Some(bytes) })
    }

    /// By a letter's reference, the id that the mail service gave it.
    pub(super) async fn message_refs(&self) -> Result<BTreeMap<String, String>, Stopped> {
        let mut refs = BTreeMap::new();
        for arrival in self.arrivals.iter().filter(|arrival| arrival.source == "ses-event") {
            let Some(bytes) = self.bytes(arrival).await? else { continue };
            if let Ok(Notification::Event(event)) = parse(&String::from_utf8_lossy(&bytes))
                && let Some(send_ref) = event.send_ref
            {
                refs.insert(send_ref, event.message_id);
            }
        }
        Ok(refs)
    }
}

/// Buckets during a replay: files are found where they were found, and what is written stays in memory.
pub(super) struct ReplayBlobs {
    archive: Archive,
    archive_bucket: String,
    clock: Arc<FixedClock>,
    written: MemoryBlobs,
}

impl ReplayBlobs {
    pub(super) fn new(archive: Archive, archive_bucket: &str, clock: Arc<FixedClock>) -> Self {
        Self { archive, archive_bucket: archive_bucket.to_owned(), clock, written: MemoryBlobs::new() }
    }

    /// A place may have had one file after another: the one that was found there next, else the last.
    fn found_at(&self, place: &str) -> Option<&Arrival> {
        let here = |arrival: &&Arrival| arrival.found.as_deref() == Some(place);
        let now = self.clock.now();
        let mut there = self.archive.arrivals.iter().filter(here);
        there.clone().find(|arrival| arrival.at >= now).or_else(|| there.next_back())
    }
}

impl Blobs for ReplayBlobs {
    fn put<'a>(&'a self, bucket: &'a str, key: &'a str, bytes: Bytes) -> Answer<'a, Result<(), Unavailable>> {
        self.written.put(bucket, key, bytes)
    }

    fn get<'a>(&'a self, bucket: &'a str, key: &'a str) -> Answer<'a, Result<Option<Bytes>, Unavailable>> {
        Box::pin(async move {
            if let Some(bytes) = self.written.get(bucket, key).await? {
                return Ok(Some(bytes));
            }
            if bucket == self.archive_bucket {
                return self.archive.files.get(&self.archive.bucket, key).await;
            }
            let Some(arrival) = self.found_at(&format!("{bucket}/{key}")) else { return Ok(None) };
            let bytes = self.archive.bytes(arrival).await;
            bytes.map_err(|stopped| Unavailable { what: "archive", why: stopped.to_string() })
        })
    }
}
