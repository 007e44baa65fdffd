//! What is listed.

use crate::collection::Collection;

/// Which objects of a collection are listed, and how much of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listing<'a> {
    pub(crate) collection: Collection,
    /// A field selector; empty for all objects.
    pub(crate) fields: &'a str,
    pub(crate) metadata_only: bool,
}

impl Listing<'_> {
    pub(crate) fn all(collection: Collection) -> Self {
        Self {
            collection,
            fields: "",
            metadata_only: false,
        }
    }
}
