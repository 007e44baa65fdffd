//! Every noun reads what it writes, and no text makes a parser panic.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use std::fmt::{Debug, Display};
use std::str::FromStr;

use portcullis_model::{
    DeployVerb, DeviceId, DeviceKey, Duty, Environment, GpuModel, Grade, Health, MigMode,
    MigProfile, Name, NodeName, Object, Operation, Owner, ParseError, Severity, SpiffeId, Subject,
    TrustDomain, Ttl, WorkloadClass,
};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Whatever parses displays as a text that parses to the same value, in serde too; whatever does
/// not parse is refused with a whole, printable diagnostic.
fn round_trip<T>(text: &str)
where
    T: FromStr<Err = ParseError> + Display + Debug + PartialEq + Serialize + DeserializeOwned,
{
    match text.parse::<T>() {
        Ok(value) => {
            assert_eq!(value.to_string().parse::<T>().unwrap(), value);
            let json = serde_json::to_string(&value).unwrap();
            assert_eq!(serde_json::from_str::<T>(&json).unwrap(), value);
        }
        Err(error) => {
            let diagnostic = error.to_string();
            assert_eq!(diagnostic.lines().last(), Some(error.code()));
            assert!(
                diagnostic
                    .lines()
                    .next()
                    .is_some_and(|summary| summary.len() <= 60)
            );
            assert!(diagnostic.len() < 3_000, "{diagnostic}");
            assert!(
                !diagnostic.contains(|c: char| c.is_control() && c != '\n'),
                "{diagnostic:?}"
            );
            if let Some(suggestion) = error.suggestion() {
                assert!(
                    suggestion.parse::<T>().is_ok(),
                    "{text:?} suggests {suggestion:?}"
                );
            }
        }
    }
}

fn every_noun(text: &str) {
    round_trip::<DeployVerb>(text);
    round_trip::<DeviceId>(text);
    round_trip::<DeviceKey>(text);
    round_trip::<Duty>(text);
    round_trip::<Environment>(text);
    round_trip::<GpuModel>(text);
    round_trip::<Grade>(text);
    round_trip::<Health>(text);
    round_trip::<MigMode>(text);
    round_trip::<MigProfile>(text);
    round_trip::<Name>(text);
    round_trip::<NodeName>(text);
    round_trip::<Object>(text);
    round_trip::<Operation>(text);
    round_trip::<Owner>(text);
    round_trip::<Severity>(text);
    round_trip::<SpiffeId>(text);
    round_trip::<TrustDomain>(text);
    round_trip::<Ttl>(text);
    round_trip::<WorkloadClass>(text);
    // A SPIFFE ID in a subject's place is refused as a SPIFFE ID, so its suggestion is one too.
    round_trip::<Subject>(text);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in any::<String>()) {
        every_noun(&text);
    }

    #[test]
    fn text_of_the_right_alphabet(text in "(ci:|group:|sa:|spiffe://|user:|GPU-)?[a-zA-Z0-9:/.@*_ -]{0,48}") {
        every_noun(&text);
    }

    #[test]
    fn mig_profiles(text in "[0-9]{1,2}g\\.[0-9]{1,4}gb([+-]me(\\.all)?|\\+gfx)?") {
        every_noun(&text);
    }

    #[test]
    fn durations(text in "([0-9]{1,6}[dhms]){1,4}", seconds in 1_u64..4_000_000_000) {
        every_noun(&text);
        if let Some(ttl) = Ttl::from_seconds(seconds) {
            prop_assert_eq!(ttl.to_string().parse::<Ttl>().unwrap(), ttl);
        }
    }

    #[test]
    fn gpu_names(
        text in "(NVIDIA |Tesla-)?(H200|H100|A100|V100M|T4|L40S)[ _-]?(SXM[0-9]|NVL|PCIe)?[ _-]?([0-9]{2,3}GB)?"
    ) {
        every_noun(&text);
    }
}
