//! Requests over HTTP, sent by the host to origins that are asked for and granted.

mod begun;
mod breaker;
mod client;
mod exchange;
mod pages;
mod request;
mod response;
mod retry;

pub use begun::Begun;
pub use client::Client;
pub use exchange::{Exchange, ResponseBody};
pub use pages::{Pages, Paging};
pub use request::Request;
pub use response::{Kept, Response};
