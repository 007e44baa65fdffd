//! What a source offers and allows where devices cannot be told one by one.

use serde::{Deserialize, Serialize};

use crate::{Offer, Quota};

/// What a source offers beside the devices that it can tell one by one, and how much of all of it somebody may use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supply {
    /// What it offers.
    pub offers: Vec<Offer>,
    /// How much may be used.
    pub quotas: Vec<Quota>,
}
