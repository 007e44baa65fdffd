//! What a resource is given to apply with.

use crate::Report;
use crate::resource::Resource;
use crate::serve::StopListener;

/// One creation.
#[derive(Debug)]
pub struct Create<R: Resource> {
    /// What is written, with write-only values.
    pub config: R,
    /// As planned; give every unknown a value.
    pub state: R,
    /// As planned; stored beside the state.
    pub private: R::Private,
    /// What to tell the practitioner.
    pub report: Report,
    /// Tells when the practitioner interrupts: finish or undo the step at hand, then return what is.
    pub stop: StopListener,
    pub(crate) recorded: bool,
}

impl<R: Resource> Create<R> {
    /// Says that the object exists from here on. An error after this stores the state as it then is, so that nothing is
    /// orphaned; an error before it stores nothing.
    pub fn record(&mut self) {
        self.recorded = true;
    }
}

/// One change in place.
#[derive(Debug)]
pub struct Update<R: Resource> {
    /// What is there.
    pub prior: R,
    /// What is written, with write-only values.
    pub config: R,
    /// As planned; give every unknown a value.
    pub state: R,
    /// As planned; stored beside the state.
    pub private: R::Private,
    /// What to tell the practitioner.
    pub report: Report,
    /// Tells when the practitioner interrupts: finish or undo the step at hand, then return what is.
    pub stop: StopListener,
    pub(crate) recorded: bool,
}

impl<R: Resource> Update<R> {
    /// Says that the object has changed from here on. An error after this stores the state as it then is; an error
    /// before it keeps the prior state.
    pub fn record(&mut self) {
        self.recorded = true;
    }
}

/// One removal.
#[derive(Debug)]
pub struct Delete<R: Resource> {
    /// What is there. Kept, with changes made here, when the removal fails.
    pub state: R,
    /// What is kept beside it.
    pub private: R::Private,
    /// What to tell the practitioner.
    pub report: Report,
    /// Tells when the practitioner interrupts: finish the step at hand, then return.
    pub stop: StopListener,
}
