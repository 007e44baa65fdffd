//! What NVIDIA documents, and drivers report, of each model that can be partitioned.

use portcullis_model::{GpuModel, MigAttribute, MigProfile};

use MigAttribute::{AllMedia, Graphics, Media, Standard, WithoutMedia};

/// How one GPU model can be partitioned.
#[derive(Debug)]
pub struct MigGeometry {
    /// Canonical name.
    model: &'static str,
    /// Memory units of a device.
    units: u8,
    shapes: &'static [Shape],
    /// Memory by the power of two of units that an instance takes, 1, 2, 4 and 8: in GB as profiles are named, and usable,
    /// in MiB, where a source tells.
    memory: &'static [(u16, Option<u32>)],
}

/// Where instances of one profile may lie on a device of one model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MigShape {
    /// Memory units that an instance takes.
    pub size: u8,
    /// Units at which an instance may begin.
    pub starts: &'static [u8],
    /// Most instances of the profile on one device.
    pub max: u8,
    /// Usable memory in MiB, where a source tells.
    pub memory_mib: Option<u32>,
}

#[derive(Debug)]
struct Shape {
    slices: u8,
    attribute: MigAttribute,
    size: u8,
    starts: &'static [u8],
    max: u8,
}

const fn shape(
    slices: u8,
    attribute: MigAttribute,
    size: u8,
    starts: &'static [u8],
    max: u8,
) -> Shape {
    Shape {
        slices,
        attribute,
        size,
        starts,
        max,
    }
}

/// Devices of seven slices and eight units.
const SEVEN: &[Shape] = &[
    shape(1, Standard, 1, &[0, 1, 2, 3, 4, 5, 6], 7),
    shape(1, Media, 1, &[0, 1, 2, 3, 4, 5, 6], 1),
    shape(1, Standard, 2, &[0, 2, 4, 6], 4),
    shape(2, Standard, 2, &[0, 2, 4], 3),
    shape(3, Standard, 4, &[0, 4], 2),
    shape(4, Standard, 4, &[0], 1),
    shape(7, Standard, 8, &[0], 1),
];

/// The A30.
const FOUR: &[Shape] = &[
    shape(1, Standard, 1, &[0, 1, 2, 3], 4),
    shape(1, Media, 1, &[0, 1, 2, 3], 1),
    shape(2, Standard, 2, &[0, 2], 2),
    shape(2, Media, 2, &[0, 2], 1),
    shape(4, Standard, 4, &[0], 1),
];

/// The RTX PRO 6000, which also has graphics.
const FOUR_WITH_GRAPHICS: &[Shape] = &[
    shape(1, Standard, 1, &[0, 1, 2, 3], 4),
    shape(1, Media, 1, &[0, 1, 2, 3], 1),
    shape(1, Graphics, 1, &[0, 1, 2, 3], 4),
    shape(1, AllMedia, 1, &[0, 1, 2, 3], 1),
    shape(1, WithoutMedia, 1, &[0, 1, 2, 3], 4),
    shape(2, Standard, 2, &[0, 2], 2),
    shape(2, Graphics, 2, &[0, 2], 2),
    shape(2, AllMedia, 2, &[0, 2], 1),
    shape(2, WithoutMedia, 2, &[0, 2], 2),
    shape(4, Standard, 4, &[0], 1),
    shape(4, Graphics, 4, &[0], 1),
];

const fn seven(model: &'static str, memory: &'static [(u16, Option<u32>)]) -> MigGeometry {
    MigGeometry {
        model,
        units: 8,
        shapes: SEVEN,
        memory,
    }
}

static GEOMETRIES: [MigGeometry; 11] = [
    seven(
        "A100-40GB",
        &[
            (5, Some(4_864)),
            (10, Some(9_984)),
            (20, Some(20_096)),
            (40, Some(40_192)),
        ],
    ),
    seven(
        "A100-80GB",
        &[
            (10, Some(9_728)),
            (20, Some(19_968)),
            (40, Some(40_192)),
            (80, Some(80_384)),
        ],
    ),
    seven(
        "H100-80GB",
        &[
            (10, Some(9_984)),
            (20, Some(20_090)),
            (40, Some(40_448)),
            (80, Some(81_152)),
        ],
    ),
    seven(
        "H100-94GB",
        &[
            (12, None),
            (24, None),
            (47, Some(47_493)),
            (94, Some(95_355)),
        ],
    ),
    seven(
        "GH200-96GB",
        &[(12, None), (24, None), (48, None), (96, None)],
    ),
    seven(
        "H200",
        &[
            (18, Some(16_384)),
            (35, Some(33_280)),
            (71, None),
            (141, Some(143_360)),
        ],
    ),
    seven("B200", &[(23, None), (45, None), (90, None), (180, None)]),
    seven("GB200", &[(23, None), (47, None), (93, None), (186, None)]),
    seven("B300", &[(34, None), (67, None), (135, None), (269, None)]),
    MigGeometry {
        model: "A30",
        units: 4,
        shapes: FOUR,
        memory: &[(6, Some(5_952)), (12, Some(11_968)), (24, Some(24_064))],
    },
    MigGeometry {
        model: "RTX-PRO-6000",
        units: 4,
        shapes: FOUR_WITH_GRAPHICS,
        memory: &[(24, Some(24_187)), (48, Some(48_517)), (96, Some(97_280))],
    },
];

impl MigGeometry {
    /// How devices of the model can be partitioned; `None` for a model that cannot be, and for one whose size is not
    /// named although it decides.
    #[must_use]
    pub fn of(model: &GpuModel) -> Option<&'static Self> {
        let name = model.to_string();
        GEOMETRIES.iter().find(|geometry| geometry.model == name)
    }

    /// Every model that can be partitioned.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        GEOMETRIES.iter()
    }

    /// Canonical name of the model.
    #[must_use]
    pub fn model(&self) -> &'static str {
        self.model
    }

    /// Memory units of a device, 4 or 8.
    #[must_use]
    pub fn units(&self) -> u8 {
        self.units
    }

    /// The names of its profiles.
    pub fn profiles(&self) -> impl Iterator<Item = MigProfile> {
        self.shapes.iter().filter_map(|shape| {
            Some(MigProfile::new(
                shape.slices,
                self.gb(shape)?,
                shape.attribute,
            ))
        })
    }

    /// Where instances of a profile may lie; `None` when the model does not have the profile.
    #[must_use]
    pub fn shape(&self, profile: MigProfile) -> Option<MigShape> {
        let is_it = |shape: &&Shape| {
            shape.slices == profile.slices()
                && shape.attribute == profile.attribute()
                && self.gb(shape) == Some(profile.memory_gb())
        };
        let shape = self.shapes.iter().find(is_it)?;
        Some(MigShape {
            size: shape.size,
            starts: shape.starts,
            max: shape.max,
            memory_mib: self.memory(shape)?.1,
        })
    }

    fn memory(&self, shape: &Shape) -> Option<(u16, Option<u32>)> {
        self.memory.get(shape.size.ilog2() as usize).copied()
    }

    fn gb(&self, shape: &Shape) -> Option<u16> {
        self.memory(shape).map(|(gb, _)| gb)
    }
}
