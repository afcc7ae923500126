//! An index in little memory: a digest of the key leads to a chain of positions.
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::marker::PhantomData;

pub struct Index<K> {
    first: HashMap<u64, u32, BuildHasherDefault<Digest>>,
    /// A position, and where the next of its chain stands; 0 ends a chain.
    chain: Vec<(u32, u32)>,
    keys: PhantomData<K>,
}

impl<K> Default for Index<K> {
    fn default() -> Self {
        Self { first: HashMap::default(), chain: vec![(0, 0)], keys: PhantomData }
    }
}

impl<K: Hash> Index<K> {
    pub fn insert(&mut self, key: &K, position: u32) {
        let Ok(link) = u32::try_from(self.chain.len()) else { return };
        let next = self.first.insert(digest(key), link).unwrap_or(0);
        self.chain.push((position, next));
    }

    /// Positions under the key, latest first, and those of another key with the same digest.
    pub fn find<'i>(&'i self, key: &K) -> impl Iterator<Item = u32> + use<'i, K> {
        let mut link = self.first.get(&digest(key)).copied().unwrap_or(0);
        std::iter::from_fn(move || {
            if link == 0 {
                return None;
            }
            let (position, next) = *self.chain.get(usize::try_from(link).ok()?)?;
            link = next;
            Some(position)
        })
    }
}

fn digest<K: Hash>(key: &K) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// The digest is spread already.
#[derive(Default)]
pub struct Digest(u64);

impl Hasher for Digest {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |sum, byte| sum.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, digest: u64) {
        self.0 = digest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_keeps_all_positions() {
        let mut index = Index::default();
        index.insert(&"a", 1);
        index.insert(&"b", 2);
        index.insert(&"a", 3);
        assert_eq!(index.find(&"a").collect::<Vec<_>>(), [3, 1]);
        assert_eq!(index.find(&"c").count(), 0);
    }
}
