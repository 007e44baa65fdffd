//! A `libnvidia-ml.so.1` without a GPU: exports NVML's C symbols over a fleet file.
//!
//! `FAKE_NVML_FLEET` names the fleet file (see `fixtures/`); the file is read once, so one process
//! holds one fleet. A symbol fails on purpose where the fleet says so: `[fail]` at the top for all
//! devices and the system calls, `fail = {symbol = code}` in a `[[gpu]]` for that device.
#![allow(unsafe_code, reason = "C symbols take and fill the caller's pointers")]

mod answer;
mod device;
mod fleet;
mod handle;
mod health;
mod mig;
mod system;
