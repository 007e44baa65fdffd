//! What a resource is given to plan with.

use crate::Report;
use crate::field::At;
use crate::resource::Resource;
use crate::serve::StopListener;
use crate::value::Path;

/// What a plan will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Make an object that does not exist. Also the second half of a replacement.
    Create,
    /// Change an object that exists, or leave it as it is.
    Update,
}

/// One plan of one resource.
#[derive(Debug)]
pub struct Plan<R: Resource> {
    /// What is there, `None` for a create.
    pub prior: Option<R>,
    /// What is written, with write-only values and with nulls where nothing is.
    pub config: R,
    /// What will be: defaults and kept values are filled in, computed values that must be decided are unknown.
    pub planned: R,
    /// Kept until apply of the same run; what was stored with the prior state until changed here.
    pub private: R::Private,
    /// What the plan that the practitioner saw had put into `private`. Only while applying, from Terraform 1.16.
    pub first: Option<R::Private>,
    /// What to tell the practitioner.
    pub report: Report,
    /// Tells when the practitioner interrupts.
    pub stop: StopListener,
    pub(crate) replace: Vec<Path>,
}

impl<R: Resource> Plan<R> {
    /// Whether this creates or updates.
    #[must_use]
    pub fn action(&self) -> Action {
        if self.prior.is_some() {
            Action::Update
        } else {
            Action::Create
        }
    }

    /// Whether anything would change.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        self.prior
            .as_ref()
            .is_some_and(|prior| self.planned.means(prior))
    }

    /// Replaces the resource because of the value at `path`, beyond the attributes declared `#[tf(replace)]`.
    pub fn replace(&mut self, path: Path) {
        self.replace.push(path);
    }

    /// The path of attribute or block `name`, for diagnostics.
    #[must_use]
    pub fn path(&self, name: &str) -> Path {
        At::root().attribute(name).path()
    }
}

/// The plan to remove one resource.
#[derive(Debug)]
pub struct Destroy<R: Resource> {
    /// What is there.
    pub prior: R,
    /// What is kept beside it.
    pub private: R::Private,
    /// What to tell the practitioner.
    pub report: Report,
    /// Tells when the practitioner interrupts.
    pub stop: StopListener,
}
