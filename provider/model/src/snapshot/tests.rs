use super::*;
use crate::{Device, DeviceId, Grade, Health, MigMode, Name, Reason, Site, SourceReport};

const UUID: &str = "GPU-a893886b-3030-584c-91b3-7728f717af39";

fn now() -> Timestamp {
    Timestamp::from_second(1_790_000_000).unwrap()
}

fn device(node: &str, id: &str) -> Device {
    Device {
        node: node.parse().unwrap(),
        id: id.parse().unwrap(),
        model: "H200".parse().unwrap(),
        mig_profile: None,
        memory_mib: Some(143_771),
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
        nodes: vec!["empty".parse().unwrap()],
        rooms: Vec::new(),
        devices,
        supply: crate::Supply::default(),
    }
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

#[test]
fn the_order_of_reports_does_not_matter() {
    let devices = vec![
        device("n2", "1"),
        device("n1", "0"),
        device("n2", UUID),
        device("n2", "gpu-x"),
    ];
    let mut reversed = devices.clone();
    reversed.reverse();
    let one = SnapshotBuilder::default()
        .report(name("a"), report(devices))
        .report(name("b"), report(vec![device("n9", "0")]))
        .build();
    let two = SnapshotBuilder::default()
        .report(name("b"), report(vec![device("n9", "0")]))
        .report(name("a"), report(reversed))
        .build();
    assert_eq!(one, two);
    assert_eq!(one.digest(), two.digest());
    assert_eq!(one.node_count(), 5);
    let keys: Vec<String> = one
        .devices()
        .map(|device| device.key().to_string())
        .collect();
    assert_eq!(
        keys,
        [
            "a/n1/0",
            "a/n2/1",
            &format!("a/n2/{UUID}"),
            "a/n2/gpu-x",
            "b/n9/0"
        ]
    );
    let keys: Vec<_> = one.devices().map(|device| device.key()).collect();
    assert_eq!(one.positions(&keys), (0..5).map(Some).collect::<Vec<_>>());
    assert_eq!(one.positions(&["a/n8/0".parse().unwrap()]), [None]);
}

#[test]
fn a_device_of_two_sources_counts_once_with_the_worst_news() {
    let mut listed = device("host", UUID);
    listed.grade = Grade::Listed;
    listed.in_use = true;
    listed.health = Health::Unhealthy;
    let snapshot = SnapshotBuilder::default()
        .report(name("a"), report(vec![listed]))
        .report(name("b"), report(vec![device("host", UUID)]))
        .build();
    assert_eq!((snapshot.devices().len(), snapshot.duplicates()), (1, 1));
    let kept = snapshot.device(0).unwrap();
    assert_eq!(
        (kept.source().name.as_str(), kept.grade()),
        ("b", Grade::Counted)
    );
    assert!(kept.in_use());
    assert_eq!(kept.health(), Health::Unhealthy);
    let gone = format!("a/host/{UUID}").parse().unwrap();
    assert_eq!(
        snapshot.positions(&[gone]),
        [Some(0)],
        "a reservation under the other source still holds"
    );
}

#[test]
fn the_digest_sees_content_and_not_time() {
    let build = |change: fn(&mut Device)| {
        let mut device = device("n", "0");
        change(&mut device);
        SnapshotBuilder::default()
            .report(name("a"), report(vec![device]))
            .build()
            .digest()
    };
    let base = build(|_| ());
    assert_eq!(base.len(), 64);
    assert_eq!(
        base,
        build(|device| device.observed_at = Timestamp::UNIX_EPOCH)
    );
    for change in [
        (|device| device.in_use = true) as fn(&mut Device),
        |device| device.memory_mib = None,
        |device| device.model = "T4".parse().unwrap(),
        |device| device.id = DeviceId::Index(1),
        |device| device.node = "m".parse().unwrap(),
        |device| device.grade = Grade::Firm,
        |device| device.mig_mode = MigMode::Enabled,
        |device| device.health = Health::Lost,
        |device| device.site.zone = Some("a".parse().unwrap()),
        |device| device.site.driver = Some("570.86".parse().unwrap()),
        |device| device.fabric = Some("c.1".parse().unwrap()),
    ] {
        assert_ne!(base, build(change));
    }
}

#[test]
fn an_old_source_is_stale_and_a_silent_one_is_unavailable() {
    let reason = Reason {
        code: "source-unavailable".into(),
        summary: "Source is unavailable".into(),
        asked: String::new(),
        found: String::new(),
        remedy: String::new(),
    };
    let snapshot = SnapshotBuilder::default()
        .report(name("a"), report(Vec::new()))
        .unavailable(name("b"), Grade::Counted, now(), reason)
        .build();
    let later = now() + SignedDuration::from_mins(6);
    let words = |snapshot: &Snapshot| {
        snapshot
            .sources()
            .iter()
            .map(|source| source.status.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(words(&snapshot), ["complete", "unavailable"]);
    let fresh = snapshot
        .clone()
        .judge_age(later, SignedDuration::from_mins(6));
    assert_eq!(words(&fresh), ["complete", "unavailable"]);
    let stale = snapshot.judge_age(later, SignedDuration::from_mins(5));
    assert_eq!(words(&stale), ["stale", "unavailable"]);
}

#[test]
fn a_node_of_two_sources_without_uuids_counts_once() {
    let mut firm = device("host", "0");
    firm.grade = Grade::Firm;
    let snapshot = SnapshotBuilder::default()
        .report(
            name("a"),
            report(vec![device("host", "gpu-0"), device("other", "0")]),
        )
        .report(name("b"), report(vec![firm, device("host", "1")]))
        .build();
    let keys: Vec<String> = snapshot
        .devices()
        .map(|device| device.key().to_string())
        .collect();
    assert_eq!(keys, ["a/other/0", "b/host/0", "b/host/1"]);
    let [a, b] = snapshot.sources() else {
        panic!("two sources")
    };
    let SourceStatus::Partial(reason) = &a.status else {
        panic!("{:?}", a.status)
    };
    assert_eq!(reason.code, "node-reported-twice");
    assert!(
        reason
            .found
            .starts_with("Node `host` is reported by source `b` too"),
        "{reason}"
    );
    assert_eq!(b.status, SourceStatus::Complete);
}

#[test]
fn sources_that_contradict_each_other_leave_it_unknown() {
    let told = |zone: Option<&str>, driver: Option<&str>, fabric: Option<&str>| {
        let mut device = device("host", UUID);
        device.site.zone = zone.map(|zone| zone.parse().unwrap());
        device.site.driver = driver.map(|driver| driver.parse().unwrap());
        device.fabric = fabric.map(|fabric| fabric.parse().unwrap());
        device
    };
    let one = told(Some("a"), Some("570.86"), Some("c.1"));
    let other = told(Some("b"), None, Some("c.2"));
    let both = |first: &Device, second: &Device| {
        SnapshotBuilder::default()
            .report(name("a"), report(vec![first.clone()]))
            .report(name("b"), report(vec![second.clone()]))
            .build()
    };
    for snapshot in [both(&one, &other), both(&other, &one)] {
        let merged = snapshot.device(0).unwrap();
        assert_eq!(merged.site().zone, None);
        assert_eq!(merged.site().driver, "570.86".parse().ok());
        assert_eq!(merged.fabric(), None);
    }
}

#[test]
fn a_node_tells_the_least_room_that_was_reported() {
    let mut told = report(vec![device("n", "0")]);
    let room = |cpu| NodeRoom {
        cpu_milli: Some(cpu),
        memory_mib: None,
    };
    let node = || "n".parse().unwrap();
    told.rooms = vec![(node(), room(8_000)), (node(), room(4_000))];
    let snapshot = SnapshotBuilder::default().report(name("a"), told).build();
    assert_eq!(snapshot.device(0).unwrap().room(), room(4_000));
}

fn offer(name: &str) -> crate::Offer {
    crate::Offer {
        name: name.to_owned(),
        model: "H200".parse().unwrap(),
        gpus_per_node: 8,
        nodes_available: Some(2),
        nodes_total: None,
        grade: Grade::Firm,
        observed_at: now(),
        price: None,
        labels: BTreeMap::new(),
    }
}

#[test]
fn offers_keep_their_source_and_count_in_the_digest() {
    let cloud = |offers: Vec<crate::Offer>| SourceReport {
        supply: crate::Supply {
            offers,
            quotas: Vec::new(),
        },
        ..report(Vec::new())
    };
    let build = |offers| {
        SnapshotBuilder::default()
            .report(name("lab"), report(vec![device("n", "0")]))
            .report(name("cloud"), cloud(offers))
            .build()
    };
    let two = build(vec![offer("b"), offer("a")]);
    let told: Vec<(&str, &str)> = two
        .offers()
        .map(|(source, offer)| (source.name.as_str(), offer.name.as_str()))
        .collect();
    assert_eq!(told, [("cloud", "a"), ("cloud", "b")]);
    assert_eq!(two, build(vec![offer("a"), offer("b")]));
    let mut later = offer("a");
    later.observed_at = Timestamp::UNIX_EPOCH;
    assert_eq!(
        two.digest(),
        build(vec![later.clone(), offer("b")]).digest()
    );
    later.nodes_available = Some(1);
    assert_ne!(two.digest(), build(vec![later, offer("b")]).digest());
}

#[test]
fn sources_that_contradict_each_other_about_a_device_are_both_named_and_it_counts_nowhere() {
    let mut other = device("elsewhere", UUID);
    other.model = "T4".parse().unwrap();
    let snapshot = SnapshotBuilder::default()
        .report(
            name("a"),
            report(vec![device("host", UUID), device("host", "1")]),
        )
        .report(name("b"), report(vec![other]))
        .build();
    let keys: Vec<String> = snapshot
        .devices()
        .map(|device| device.key().to_string())
        .collect();
    assert_eq!(keys, ["a/host/1"]);
    for (source, other) in [(0, "`b`"), (1, "`a`")] {
        let SourceStatus::Partial(reason) = &snapshot.sources()[source].status else {
            panic!("{snapshot:?}")
        };
        assert_eq!(reason.code, "device-reported-differently");
        assert!(reason.found.contains(other), "{reason}");
    }
}

#[test]
fn a_device_on_two_nodes_of_one_source_counts_on_neither() {
    let snapshot = SnapshotBuilder::default()
        .report(
            name("a"),
            report(vec![device("m", UUID), device("n", UUID)]),
        )
        .build();
    assert_eq!(snapshot.devices().len(), 0);
    assert_eq!(snapshot.sources()[0].status.as_str(), "partial");
}

#[test]
fn who_uses_a_device_is_kept_where_it_is_told() {
    let used = |id: &str, holder: &str| Device {
        in_use: true,
        holder: Some(holder.into()),
        ..device("n1", id)
    };
    let devices = vec![
        used(UUID, "trainer-0"),
        device("n1", "1"),
        used("0", "miner"),
    ];
    let build = |devices| {
        SnapshotBuilder::default()
            .report(name("a"), report(devices))
            .build()
    };
    let snapshot = build(devices);
    let holders: Vec<Option<&str>> = snapshot.devices().map(|device| device.holder()).collect();
    assert_eq!(holders, [Some("miner"), None, Some("trainer-0")]);
    let other = build(vec![
        used(UUID, "trainer-1"),
        device("n1", "1"),
        used("0", "miner"),
    ]);
    assert_ne!(snapshot.digest(), other.digest());
}
