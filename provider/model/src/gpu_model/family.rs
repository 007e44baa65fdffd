//! The GPUs that portcullis knows, and how their names are spelt in the wild.

/// A GPU and the memory sizes under which it was sold.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Family {
    pub(super) name: &'static str,
    /// Advertised memory in GB, as names spell it.
    pub(super) sizes: &'static [u16],
    /// Whether the sizes are different products, so that the canonical name carries the size.
    pub(super) split: bool,
}

const fn one(name: &'static str, sizes: &'static [u16]) -> Family {
    Family {
        name,
        sizes,
        split: false,
    }
}

const fn several(name: &'static str, sizes: &'static [u16]) -> Family {
    Family {
        name,
        sizes,
        split: true,
    }
}

/// Sorted by name.
pub(super) static FAMILIES: &[Family] = &[
    one("A10", &[24]),
    several("A100", &[40, 80]),
    one("A10G", &[24]),
    one("A16", &[16]),
    one("A2", &[16]),
    one("A30", &[24]),
    one("A40", &[48]),
    several("A800", &[40, 80]),
    one("B200", &[180, 183, 192]),
    one("B300", &[268, 269, 270, 288]),
    one("GB200", &[184, 186, 192]),
    one("GB300", &[277, 279, 288]),
    several("GH200", &[96, 144]),
    several("H100", &[64, 80, 94, 96]),
    several("H20", &[96, 141]),
    one("H200", &[141]),
    one("H800", &[80]),
    one("K80", &[12, 24]),
    one("L20", &[48]),
    one("L4", &[24]),
    one("L40", &[48]),
    one("L40S", &[48]),
    one("MI250X", &[128]),
    one("MI300X", &[192]),
    one("MI325X", &[256]),
    one("P4", &[8]),
    one("P40", &[24]),
    several("P100", &[12, 16]),
    one("RTX-4090", &[24]),
    one("RTX-5090", &[32]),
    one("RTX-6000-ADA", &[48]),
    one("RTX-A6000", &[48]),
    one("RTX-PRO-6000", &[96]),
    one("T4", &[16]),
    one("T4G", &[16]),
    several("V100", &[16, 32]),
];

/// Words that say who made the device, how it is plugged in or what memory it has, not what it is.
const NOISE: [&str; 25] = [
    "NVIDIA",
    "AMD",
    "TESLA",
    "GEFORCE",
    "QUADRO",
    "INSTINCT",
    "GPU",
    "SXM",
    "SXM2",
    "SXM3",
    "SXM4",
    "SXM5",
    "SXM6",
    "OAM",
    "PCIE",
    "PCI",
    "HBM2",
    "HBM2E",
    "HBM3",
    "HBM3E",
    "GDDR6",
    "GDDR7",
    "BLACKWELL",
    "SERVER",
    "EDITION",
];

/// The family and, where the family has several, the size that a name spells.
///
/// Strict on purpose: a word that is not understood (`MIG`, `SHARED`, a size never sold) means that
/// the name is of something else.
pub(super) fn recognise(text: &str) -> Option<(&'static Family, Option<u16>)> {
    if text.len() > 96 || !text.is_ascii() {
        return None;
    }
    let upper = text.to_ascii_uppercase();
    let words = upper
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty() && !NOISE.contains(word));
    let mut name = String::new();
    let mut size = None;
    let mut nvl = false;
    let mut pcie = upper.contains("PCIE");
    for word in words {
        if let Some(digits) = word.strip_suffix("GB").or_else(|| word.strip_suffix('G'))
            && let Ok(gb) = digits.parse::<u16>()
        {
            pcie = false;
            if size.replace(gb).is_some() {
                return None;
            }
        } else if word == "NVL" {
            nvl = true;
        } else {
            if !name.is_empty() {
                name.push('-');
            }
            name.push_str(word);
        }
    }
    let (family, fused) = find(&name)?;
    let size = match (family.name, size.or(fused)) {
        // The 480 GB (or 576 GB) are the CPU's; these are the names of the 96 GB and 144 GB parts.
        ("GH200", Some(480)) => Some(96),
        ("GH200", Some(576)) => Some(144),
        ("H100", None) if nvl => Some(94),
        ("H100", None) if pcie => Some(80),
        (_, size) => size,
    };
    match size {
        Some(gb) if !family.sizes.contains(&gb) => None,
        Some(_) if !family.split => Some((family, None)),
        size => Some((family, size)),
    }
}

/// A family by its name, or by a name with the size fused on, as in `V100M16`.
fn find(name: &str) -> Option<(&'static Family, Option<u16>)> {
    let by_name = |name: &str| FAMILIES.iter().find(|family| family.name == name);
    if let Some(family) = by_name(name) {
        return Some((family, None));
    }
    let (family, size) = name.rsplit_once('M')?;
    Some((by_name(family)?, Some(size.parse().ok()?)))
}

impl Family {
    /// The advertised size of a device that reports this much memory.
    ///
    /// An advertised GB is a GiB of which up to 8 % is kept back: NVML reports 81,559 MiB for an 80
    /// GB part and 95,830 MiB for a 94 GB part.
    pub(super) fn size_of(&self, memory_mib: u32) -> Option<u16> {
        if !self.split {
            return None;
        }
        let gib = memory_mib.div_ceil(1024);
        self.sizes.iter().copied().find(|size| {
            let size = u32::from(*size);
            gib <= size + 1 && gib * 100 >= size * 92
        })
    }
}
