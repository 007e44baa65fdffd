//! What a connector remembers from call to call of one run: the interface `cache` of the contract.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Keys and values together.
pub(crate) const MEMORY_BYTES: usize = 1024 * 1024;

/// The memory of one `connector` block. Its calls share it, which may run at once; other blocks have their own.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    entries: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl Memory {
    pub(crate) fn get(&self, key: &str) -> Option<Vec<u8>> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.get(key).cloned()
    }

    /// Keeps a value. The error is how many bytes there would be, and nothing changes.
    pub(crate) fn put(&self, key: String, value: Vec<u8>) -> Result<(), usize> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let others: usize = entries
            .iter()
            .filter(|(other, _)| **other != key)
            .map(|(key, value)| key.len() + value.len())
            .sum();
        let bytes = others + key.len() + value.len();
        if bytes > MEMORY_BYTES {
            return Err(bytes);
        }
        entries.insert(key, value);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{MEMORY_BYTES, Memory};

    #[test]
    fn a_value_that_is_too_much_changes_nothing() {
        let memory = Memory::default();
        memory
            .put("k".to_owned(), vec![1; MEMORY_BYTES - 1])
            .unwrap();
        assert_eq!(
            memory.put("l".to_owned(), Vec::new()),
            Err(MEMORY_BYTES + 1)
        );
        assert_eq!(
            memory.put("k".to_owned(), vec![2; MEMORY_BYTES]),
            Err(MEMORY_BYTES + 1)
        );
        assert_eq!(memory.get("k"), Some(vec![1; MEMORY_BYTES - 1]));
        memory.put("k".to_owned(), vec![2]).unwrap();
        memory.put("l".to_owned(), vec![3]).unwrap();
        assert_eq!(memory.get("l"), Some(vec![3]));
        assert_eq!(memory.get("m"), None);
    }
}
