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
use portcullis_testkit::{Answer, Asked, AwsKeys, Exchange, Fixture, Plugin, Script};
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
        "<item><instanceType>{name}</instanceType><vCpuInfo><defaultVCpus>192</defaultVCpus></vCpuInfo><gpuInfo><gpus><item><count>{count}</count><manufacturer>NVIDIA</manufacturer>\
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
    plugin_with(
        script,
        |url| json!({"iam": url, "ec2": url, "instance_types": ["p5*"]}),
    )
}

fn plugin_with(script: Script, config: impl Fn(&str) -> Value + 'static) -> Plugin {
    let keys = AwsKeys {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: "not-checked-by-a-script".to_owned(),
        session_token: None,
    };
    Fixture::new(script)
        .config(config)
        .sigv4("ec2", "eu-west-1", &keys)
        .sigv4("servicequotas", "eu-west-1", &keys)
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

/// What Service Quotas answers, written after its API reference: moto does not play this operation.
fn quotas(script: Script, asked: Value, answer: Answer) -> Script {
    script.exchange(Exchange {
        request: Asked {
            method: "POST".to_owned(),
            path: "/".to_owned(),
            body: asked,
        },
        response: answer,
    })
}

#[test]
fn a_type_of_which_no_quota_holds_one_says_so_and_what_is_reserved_stays() {
    let first = || json!({"ServiceCode": "ec2", "MaxResults": 100});
    let second = json!({"ServiceCode": "ec2", "MaxResults": 100, "NextToken": "n"});
    let quota =
        |name: &str, value: f64| json!({"QuotaName": name, "Value": value, "QuotaCode": "L-1"});
    let page = |quotas: Value, next: Option<&str>| {
        Answer::json(json!({"Quotas": quotas, "NextToken": next}))
    };
    let on_demand = quota("Running On-Demand P instances", 400.0);
    let none = quota("Running On-Demand P instances", 96.0);
    let spot = quota("All P5 Spot Instance Requests", 0.0);
    let script = || {
        let good = types(&instance_type("p5.48xlarge", "8"), "");
        let kept = reserved(&reservation("4", "1", "active"));
        Script::new().get(TYPES, good).get(RESERVED, kept)
    };
    let refused = Answer {
        status: 400,
        ..Answer::json(json!({"__type": "AccessDeniedException", "Message": "no"}))
    };
    for (script, available, limit, said) in [
        (
            quotas(script(), first(), page(json!([on_demand, spot]), None)),
            None,
            Some(2),
            "",
        ),
        (
            quotas(script(), first(), page(json!([none]), None)),
            None,
            Some(0),
            "",
        ),
        (
            quotas(
                quotas(script(), first(), page(json!([none]), Some("n"))),
                second,
                page(json!([spot]), None),
            ),
            Some(0),
            Some(0),
            "",
        ),
        (
            quotas(script(), first(), refused),
            None,
            None,
            "Allow `servicequotas:ListServiceQuotas` on `*`",
        ),
    ] {
        let plugin = plugin_with(
            script,
            |url| json!({"iam": url, "ec2": url, "service_quotas": url, "instance_types": ["p5*"]}),
        );
        let supply = plugin.list_supply().unwrap();
        let told: Vec<_> = supply
            .pools
            .iter()
            .map(|pool| pool.nodes_available)
            .collect();
        assert_eq!(told, [available, Some(1)]);
        let limits: Vec<u32> = supply.quotas.iter().map(|quota| quota.limit).collect();
        assert_eq!(limits, Vec::from_iter(limit));
        assert!(plugin.log().contains(said), "{}", plugin.log());
        let mut names = supply.quotas.iter().map(|quota| quota.name.as_str());
        assert!(names.all(|name| name == "Running On-Demand P instances: p5.48xlarge"));
    }
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
