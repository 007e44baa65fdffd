//! A permission split as Cedar policies and the schema that they are valid by. Pure: names in, text out.
//!
//! Cedar is for services that decide themselves whom they let do what: they give an authorizer these policies, and with each request
//! the groups that the principal is in, as its parents. Each clause of the split becomes a permit, and the separation becomes two
//! forbids, which outweigh whatever else permits: whoever is on the deploy side is refused what the runtime may, and the other way
//! round.
//!
//! | in the split | in Cedar |
//! |---|---|
//! | a subject, `group:ml-release` | `Portcullis::Subject::"group:ml-release"`; members have it as their parent |
//! | the workload | `Portcullis::Workload::"production/fraud"` |
//! | what is used, read and called | `Portcullis::Object::"vault:secret/models/fraud"` |
//! | a verb, `rollout`, `read` | `Portcullis::Action::"deploy:rollout"`, `"runtime:read"`, in the groups `"deploy"` and `"runtime"` |

mod clause;
mod literal;
mod policies;
mod schema;
mod split;

pub use clause::{Clause, Enforcement};
pub use split::{Cedar, Split};
