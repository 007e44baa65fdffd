//! Figures that need no Terraform: measured inside the crates, by their own examples.

use super::example::{Example, Field};
use super::figure::Target;

/// One snapshot of 100,000 devices.
pub(super) const VERDICT: Example = Example {
    package: "portcullis-capacity",
    name: "verdict",
    needs: "",
    fields: &[
        Field::new(
            "one verdict over 100,000 devices",
            "verdict_ms",
            "ms",
            Target::AtMost(1.0),
        ),
        Field::new(
            "counting 100,000 devices and one verdict",
            "count_and_verdict_ms",
            "ms",
            Target::AtMost(1.0),
        ),
        Field::new(
            "1,000 pools in one plan, beside 500",
            "pools_1000_ms",
            "ms",
            Target::RatioAtMost(2.5),
        )
        .beside("pools_500_ms"),
    ],
};

/// One snapshot of 1,000,000 devices. The floor is a plain pass over as many bytes as the snapshot has.
pub(super) const MILLION: Example = Example {
    package: "portcullis-capacity",
    name: "million",
    needs: "",
    fields: &[
        Field::new(
            "memory of a device among 1,000,000",
            "bytes_per_device",
            "B",
            Target::AtMost(64.0),
        ),
        Field::new(
            "counting 1,000,000 devices",
            "count_ms",
            "ms",
            Target::AtMost(100.0),
        )
        .over("floor_ms"),
        Field::new(
            "one verdict over 1,000,000 devices",
            "verdict_ms",
            "ms",
            Target::AtMost(3.0),
        )
        .over("floor_ms"),
        Field::new(
            "1,000 pools planned one by one over 1,000,000 devices",
            "pools_1000_one_by_one_ms",
            "ms",
            Target::AtMost(100.0),
        )
        .over("floor_ms"),
        Field::new(
            "10,000 of 1,000,000 devices change hands",
            "update_one_percent_ms",
            "ms",
            Target::AtMost(3.0),
        )
        .over("floor_ms"),
    ],
};

/// What an earlier run saw of 1,000,000 devices. The floor is reading the file once.
pub(super) const CACHE: Example = Example {
    package: "portcullis-inventory",
    name: "snapshot_cache",
    needs: "",
    fields: &[Field::new(
        "starting from the snapshot of an earlier run, 1,000,000 devices",
        "start_ms",
        "ms",
        Target::AtMost(20.0),
    )
    .over("read_the_file_ms")],
};

/// Ten sources that take up to 100 ms. The floor is the slowest of them.
pub(super) const SOURCES: Example = Example {
    package: "portcullis-inventory",
    name: "ten_sources",
    needs: "",
    fields: &[Field::new(
        "asking ten sources, of which the slowest takes 100 ms",
        "wall_ms",
        "ms",
        Target::AtMost(110.0),
    )
    .over("slowest_ms")],
};

/// The demand of a real cluster on its nodes.
pub(super) const OPENB: Example = Example {
    package: "portcullis-capacity",
    name: "openb",
    needs: "shared/data/gpu",
    fields: &[
        Field::new(
            "GPUs of openb's 1,523 nodes allocated to its pods, beside best-fit",
            "ours_percent",
            "%",
            Target::NoLessThanTheirs,
        )
        .beside("best_fit_percent"),
        Field::new(
            "GPUs of openb's 1,523 nodes allocated to its pods, beside first-fit",
            "ours_percent",
            "%",
            Target::NoLessThanTheirs,
        )
        .beside("first_fit_percent"),
        Field::new(
            "openb's pods that find no place, beside best-fit",
            "ours_unplaced",
            "pods",
            Target::NoMoreThanTheirs,
        )
        .beside("best_fit_unplaced"),
        Field::new(
            "openb's pods that find no place, beside first-fit",
            "ours_unplaced",
            "pods",
            Target::NoMoreThanTheirs,
        )
        .beside("first_fit_unplaced"),
    ],
};

/// 1,000,000 stated edges of access.
pub(super) const PATHS: Example = Example {
    package: "portcullis-access",
    name: "paths",
    needs: "",
    fields: &[
        Field::new(
            "deriving what follows from 1,000,000 stated edges of access",
            "derive_ms",
            "ms",
            Target::AtMost(2_000.0),
        ),
        Field::new(
            "one split over them, its paths and cuts named",
            "crossed_split_ms",
            "ms",
            Target::AtMost(50.0),
        ),
        Field::new(
            "one split of 10,000 subjects over them",
            "split_of_10000_subjects_ms",
            "ms",
            Target::AtMost(200.0),
        ),
        Field::new(
            "one split over them after ten memberships changed",
            "ten_memberships_changed_ms",
            "ms",
            Target::AtMost(50.0),
        ),
        Field::new(
            "one split over them after ten edges that a connector reads changed",
            "ten_live_edges_changed_ms",
            "ms",
            Target::AtMost(50.0),
        ),
        Field::new(
            "peak memory with the facts and what follows from them",
            "peak_mib",
            "MiB",
            Target::AtMost(1_024.0),
        ),
    ],
};

/// A fleet of a real cluster, from its file.
pub(super) const FLEET: Example = Example {
    package: "portcullis-inventory",
    name: "fleet_load",
    needs: "shared/data/gpu",
    fields: &[Field::new(
        "loading a fleet file of 1,523 nodes",
        "load_ms",
        "ms",
        Target::AtMost(20.0),
    )],
};

/// The ledger beside the bare database that it is built on.
pub(super) const COMMITS: Example = Example {
    package: "portcullis-ledger",
    name: "commits",
    needs: "",
    fields: &[
        Field::new(
            "ledger commits, 64 clients, beside a bare SQLite loop",
            "ledger_commits_per_second_64_clients",
            "/s",
            Target::AtLeastOrAsTheirs(1000.0),
        )
        .beside("bare_sqlite_commits_per_second"),
        Field::new(
            "ledger commits, 1 client, beside a bare SQLite loop",
            "ledger_commits_per_second_1_client",
            "/s",
            Target::AtLeastOrAsTheirs(1000.0),
        )
        .beside("bare_sqlite_commits_per_second"),
    ],
};
