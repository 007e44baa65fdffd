//! What `run` gives, as it lies in the memory of a guest: bytes that a test may bend as it likes.

use crate::guests::Core;

/// Where results begin, and where the list of findings and the texts lie.
const RESULT: u32 = 1024;
const LIST: u32 = 2048;

/// The texts of a finding: severity, code, address, attribute, summary, detail, remedy.
pub(crate) type Texts = [Vec<u8>; 7];

/// A finding of that severity.
pub(crate) fn finding(severity: &str) -> Texts {
    let texts = [
        severity,
        "code",
        "a.b",
        "attribute",
        "Summary",
        "Detail.",
        "Remedy.",
    ];
    texts.map(|text| text.as_bytes().to_vec())
}

/// `result<list<finding>, failure>` in memory.
#[derive(Clone, Default)]
pub(crate) struct Image {
    pub(crate) findings: Vec<Texts>,
    /// The first byte: 0 is `ok`, 1 is `err`.
    pub(crate) discriminant: u8,
    list: Option<(u32, u32)>,
    text: Option<(usize, u32, u32)>,
}

impl Image {
    /// With that place and length of the list instead of the true ones.
    pub(crate) fn list(mut self, pointer: u32, length: u32) -> Self {
        self.list = Some((pointer, length));
        self
    }

    /// With that place and length of one text of the first finding instead of the true ones.
    pub(crate) fn text(mut self, index: usize, pointer: u32, length: u32) -> Self {
        if self.findings.is_empty() {
            self.findings.push(finding("warning"));
        }
        self.text = Some((index, pointer, length));
        self
    }

    /// The memory from [`RESULT`] on.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let count = u32::try_from(self.findings.len()).unwrap();
        let (mut records, mut texts) = (Vec::<u8>::new(), Vec::<u8>::new());
        let mut places = Vec::new();
        for (at, finding) in self.findings.iter().enumerate() {
            // Equal findings share their texts, so that many of them fit.
            if at == 0 || self.findings[at - 1] != *finding {
                places.clear();
                for text in finding {
                    let offset = u32::try_from(texts.len()).unwrap();
                    places.push((
                        LIST + 56 * count + offset,
                        u32::try_from(text.len()).unwrap(),
                    ));
                    texts.extend(text);
                }
            }
            for (index, place) in places.iter().enumerate() {
                let (pointer, length) = match self.text {
                    Some((bent, pointer, length)) if at == 0 && bent == index => (pointer, length),
                    _ => *place,
                };
                records.extend(pointer.to_le_bytes());
                records.extend(length.to_le_bytes());
            }
        }
        let (pointer, length) = self.list.unwrap_or((LIST, count));
        let mut bytes = vec![0; usize::try_from(LIST - RESULT).unwrap()];
        bytes[0] = self.discriminant;
        bytes[4..8].copy_from_slice(&pointer.to_le_bytes());
        bytes[8..12].copy_from_slice(&length.to_le_bytes());
        bytes.extend(records);
        bytes.extend(texts);
        bytes
    }

    /// A guest whose memory begins like this.
    pub(crate) fn core(&self) -> Core<'static> {
        let mut data = String::new();
        for byte in self.bytes() {
            data.push_str(&format!("\\{byte:02x}"));
        }
        let items = format!("(data (i32.const {RESULT}) \"{data}\")");
        Core {
            // Behind everything that the image holds.
            realloc: "(i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 64))",
            items: items.leak(),
            ..Core::default()
        }
    }
}
