//! Any name or text: in SQL it is itself, and nothing follows it.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(reason) = tests::quoting(text) {
        panic!("{reason}");
    }
});
