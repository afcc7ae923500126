//! Buckets as folders. A blob is written beside its place and moved there, so that it is whole or absent.
use app::ports::{Answer, Blobs, Shelf, Unavailable};
use bytes::Bytes;
use std::path::{Component, Path, PathBuf};

#[derive(Debug, Clone)]
pub struct FolderBlobs {
    root: PathBuf,
}

impl FolderBlobs {
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// A key never leads out of its bucket's folder.
    fn path(&self, bucket: &str, key: &str) -> Result<PathBuf, Unavailable> {
        let is_plain = Path::new(key).components().all(|part| matches!(part, Component::Normal(_)));
        if !is_plain || key.is_empty() || bucket.contains(['/', '.']) {
            return Err(unavailable(format!("{bucket}/{key:?} is no key")));
        }
        Ok(self.root.join(bucket).join(key))
    }
}

fn unavailable(why: impl ToString) -> Unavailable {
    Unavailable { what: "bucket folder", why: why.to_string() }
}

/// Writes a file whole or not at all.
///
/// # Errors
/// The file system's.
pub fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension("part");
    std::fs::write(&beside, bytes)?;
    std::fs::rename(&beside, path)
}

impl Blobs for FolderBlobs {
    fn put<'a>(&'a self, bucket: &'a str, key: &'a str, bytes: Bytes) -> Answer<'a, Result<(), Unavailable>> {
        Box::pin(async move {
            let path = self.path(bucket, key)?;
            if path.exists() && std::fs::read(&path).is_ok_and(|there| there == bytes) {
                return Ok(());
            }
            write_whole(&path, &bytes).map_err(unavailable)
        })
    }

    fn get<'a>(&'a self, bucket: &'a str, key: &'a str) -> Answer<'a, Result<Option<Bytes>, Unavailable>> {
        Box::pin(async move {
            match std::fs::read(self.path(bucket, key)?) {
                Ok(bytes) => Ok(Some(Bytes::from(bytes))),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(unavailable(error)),
            }
        })
    }
}

/// All files below a folder, as paths relative to it with slashes; none where there is no folder.
fn below(folder: &Path, within: &str, found: &mut Vec<String>) -> std::io::Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{within}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            below(&entry.path(), &format!("{name}/"), found)?;
        } else {
            found.push(name);
        }
    }
    Ok(())
}

impl Shelf for FolderBlobs {
    fn list<'a>(&'a self, bucket: &'a str, prefix: &'a str) -> Answer<'a, Result<Vec<String>, Unavailable>> {
        Box::pin(async move {
            let mut keys = Vec::new();
            below(&self.root.join(bucket), "", &mut keys).map_err(unavailable)?;
            keys.retain(|key| key.starts_with(prefix) && !key.ends_with(".part"));
            keys.sort();
            Ok(keys)
        })
    }

    fn erase<'a>(
        &'a self,
        bucket: &'a str,
        key: &'a str,
        tombstone: Bytes,
    ) -> Answer<'a, Result<(), Unavailable>> {
        // A folder keeps one version.
        self.put(bucket, key, tombstone)
    }
}
