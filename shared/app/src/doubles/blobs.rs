//! Blobs in memory.
use super::lock;
use crate::ports::{Answer, Blobs, Shelf, Unavailable};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::Mutex;

#[derive(Debug, Default)]
pub struct MemoryBlobs {
    stored: Mutex<BTreeMap<(String, String), Bytes>>,
}

impl MemoryBlobs {
    pub fn new() -> Self {
        Self::default()
    }

    /// The keys of a bucket, in order.
    pub fn keys(&self, bucket: &str) -> Vec<String> {
        lock(&self.stored).keys().filter(|(of, _)| of == bucket).map(|(_, key)| key.clone()).collect()
    }
}

impl Blobs for MemoryBlobs {
    fn put<'a>(&'a self, bucket: &'a str, key: &'a str, bytes: Bytes) -> Answer<'a, Result<(), Unavailable>> {
        Box::pin(async move {
            lock(&self.stored).insert((bucket.to_owned(), key.to_owned()), bytes);
            Ok(())
        })
    }

    fn get<'a>(&'a self, bucket: &'a str, key: &'a str) -> Answer<'a, Result<Option<Bytes>, Unavailable>> {
        Box::pin(async move { Ok(lock(&self.stored).get(&(bucket.to_owned(), key.to_owned())).cloned()) })
    }
}

impl Shelf for MemoryBlobs {
    fn list<'a>(&'a self, bucket: &'a str, prefix: &'a str) -> Answer<'a, Result<Vec<String>, Unavailable>> {
        Box::pin(
            async move { Ok(self.keys(bucket).into_iter().filter(|key| key.starts_with(prefix)).collect()) },
        )
    }

    fn erase<'a>(
        &'a self,
        bucket: &'a str,
        key: &'a str,
        tombstone: Bytes,
    ) -> Answer<'a, Result<(), Unavailable>> {
        self.put(bucket, key, tombstone)
    }
}
