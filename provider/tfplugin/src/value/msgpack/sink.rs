//! MessagePack bytes being written. Writing to memory cannot fail, so nothing here does but for lengths of 2^32 and more.

use rmp::encode::{self, ByteBuf};

use crate::value::{EncodeProblem, Number};

/// Bytes written so far.
pub(super) struct Sink(ByteBuf);

impl Sink {
    pub(super) fn new() -> Self {
        Self(ByteBuf::new())
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0.into_vec()
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.0.as_mut_vec().extend(bytes);
    }

    pub(super) fn nil(&mut self) {
        let Ok(()) = encode::write_nil(&mut self.0);
    }

    pub(super) fn bool(&mut self, truth: bool) {
        let Ok(()) = encode::write_bool(&mut self.0, truth);
    }

    pub(super) fn uint(&mut self, number: u64) {
        let Ok(_) = encode::write_uint(&mut self.0, number);
    }

    /// A number in the first of these that is exact: integer, float, decimal text.
    pub(super) fn number(&mut self, number: &Number) -> Result<(), EncodeProblem> {
        if let Some(whole) = number.to_i64() {
            let Ok(_) = encode::write_sint(&mut self.0, whole);
        } else if let Some(float) = number.to_f64_exact() {
            let Ok(()) = encode::write_f64(&mut self.0, float);
        } else {
            return self.text(number.as_str());
        }
        Ok(())
    }

    pub(super) fn text(&mut self, text: &str) -> Result<(), EncodeProblem> {
        let Ok(_) = encode::write_str_len(&mut self.0, length(text.len())?);
        self.raw(text.as_bytes());
        Ok(())
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Result<(), EncodeProblem> {
        let Ok(_) = encode::write_bin_len(&mut self.0, length(bytes.len())?);
        self.raw(bytes);
        Ok(())
    }

    pub(super) fn array(&mut self, count: usize) -> Result<(), EncodeProblem> {
        let Ok(_) = encode::write_array_len(&mut self.0, length(count)?);
        Ok(())
    }

    pub(super) fn map(&mut self, count: usize) -> Result<(), EncodeProblem> {
        let Ok(_) = encode::write_map_len(&mut self.0, length(count)?);
        Ok(())
    }

    pub(super) fn extension(&mut self, kind: i8, size: usize) -> Result<(), EncodeProblem> {
        let Ok(_) = encode::write_ext_meta(&mut self.0, length(size)?, kind);
        Ok(())
    }
}

fn length(length: usize) -> Result<u32, EncodeProblem> {
    u32::try_from(length).map_err(|_| EncodeProblem::TooLarge)
}
