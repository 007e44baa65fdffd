//! Every rule of the contract with an answer that breaks it and a twin that keeps it; and answers made as they should
//! be, whatever the configuration, break none.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod correct;
mod rules;
mod sample;
