//! Live tables that are not as they are defined become so.

mod cases;

mod definitions;

mod snapshot;
