//! Any comment on a table: understood, and kept beside a new high watermark; or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|comment: &str| {
    // PostgreSQL has no text with NUL in it.
    if !comment.contains('\0')
        && let Err(reason) = tests::commenting(comment)
    {
        panic!("{reason}");
    }
});
