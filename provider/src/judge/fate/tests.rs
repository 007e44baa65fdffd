use portcullis_model::{
    Device, DeviceId, Grade, HealthPolicy, Reason, Site, SnapshotBuilder, SourceReport, Supply,
};

use super::*;

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn device(index: u32) -> Device {
    Device {
        node: "n1".parse().unwrap(),
        id: DeviceId::Index(index),
        model: "H200".parse().unwrap(),
        mig_profile: None,
        memory_mib: None,
        grade: Grade::Counted,
        health: Health::Healthy,
        mig_mode: MigMode::Disabled,
        in_use: false,
        holder: None,
        part_of: None,
        site: Site::default(),
        fabric: None,
        observed_at: now(),
    }
}

fn report(devices: Vec<Device>) -> SourceReport {
    SourceReport {
        grade: Grade::Counted,
        observed_at: now(),
        partial: None,
        nodes: Vec::new(),
        rooms: Vec::new(),
        devices,
        supply: Supply::default(),
    }
}

fn snapshot(devices: Vec<Device>) -> Snapshot {
    let builder = SnapshotBuilder::default();
    builder
        .report("lab".parse().unwrap(), report(devices))
        .build()
}

fn reason() -> Reason {
    Reason {
        code: "source-timeout".to_owned(),
        summary: String::new(),
        asked: String::new(),
        found: String::new(),
        remedy: String::new(),
    }
}

fn demand() -> Demand {
    Demand::new("a".parse().unwrap(), 1, 1)
}

/// What became of device 0 of node `n1`.
fn fate(snapshot: &Snapshot, demand: &Demand) -> Option<Fate> {
    let key = "lab/n1/0".parse().unwrap();
    let fates = Fate::of(&[key], demand, snapshot, |user| user == Some("trainer-0"));
    fates.into_iter().next().unwrap().map(|(fate, _)| fate)
}

#[test]
fn a_device_that_is_as_it_was_has_no_fate() {
    assert_eq!(fate(&snapshot(vec![device(0)]), &demand()), None);
    let ours = Device {
        in_use: true,
        holder: Some("trainer-0".into()),
        ..device(0)
    };
    assert_eq!(fate(&snapshot(vec![ours]), &demand()), None);
    let unreported = Device {
        health: Health::Unreported,
        mig_mode: MigMode::Unreported,
        ..device(0)
    };
    let strict = Demand {
        health: HealthPolicy::Healthy,
        ..demand()
    };
    assert_eq!(fate(&snapshot(vec![unreported]), &strict), None);
}

#[test]
fn each_change_has_its_name() {
    let profile = Some("3g.71gb".parse().unwrap());
    let cases = [
        (
            Device {
                health: Health::Lost,
                in_use: true,
                ..device(0)
            },
            Fate::Lost,
        ),
        (
            Device {
                health: Health::Degraded,
                ..device(0)
            },
            Fate::Unfit(Health::Degraded),
        ),
        (
            Device {
                mig_mode: MigMode::Enabled,
                ..device(0)
            },
            Fate::Divided,
        ),
        (
            Device {
                mig_profile: profile,
                ..device(0)
            },
            Fate::OtherProfile(profile),
        ),
        (
            Device {
                in_use: true,
                holder: Some("miner\n".into()),
                ..device(0)
            },
            Fate::Used(Some("miner\\n".to_owned())),
        ),
        (
            Device {
                in_use: true,
                ..device(0)
            },
            Fate::Used(None),
        ),
        (device(1), Fate::Gone),
    ];
    for (device, expected) in cases {
        assert_eq!(fate(&snapshot(vec![device]), &demand()), Some(expected));
    }
}

#[test]
fn an_instance_goes_with_the_layout() {
    let of_instances = Demand {
        mig_profile: Some("3g.71gb".parse().unwrap()),
        ..demand()
    };
    assert_eq!(
        fate(&snapshot(vec![device(1)]), &of_instances),
        Some(Fate::InstanceGone)
    );
    assert_eq!(
        fate(&snapshot(vec![device(0)]), &of_instances),
        Some(Fate::OtherProfile(None))
    );
}

#[test]
fn silence_of_a_source_that_did_not_tell_everything_says_nothing() {
    let lab = || "lab".parse().unwrap();
    let partial = SourceReport {
        partial: Some(reason()),
        ..report(Vec::new())
    };
    let whole = || report(Vec::new());
    let hour = SignedDuration::from_hours(1);
    let silent = [
        SnapshotBuilder::default().report(lab(), partial).build(),
        SnapshotBuilder::default()
            .unavailable(lab(), Grade::Counted, now(), reason())
            .build(),
        SnapshotBuilder::default()
            .report(lab(), whole())
            .build()
            .judge_age(now() + hour * 2, hour),
        SnapshotBuilder::default().build(),
    ];
    for snapshot in silent {
        assert_eq!(fate(&snapshot, &demand()), None, "{:?}", snapshot.sources());
    }
    assert_eq!(
        fate(&snapshot(Vec::new()), &demand()),
        Some(Fate::Gone),
        "of one that did"
    );
}

#[test]
fn what_a_confidential_source_knows_is_not_said() {
    let fallen = Fallen {
        key: "lab/n1/0".to_owned(),
        node: "n1".to_owned(),
        fate: Fate::Used(Some("miner".to_owned())),
        seen: Some(Sighting {
            source: "lab".parse().unwrap(),
            at: now() - SignedDuration::from_secs(90),
        }),
    };
    let said = fallen.said(now());
    assert!(
        said.contains("`miner`") && said.ends_with("1m 30s ago"),
        "{said}"
    );
    let hidden = fallen.hidden().said(now());
    assert!(
        !hidden.contains("miner") && !hidden.contains("ago"),
        "{hidden}"
    );
}
