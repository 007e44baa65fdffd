//! The host, as the rest of the crate sees it: the imports of the component in WebAssembly, and a
//! [`native::Host`](crate::native::Host) in an ordinary program.

#[cfg(target_family = "wasm")]
mod imported {
    pub(crate) use crate::bindings::imports::cache::{get as cache_get, put as cache_put};
    pub(crate) use crate::bindings::imports::clock::{now, wait};
    pub(crate) use crate::bindings::imports::grpc::{ReplyStream, unary};
    pub(crate) use crate::bindings::imports::http::{Exchange, send, send_and_keep};
    pub(crate) use crate::bindings::imports::log::write as log;
    pub(crate) use crate::bindings::imports::random::bytes as random;
    pub(crate) use crate::bindings::imports::secret::granted;
    pub(crate) use crate::bindings::imports::sigv4::send as send_signed;
}

#[cfg(target_family = "wasm")]
pub(crate) use imported::{
    Exchange, ReplyStream, cache_get, cache_put, granted, log, now, random, send, send_and_keep,
    send_signed, unary, wait,
};

#[cfg(not(target_family = "wasm"))]
pub(crate) use crate::native::{
    Exchange, ReplyStream, cache_get, cache_put, granted, log, now, random, send, send_and_keep,
    send_signed, unary, wait,
};
