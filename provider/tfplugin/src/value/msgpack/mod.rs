//! Values as MessagePack, the form in which core sends and receives them.
//!
//! Any extension is an unknown value; extension 12 also says what is promised about it. A dynamic value is the pair of its
//! type's JSON and itself.

mod decode;
mod encode;
mod reader;
mod refinement;
mod sink;

pub use decode::decode;
pub use encode::encode;

#[cfg(test)]
mod tests;
