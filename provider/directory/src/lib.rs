//! Who is in which group and who answers for what, as a directory exports it: CSV, JSON or SCIM.
//!
//! [`DirectoryFile::read`] gives the facts as any connector would; what a file does not say stays unknown, and a file with
//! one mistake is refused whole, because a membership that is skipped could be the one that matters.

mod csv;
mod directory;
mod fault;
mod file;
mod json;
mod scim;

pub use fault::DirectoryFault;
pub use file::DirectoryFile;
