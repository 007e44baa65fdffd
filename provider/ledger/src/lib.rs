//! What was promised to whom: workload identities, GPU pools with the devices they hold, permission splits, subject
//! groups, grants, duty constraints, and an event for every change.
//!
//! A Terraform state sees one workspace; capacity, duties and owners cross all of them. The ledger is the one place
//! where two pipelines cannot both take the same device, where an interrupted apply is found again, and where every
//! change leaves its record.
//!
//! [`Ledger`] is the contract. [`Sqlite`] keeps it in one file; [`open`] picks the store that a URL names.
//!
//! ```no_run
//! # async fn demo() -> Result<(), Box<dyn std::error::Error>> {
//! use portcullis_ledger::{Author, Draft, Object, open};
//! let url = "sqlite:.portcullis/ledger.db".parse()?;
//! let ledger = open(&url, Author { actor: "ci:main".into(), run: "run-17".into() });
//! let created = ledger
//!     .create(Draft {
//!         object: Object::Identity,
//!         key: "production/fraud-scorer".into(),
//!         owner: "team:risk-ml".into(),
//!         fingerprint: "9f86d081…".into(),
//!         body: serde_json::json!({ "class": "serving" }),
//!     })
//!     .await?;
//! println!("{:?}", created.record().incarnation);
//! # Ok(())
//! # }
//! ```

mod error;
mod event;
pub mod failpoint;
mod ledger;
mod message;
mod publication;
mod record;
mod reservation;
mod sqlite;
mod url;

pub use error::{Error, Held};
pub use event::{Action, Author, Event, Note, Topic};
pub use ledger::{Answer, Flaw, Ledger, open};
pub use publication::{PlanNote, Publication};
pub use record::{Created, Draft, Force, Kind, Object, Record, Seen};
pub use reservation::{Device, Reservation, Units};
pub use sqlite::Sqlite;
pub use url::{LedgerUrl, UrlError};
