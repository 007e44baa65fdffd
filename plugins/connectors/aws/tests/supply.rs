//! Supply as a script plays it: pages, absurd numbers, and what must not look like an empty region.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

use aws_connector::Aws;
use portcullis_testkit::{Answer, AwsKeys, Fixture, Plugin, Script};
use serde_json::{Value, json};

const TYPES: &str = "/?Action=DescribeInstanceTypes&Version=2016-11-15&MaxResults=100&Filter.1.Name=instance-type&Filter.1.Value.1=p5%2A";
const RESERVED: &str = "/?Action=DescribeCapacityReservations&Version=2016-11-15&MaxResults=100&Filter.1.Name=state&Filter.1.Value.1=active";

fn xml(text: &str) -> Answer {
    Answer {
        status: 200,
        headers: Vec::new(),
        body: Value::from(format!("<Response>{text}</Response>")),
    }
}

fn instance_type(name: &str, count: &str) -> String {
    format!(
        "<item><instanceType>{name}</instanceType><gpuInfo><gpus><item><count>{count}</count><manufacturer>NVIDIA</manufacturer>\
         <name>H100</name><memoryInfo><sizeInMiB>81920</sizeInMiB></memoryInfo></item></gpus></gpuInfo></item>"
    )
}

fn reservation(total: &str, available: &str, state: &str) -> String {
    format!(
        "<item><capacityReservationId>cr-1</capacityReservationId><instanceType>p5.48xlarge</instanceType><state>{state}</state>\
         <totalInstanceCount>{total}</totalInstanceCount><availableInstanceCount>{available}</availableInstanceCount></item>"
    )
}

fn types(items: &str, next: &str) -> Answer {
    xml(&format!("<instanceTypeSet>{items}</instanceTypeSet>{next}"))
}

fn reserved(items: &str) -> Answer {
    xml(&format!(
        "<capacityReservationSet>{items}</capacityReservationSet>"
    ))
}

fn plugin(script: Script) -> Plugin {
    let keys = AwsKeys {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: "not-checked-by-a-script".to_owned(),
        session_token: None,
    };
    Fixture::new(script)
        .config(|url| json!({"iam": url, "ec2": url, "instance_types": ["p5*"]}))
        .sigv4("ec2", "eu-west-1", &keys)
        .native::<Aws>()
}

#[test]
fn types_of_all_pages_give_reservations_their_gpus() {
    let script = Script::new()
        .get(
            TYPES,
            types(
                &instance_type("p5.48xlarge", "8"),
                "<nextToken>t2</nextToken>",
            ),
        )
        .get(
            &format!("{TYPES}&NextToken=t2"),
            types("<item><instanceType>p5n.none</instanceType></item>", ""),
        )
        .get(
            RESERVED,
            reserved(&format!(
                "{}{}",
                reservation("4", "1", "active"),
                reservation("4", "4", "cancelled")
            )),
        );
    let supply = plugin(script.clone())
        .twice(|plugin| plugin.list_supply())
        .unwrap();
    assert_eq!(script.unused(), [""; 0]);
    let contract = include_str!("../../../../sdk/wit/v0.1/guest.wit");
    for (label, _) in supply.pools.iter().flat_map(|pool| &pool.labels) {
        assert!(contract.contains(&format!("`{label}`")), "{label}");
    }
    let told: Vec<(&str, &str, Option<u32>)> = supply
        .pools
        .iter()
        .map(|pool| {
            (
                pool.name.as_str(),
                pool.grade.as_str(),
                pool.nodes_available,
            )
        })
        .collect();
    assert_eq!(
        told,
        [("p5.48xlarge", "listed", None), ("cr-1", "firm", Some(1))]
    );
}

#[test]
fn numbers_that_are_none_are_a_failure() {
    let good = || types(&instance_type("p5.48xlarge", "8"), "");
    for (types, reserved, reason) in [
        (
            types(&instance_type("p5.48xlarge", "-8"), ""),
            reserved(""),
            "`-8` as its `count`",
        ),
        (
            good(),
            reserved(&reservation("99999999999", "1", "active")),
            "`99999999999`",
        ),
        (
            good(),
            reserved(&reservation("1", "2", "active")),
            "2 instances available of 1",
        ),
        (
            good(),
            reserved(&reservation("", "2", "active")),
            "has no `totalInstanceCount`",
        ),
        (good(), xml(""), "without `capacityReservationSet`"),
        (
            xml("<nextToken/>"),
            reserved(""),
            "without `instanceTypeSet`",
        ),
        (
            types(
                &instance_type("p5.48xlarge", "8"),
                "<nextToken>t</nextToken>",
            ),
            reserved(""),
            "status 404",
        ),
    ] {
        let script = Script::new().get(TYPES, types).get(RESERVED, reserved);
        let stopped = plugin(script).list_supply().unwrap_err();
        assert!(stopped.message.contains(reason), "{}", stopped.message);
    }
}

#[test]
fn a_region_that_refuses_says_which_right_is_missing() {
    let refusal = Answer {
        status: 403,
        headers: Vec::new(),
        body: Value::from(
            "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not authorized.</Message></Error></Errors></Response>",
        ),
    };
    let stopped = plugin(Script::new().get(TYPES, refusal))
        .list_supply()
        .unwrap_err();
    assert_eq!(stopped.kind, "refused");
    assert!(
        stopped
            .message
            .contains("`UnauthorizedOperation`, `You are not authorized.`"),
        "{}",
        stopped.message
    );
}
