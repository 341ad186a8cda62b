//! What the derives say of wrong structs, and that right ones compile.
#![allow(missing_docs)]

/// The messages are those of the compiler that they were written with; others word them, and point
/// at them, in their own way.
#[test]
fn mistakes_are_reported_where_they_are() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/fail/*.rs");
    cases.pass("ui/pass/*.rs");
}
