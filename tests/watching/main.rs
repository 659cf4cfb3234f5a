//! `rev serve` as probes, Prometheus, browsers and unfriendly clients see it, while databases change, die and return.
#![allow(clippy::unwrap_used)] // what does not answer as it must is a failure of the test

#[path = "../support/mod.rs"]
mod support;

mod answers;
mod gate;
mod hostile;
mod http;
mod load;
mod outage;
mod served;
