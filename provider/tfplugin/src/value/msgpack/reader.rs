//! MessagePack bytes as tokens.

use rmp::Marker;

use crate::value::DecodeProblem;

/// Bytes not yet read.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

/// One token: a scalar, or the opening of an array or map whose parts follow.
pub(super) enum Token<'a> {
    Nil,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Text(&'a [u8]),
    Bytes(&'a [u8]),
    Array(usize),
    Map(usize),
    Extension(i8, &'a [u8]),
}

impl Token<'_> {
    /// What it is, for messages.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            Self::Nil => "null",
            Self::Bool(_) => "a bool",
            Self::Int(_) | Self::Uint(_) | Self::Float(_) => "a number",
            Self::Text(_) => "a string",
            Self::Bytes(_) => "binary data",
            Self::Array(_) => "an array",
            Self::Map(_) => "a map",
            Self::Extension(..) => "an unknown value",
        }
    }
}

type Read<T> = Result<T, DecodeProblem>;

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// How many bytes are left.
    pub(super) fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// The next token. An array or map that announces more parts than bytes are left is refused here.
    pub(super) fn token(&mut self) -> Read<Token<'a>> {
        let [byte] = self.fixed::<1>()?;
        Ok(match Marker::from_u8(byte) {
            Marker::Null => Token::Nil,
            Marker::True => Token::Bool(true),
            Marker::False => Token::Bool(false),
            Marker::FixPos(number) => Token::Uint(number.into()),
            Marker::FixNeg(number) => Token::Int(number.into()),
            Marker::U8 => Token::Uint(u8::from_be_bytes(self.fixed()?).into()),
            Marker::U16 => Token::Uint(u16::from_be_bytes(self.fixed()?).into()),
            Marker::U32 => Token::Uint(u32::from_be_bytes(self.fixed()?).into()),
            Marker::U64 => Token::Uint(u64::from_be_bytes(self.fixed()?)),
            Marker::I8 => Token::Int(i8::from_be_bytes(self.fixed()?).into()),
            Marker::I16 => Token::Int(i16::from_be_bytes(self.fixed()?).into()),
            Marker::I32 => Token::Int(i32::from_be_bytes(self.fixed()?).into()),
            Marker::I64 => Token::Int(i64::from_be_bytes(self.fixed()?)),
            Marker::F32 => Token::Float(f32::from_be_bytes(self.fixed()?).into()),
            Marker::F64 => Token::Float(f64::from_be_bytes(self.fixed()?)),
            Marker::FixStr(length) => Token::Text(self.take(length.into())?),
            Marker::Str8 => Token::Text(self.sized::<1>()?),
            Marker::Str16 => Token::Text(self.sized::<2>()?),
            Marker::Str32 => Token::Text(self.sized::<4>()?),
            Marker::Bin8 => Token::Bytes(self.sized::<1>()?),
            Marker::Bin16 => Token::Bytes(self.sized::<2>()?),
            Marker::Bin32 => Token::Bytes(self.sized::<4>()?),
            Marker::FixArray(count) => Token::Array(self.parts(count.into(), 1)?),
            Marker::Array16 => Token::Array(self.counted::<2>(1)?),
            Marker::Array32 => Token::Array(self.counted::<4>(1)?),
            Marker::FixMap(count) => Token::Map(self.parts(count.into(), 2)?),
            Marker::Map16 => Token::Map(self.counted::<2>(2)?),
            Marker::Map32 => Token::Map(self.counted::<4>(2)?),
            Marker::FixExt1 => self.extension(1)?,
            Marker::FixExt2 => self.extension(2)?,
            Marker::FixExt4 => self.extension(4)?,
            Marker::FixExt8 => self.extension(8)?,
            Marker::FixExt16 => self.extension(16)?,
            Marker::Ext8 => self.sized_extension::<1>()?,
            Marker::Ext16 => self.sized_extension::<2>()?,
            Marker::Ext32 => self.sized_extension::<4>()?,
            Marker::Reserved => return Err(DecodeProblem::Marker(byte)),
        })
    }

    /// Passes over one value and all its parts.
    pub(super) fn skip(&mut self) -> Read<()> {
        let mut values = 1_usize;
        while values > 0 {
            values -= 1;
            // No overflow: every part counted has at least a byte of its own left.
            values += match self.token()? {
                Token::Array(count) => count,
                Token::Map(count) => count.saturating_mul(2),
                _ => 0,
            };
        }
        Ok(())
    }

    fn take(&mut self, length: usize) -> Read<&'a [u8]> {
        let split = self.rest.split_at_checked(length);
        let (taken, rest) = split.ok_or(DecodeProblem::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    fn fixed<const N: usize>(&mut self) -> Read<[u8; N]> {
        let split = self.rest.split_first_chunk::<N>();
        let (taken, rest) = split.ok_or(DecodeProblem::Truncated)?;
        self.rest = rest;
        Ok(*taken)
    }

    /// A length of `N` bytes, at most four.
    fn length<const N: usize>(&mut self) -> Read<usize> {
        let bytes = self.fixed::<N>()?;
        Ok(bytes
            .iter()
            .fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
    }

    fn sized<const N: usize>(&mut self) -> Read<&'a [u8]> {
        let length = self.length::<N>()?;
        self.take(length)
    }

    fn counted<const N: usize>(&mut self, bytes_each: usize) -> Read<usize> {
        let count = self.length::<N>()?;
        self.parts(count, bytes_each)
    }

    /// A count of parts, each of which takes at least `bytes_each`.
    fn parts(&self, count: usize, bytes_each: usize) -> Read<usize> {
        if count.saturating_mul(bytes_each) > self.remaining() {
            return Err(DecodeProblem::Truncated);
        }
        Ok(count)
    }

    fn extension(&mut self, length: usize) -> Read<Token<'a>> {
        let kind = i8::from_be_bytes(self.fixed()?);
        Ok(Token::Extension(kind, self.take(length)?))
    }

    fn sized_extension<const N: usize>(&mut self) -> Read<Token<'a>> {
        let length = self.length::<N>()?;
        self.extension(length)
    }
}
