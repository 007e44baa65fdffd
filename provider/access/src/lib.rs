//! Who can come to hold which permission. Pure: facts in, verdict with witness paths out.
//!
//! A [`Split`] declares two sides of a workload: subjects that may deploy it, and subjects that may act as it. Static
//! separation of duty (INCITS 359) asks that no subject be on both, however it got there. Two steps answer that:
//!
//! 1. [`Access::derive`] turns what connectors read into a graph. An edge says that whoever is at its start can come to
//!    hold what its end holds. Rules, one a line, say which permissions amount to which edge; what stands for many (any
//!    service account of a namespace) is a node, so that the graph grows with permissions plus accounts.
//! 2. [`separate`] lays the declared groups over it and searches from both sides. What is not known, be it a group that
//!    no fact describes or a connector that did not answer, makes the answer unknown: it may be anybody.

mod access;
mod acl;
mod between;
mod change;
mod credentials;
mod crossing;
mod cuts;
mod derive;
mod duties;
mod evidence;
mod fact;
mod granted;
mod graph;
mod holder;
mod holders;
mod mediation;
mod missing;
mod mode;
mod nodes;
mod orphans;
mod platform;
mod question;
mod reach;
mod relation;
mod route;
mod rules;
mod separation;
mod shared;
mod source_change;
mod source_facts;
mod split;
mod step;

pub use access::Access;
pub use acl::Acl;
pub use between::Between;
pub use change::{ChangeAuthority, Changer};
pub use credentials::{Credential, Credentials};
pub use crossing::Crossing;
pub use cuts::Cuts;
pub use duties::foreign_duties;
pub use evidence::Evidence;
pub use fact::{Facts, Memberships, Source};
pub use granted::Granted;
pub use holder::Holder;
pub use holders::Holders;
pub use mediation::{Covered, Mediated, mediate};
pub use mode::Mode;
pub use orphans::{Declarations, Orphan, OrphanKind, Orphans};
pub use platform::Platform;
pub use portcullis_model::Through;
pub use reach::{HeldPermission, Reach, Reached};
pub use relation::Relation;
pub use route::{Hop, Route};
pub use rules::{Primitive, primitive, primitives};
pub use separation::{Missing, Proof, Separation, separate};
pub use source_change::SourceChange;
pub use source_facts::{ListedEdge, ListedObject, ListedPermission, ListedSubject, SourceFacts};
pub use split::Split;
pub use step::{NoStep, Step};
