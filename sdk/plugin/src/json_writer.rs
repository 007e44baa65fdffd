//! JSON written at compile time.

/// Writes JSON in a constant. Without room it only counts, so that a first pass tells how much room a second one needs.
pub(crate) struct Writer<'a> {
    room: &'a mut [u8],
    len: usize,
    last: u8,
}

impl<'a> Writer<'a> {
    pub(crate) const fn counting() -> Self {
        Self::new(&mut [])
    }

    pub(crate) const fn new(room: &'a mut [u8]) -> Self {
        Self {
            room,
            len: 0,
            last: 0,
        }
    }

    /// Bytes so far.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// Whether an object was just begun.
    pub(crate) const fn follows_brace(&self) -> bool {
        self.last == b'{'
    }

    pub(crate) const fn byte(self, byte: u8) -> Self {
        let len = self.len + 1;
        let room = match self.room {
            [slot, room @ ..] => {
                *slot = byte;
                room
            }
            [] => &mut [],
        };
        Self {
            room,
            len,
            last: byte,
        }
    }

    /// What is JSON already.
    pub(crate) const fn raw(mut self, text: &str) -> Self {
        let mut rest = text.as_bytes();
        while let [byte, tail @ ..] = rest {
            self = self.byte(*byte);
            rest = tail;
        }
        self
    }

    pub(crate) const fn text(mut self, text: &str) -> Self {
        self = self.byte(b'"');
        let mut rest = text.as_bytes();
        while let [byte, tail @ ..] = rest {
            self = match *byte {
                b'"' | b'\\' => self.byte(b'\\').byte(*byte),
                control @ ..0x20 => {
                    let digits = if control < 0x10 { "\\u000" } else { "\\u001" };
                    let low = control & 0x0f;
                    self.raw(digits).byte(if low < 10 {
                        b'0' + low
                    } else {
                        b'a' + low - 10
                    })
                }
                _ => self.byte(*byte),
            };
            rest = tail;
        }
        self.byte(b'"')
    }

    pub(crate) const fn texts(mut self, texts: &[&str]) -> Self {
        let mut rest = texts;
        while let [text, tail @ ..] = rest {
            self = self.text(text);
            if !tail.is_empty() {
                self = self.byte(b',');
            }
            rest = tail;
        }
        self
    }

    pub(crate) const fn number(self, number: i64) -> Self {
        let out = if number < 0 { self.byte(b'-') } else { self };
        out.digits(number.unsigned_abs())
    }

    const fn digits(self, number: u64) -> Self {
        let out = if number < 10 {
            self
        } else {
            self.digits(number / 10)
        };
        let [digit, ..] = (number % 10).to_le_bytes();
        out.byte(b'0' + digit)
    }
}
