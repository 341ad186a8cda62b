//! Values of every type: what goes in reads back equal, and what a column cannot hold is an error.
//!
//! What reads back is not told by the encoders' own idea of it: each value is also written as text,
//! by [`pg_text`], which the server reads; then the server's own output of the two is compared.

mod array;
mod bigdecimal;
mod binary;
mod datetime;
mod eui48;
mod hstore;
mod interval;
mod ipnet;
mod jiff;
mod json;
mod live_column;
mod modifier;
mod number;
mod ordered_float;
mod owner;
mod pg_text;
mod pgvector;
mod range;
mod read_back;
mod refused_by_encoder;
mod refused_by_feature;
mod refused_by_server;
mod rust_decimal;
mod shape;
mod strategy;
mod text;
mod time;
