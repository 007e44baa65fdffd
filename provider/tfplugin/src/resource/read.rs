//! What a resource is given to read with.

use crate::Report;
use crate::resource::Resource;
use crate::serve::StopListener;

/// One look at one object.
#[derive(Debug)]
pub struct Read<R: Resource> {
    /// What was there when last looked; make it what is there now. After an import only what identifies it is set.
    pub state: R,
    /// What is kept beside it.
    pub private: R::Private,
    /// What to tell the practitioner.
    pub report: Report,
    /// Tells when the practitioner interrupts.
    pub stop: StopListener,
    pub(crate) gone: bool,
}

impl<R: Resource> Read<R> {
    /// Says that the object does not exist any more: Terraform plans to create it anew.
    pub fn gone(&mut self) {
        self.gone = true;
    }
}
