//! Start, end and versions.

use std::ffi::{c_char, c_int, c_uint};
use std::sync::atomic::Ordering;

use crate::answer::{
    Code, DRIVER_NOT_LOADED, SUCCESS, UNINITIALIZED, USERS, answer, put, put_text,
};
use crate::fleet::Fleet;

fn init(symbol: &str) -> Code {
    let Some(fleet) = Fleet::get() else {
        return DRIVER_NOT_LOADED;
    };
    if let Some(code) = fleet.fail.get(symbol) {
        return *code;
    }
    USERS.fetch_add(1, Ordering::SeqCst);
    SUCCESS
}

#[unsafe(no_mangle)]
extern "C" fn nvmlInit_v2() -> Code {
    init("nvmlInit_v2")
}

#[unsafe(no_mangle)]
extern "C" fn nvmlInitWithFlags(_flags: c_uint) -> Code {
    init("nvmlInitWithFlags")
}

#[unsafe(no_mangle)]
extern "C" fn nvmlShutdown() -> Code {
    let less = |users: usize| users.checked_sub(1);
    match USERS.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less) {
        Ok(_) => SUCCESS,
        Err(_) => UNINITIALIZED,
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlSystemGetDriverVersion(out: *mut c_char, length: c_uint) -> Code {
    // SAFETY: NVML's contract for the two arguments.
    answer("nvmlSystemGetDriverVersion", |fleet| unsafe {
        put_text(out, length as usize, &fleet.driver)
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlSystemGetNVMLVersion(out: *mut c_char, length: c_uint) -> Code {
    // SAFETY: NVML's contract for the two arguments.
    answer("nvmlSystemGetNVMLVersion", |fleet| unsafe {
        put_text(out, length as usize, &fleet.nvml)
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlSystemGetCudaDriverVersion_v2(out: *mut c_int) -> Code {
    // SAFETY: NVML's contract for the argument.
    answer("nvmlSystemGetCudaDriverVersion_v2", |fleet| unsafe {
        put(out, fleet.cuda)
    })
}
