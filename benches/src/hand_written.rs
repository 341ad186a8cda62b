//! Encoders as one would write them by hand for just these rows: the floor for ours, and the
//! reference's rows.

use crate::data::{N, W};
use chrono::{DateTime, NaiveDate, Utc};

/// Seconds from 1970-01-01 to 2000-01-01, and days since 0000-12-31 to the latter.
const EPOCH_SECONDS: i64 = 946_684_800;
const EPOCH_DAYS: i32 = 730_120;

/// A row that can be encoded.
pub(crate) trait Encode {
    /// Writes the row, as binary `COPY` has it.
    fn encode(&self, buffer: &mut Vec<u8>);
}

fn bytes(buffer: &mut Vec<u8>, value: &[u8]) {
    buffer.extend_from_slice(&i32::try_from(value.len()).unwrap_or(i32::MAX).to_be_bytes());
    buffer.extend_from_slice(value);
}

fn timestamp(value: DateTime<Utc>) -> [u8; 8] {
    (value.timestamp_micros() - EPOCH_SECONDS * 1_000_000).to_be_bytes()
}

fn date(value: NaiveDate) -> [u8; 4] {
    use chrono::Datelike;
    (value.num_days_from_ce() - EPOCH_DAYS).to_be_bytes()
}

impl Encode for N {
    #[inline]
    fn encode(&self, buffer: &mut Vec<u8>) {
        buffer.extend_from_slice(&4_i16.to_be_bytes());
        bytes(buffer, &self.id.to_be_bytes());
        bytes(buffer, &timestamp(self.ts));
        bytes(buffer, &self.value.to_be_bytes());
        bytes(buffer, &self.sensor.to_be_bytes());
    }
}

impl Encode for W {
    #[inline]
    fn encode(&self, buffer: &mut Vec<u8>) {
        buffer.extend_from_slice(&11_i16.to_be_bytes());
        bytes(buffer, &self.id.to_be_bytes());
        bytes(buffer, &self.tenant.to_be_bytes());
        bytes(buffer, self.name.as_bytes());
        match &self.description {
            Some(description) => bytes(buffer, description.as_bytes()),
            None => buffer.extend_from_slice(&(-1_i32).to_be_bytes()),
        }
        bytes(buffer, &self.amount.to_be_bytes());
        bytes(buffer, &[u8::from(self.active)]);
        bytes(buffer, &timestamp(self.created));
        bytes(buffer, &date(self.day));
        bytes(buffer, self.reference.as_bytes());
        let payload = self.payload.get().as_bytes();
        buffer.extend_from_slice(&i32::try_from(payload.len() + 1).unwrap_or(0).to_be_bytes());
        buffer.push(1);
        buffer.extend_from_slice(payload);
        let start = buffer.len();
        buffer.extend_from_slice(&[0; 4]);
        buffer.extend_from_slice(&i32::from(!self.tags.is_empty()).to_be_bytes());
        buffer.extend_from_slice(&0_i32.to_be_bytes());
        buffer.extend_from_slice(&25_i32.to_be_bytes());
        if !self.tags.is_empty() {
            let length = i32::try_from(self.tags.len()).unwrap_or(0);
            buffer.extend_from_slice(&length.to_be_bytes());
            buffer.extend_from_slice(&1_i32.to_be_bytes());
        }
        for tag in &self.tags {
            bytes(buffer, tag.as_bytes());
        }
        let length = i32::try_from(buffer.len() - start - 4).unwrap_or(0);
        buffer[start..start + 4].copy_from_slice(&length.to_be_bytes());
    }
}
