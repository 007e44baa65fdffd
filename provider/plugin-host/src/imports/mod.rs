//! What guests import, one file an interface: each function counts the call and hands on.

mod cache;
mod clock;
mod grpc;
mod http;
mod log;
mod random;
mod secret;
mod sigv4;

use crate::bindings::imports::types;
use crate::guest::Guest;

impl types::Host for Guest {}
