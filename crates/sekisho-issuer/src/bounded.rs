//! What is remembered: so many entries, each until its time has come.

use std::time::SystemTime;

use indexmap::IndexMap;

/// Entries by a name that nobody guesses. Where there is no room for one more, the oldest goes.
pub(super) struct Bounded<T> {
    entries: IndexMap<String, Entry<T>>,
    capacity: usize,
}

struct Entry<T> {
    value: T,
    expires_at: SystemTime,
}

impl<T> Bounded<T> {
    pub(super) fn new(capacity: usize) -> Self {
        Self { entries: IndexMap::new(), capacity }
    }

    /// Remembers `value` until `expires_at`, in place of what had its name.
    pub(super) fn insert(&mut self, name: String, value: T, expires_at: SystemTime, now: SystemTime) {
        self.entries.shift_remove(&name);
        self.entries.retain(|_, entry| now < entry.expires_at);
        if self.entries.len() >= self.capacity {
            self.entries.shift_remove_index(0);
        }
        self.entries.insert(name, Entry { value, expires_at });
    }

    pub(super) fn get_mut(&mut self, name: &str, now: SystemTime) -> Option<&mut T> {
        self.entries.get_mut(name).filter(|entry| now < entry.expires_at).map(|entry| &mut entry.value)
    }

    pub(super) fn remove(&mut self, name: &str) -> Option<T> {
        self.entries.shift_remove(name).map(|entry| entry.value)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn an_entry_is_there_until_its_time_has_come() {
        let mut bounded = Bounded::new(2);
        bounded.insert("a".to_owned(), 1, at(60), at(0));
        assert_eq!(bounded.get_mut("a", at(59)), Some(&mut 1));
        assert_eq!(bounded.get_mut("a", at(60)), None);
        assert_eq!(bounded.get_mut("b", at(0)), None);
    }

    #[test]
    fn the_oldest_makes_room_unless_others_have_expired() {
        let mut bounded = Bounded::new(2);
        for (name, expires_at) in [("a", 90), ("b", 10), ("c", 90)] {
            bounded.insert(name.to_owned(), name, at(expires_at), at(20));
        }
        assert!(bounded.get_mut("a", at(20)).is_some(), "b had expired");
        bounded.insert("d".to_owned(), "d", at(90), at(20));
        let held = ["a", "b", "c", "d"].map(|name| bounded.get_mut(name, at(20)).is_some());
        assert_eq!(held, [false, false, true, true]);
    }
}
