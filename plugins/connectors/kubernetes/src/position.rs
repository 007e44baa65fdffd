//! The position at which a list is read on, and how much of it is asked for at once.

use serde::{Deserialize, Serialize};

/// Objects of the first page, of which nobody knows yet how large they are.
const FIRST: usize = 250;
/// Bytes of a later page: half of what an answer may have, because objects differ.
const PAGE_BYTES: usize = 4 * 1024 * 1024;
/// More objects than this no page asks for, however small they are.
const MOST: usize = 2000;

/// The position of a page in a list; the default one is its beginning. Every request costs a connection and its turn, so
/// large clusters are read in few large pages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Position {
    /// What the server gave to go on with; empty at the beginning.
    next: String,
    /// Objects that are expected to make a page of the size that is aimed at.
    limit: Option<usize>,
}

impl Position {
    /// The position after a page of so many objects in so many bytes; none when the server has no more.
    pub(crate) fn after(next: String, objects: usize, bytes: usize) -> Option<Self> {
        let each = bytes.checked_div(objects).unwrap_or(PAGE_BYTES).max(1);
        (!next.is_empty()).then_some(Self {
            next,
            limit: Some((PAGE_BYTES / each).clamp(1, MOST)),
        })
    }

    /// The same position with half as many objects, for an answer that was too large; none when nobody knows a better size,
    /// or the configuration has set one.
    pub(crate) fn smaller(&self, configured: Option<u32>) -> Option<Self> {
        let limit = self.limit(None) / 2;
        (configured.is_none() && limit > 0).then(|| Self {
            next: self.next.clone(),
            limit: Some(limit),
        })
    }

    /// Whether this is the position with which the server goes on.
    pub(crate) fn is_of(&self, next: &str) -> bool {
        !next.is_empty() && self.next == next
    }

    /// What the server gave to go on with.
    pub(crate) fn token(&self) -> Option<&str> {
        (!self.next.is_empty()).then_some(self.next.as_str())
    }

    /// Objects to ask for, `configured` where the configuration says so.
    pub(crate) fn limit(&self, configured: Option<u32>) -> usize {
        let configured = configured.and_then(|size| usize::try_from(size).ok());
        configured.or(self.limit).unwrap_or(FIRST)
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, PAGE_BYTES, Position};

    #[test]
    fn a_page_is_as_large_as_the_objects_before_allow() {
        assert_eq!(Position::default().limit(None), 250);
        assert_eq!(Position::default().limit(Some(7)), 7);
        let after = |objects, bytes| Position::after("n".to_owned(), objects, bytes).unwrap();
        for (objects, bytes, limit) in [
            (250, 250 * 4096, 1024),
            (250, 250 * 100, MOST),
            (1, 2 * PAGE_BYTES, 1),
            (0, 100, 1),
        ] {
            assert_eq!(
                after(objects, bytes).limit(None),
                limit,
                "{objects} in {bytes}"
            );
            assert_eq!(after(objects, bytes).limit(Some(40)), 40);
        }
        let halves = std::iter::successors(Some(Position::default()), |one| one.smaller(None));
        let halves: Vec<usize> = halves.map(|one| one.limit(None)).collect();
        assert_eq!(halves, [250, 125, 62, 31, 15, 7, 3, 1]);
        assert!(Position::default().smaller(Some(40)).is_none());
        assert!(Position::after(String::new(), 250, 1).is_none());
        assert!(after(1, 1).is_of("n") && !Position::default().is_of(""));
    }
}
