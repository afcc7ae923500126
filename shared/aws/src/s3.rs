//! The `Blobs` port on S3.
use app::ports::{Answer, Blobs, Shelf, Unavailable};
use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{RequestChecksumCalculation, ResponseChecksumValidation};
use aws_sdk_s3::error::DisplayErrorContext;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use std::error::Error;

#[derive(Debug, Clone)]
pub struct S3Blobs {
    client: Client,
}

impl S3Blobs {
    /// `path_style` puts the bucket into the path, as local endpoints without wildcard names need it.
    pub fn new(sdk: &SdkConfig, path_style: bool) -> Self {
        // A blob's key is the hash of its content already; the SDK's own checksums would only cost a trailer,
        // which some local endpoints store as part of the body.
        let config = aws_sdk_s3::config::Builder::from(sdk)
            .force_path_style(path_style)
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .build();
        Self { client: Client::from_conf(config) }
    }

    async fn get_now(&self, bucket: &str, key: &str) -> Result<Option<Bytes>, Unavailable> {
        let answer = match self.client.get_object().bucket(bucket).key(key).send().await {
            Ok(answer) => answer,
            Err(error) if matches!(error.as_service_error(), Some(GetObjectError::NoSuchKey(_))) => {
                return Ok(None);
            }
            Err(error) => return Err(unavailable(bucket, key, error)),
        };
        let body = answer.body.collect().await.map_err(|error| unavailable(bucket, key, error))?;
        Ok(Some(body.into_bytes()))
    }
}

impl S3Blobs {
    async fn list_now(&self, bucket: &str, prefix: &str) -> Result<Vec<String>, Unavailable> {
        let mut keys = Vec::new();
        let mut after = None;
        loop {
            let call = self.client.list_objects_v2().bucket(bucket).prefix(prefix);
            let answer = call.set_continuation_token(after).send().await;
            let answer = answer.map_err(|error| unavailable(bucket, prefix, error))?;
            keys.extend(answer.contents().iter().filter_map(|object| object.key().map(str::to_owned)));
            after = answer.next_continuation_token;
            if after.is_none() {
                return Ok(keys);
            }
        }
    }

    /// The tombstone goes first, so that the key is never without a word on what was there.
    async fn erase_now(&self, bucket: &str, key: &str, tombstone: Bytes) -> Result<(), Unavailable> {
        let is_there = self.get_now(bucket, key).await?.is_some_and(|bytes| bytes == tombstone);
        if !is_there {
            let put = self.client.put_object().bucket(bucket).key(key).body(ByteStream::from(tombstone));
            put.send().await.map_err(|error| unavailable(bucket, key, error))?;
        }
        loop {
            let call = self.client.list_object_versions().bucket(bucket).prefix(key);
            let answer = call.send().await.map_err(|error| unavailable(bucket, key, error))?;
            let versions = answer.versions().iter();
            let old =
                versions.filter(|version| version.key() == Some(key) && version.is_latest() != Some(true));
            let marks = answer.delete_markers().iter().filter(|mark| mark.key() == Some(key));
            let ids = old.map(|version| version.version_id()).chain(marks.map(|mark| mark.version_id()));
            let ids: Vec<String> = ids.flatten().map(str::to_owned).collect();
            if ids.is_empty() {
                return Ok(());
            }
            for id in ids {
                let call = self.client.delete_object().bucket(bucket).key(key).version_id(id);
                call.send().await.map_err(|error| unavailable(bucket, key, error))?;
            }
        }
    }
}

impl Shelf for S3Blobs {
    fn list<'a>(&'a self, bucket: &'a str, prefix: &'a str) -> Answer<'a, Result<Vec<String>, Unavailable>> {
        Box::pin(self.list_now(bucket, prefix))
    }

    fn erase<'a>(
        &'a self,
        bucket: &'a str,
        key: &'a str,
        tombstone: Bytes,
    ) -> Answer<'a, Result<(), Unavailable>> {
        Box::pin(self.erase_now(bucket, key, tombstone))
    }
}

impl Blobs for S3Blobs {
    fn put<'a>(&'a self, bucket: &'a str, key: &'a str, bytes: Bytes) -> Answer<'a, Result<(), Unavailable>> {
        Box::pin(async move {
            let call = self.client.put_object().bucket(bucket).key(key).body(ByteStream::from(bytes));
            call.send().await.map(|_| ()).map_err(|error| unavailable(bucket, key, error))
        })
    }

    fn get<'a>(&'a self, bucket: &'a str, key: &'a str) -> Answer<'a, Result<Option<Bytes>, Unavailable>> {
        Box::pin(self.get_now(bucket, key))
    }
}

fn unavailable(bucket: &str, key: &str, error: impl Error) -> Unavailable {
    Unavailable { what: "blobs", why: format!("{bucket}/{key}: {}", DisplayErrorContext(error)) }
}
