//! Directory files: what they say, and what is wrong with them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

use std::fmt::Write as _;
use std::fs;

use jiff::Timestamp;
use portcullis_access::SourceFacts;
use portcullis_directory::{DirectoryFault, DirectoryFile};
use proptest::prelude::*;
use tempfile::TempDir;

fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn read(name: &str, bytes: impl AsRef<[u8]>) -> Result<SourceFacts, DirectoryFault> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    DirectoryFile::new("people".parse().unwrap(), path).read(now())
}

/// The fault's code and what was found.
fn fault(name: &str, bytes: impl AsRef<[u8]>) -> (String, String) {
    let reason = read(name, bytes).unwrap_err().reason();
    assert!(!reason.remedy.is_empty());
    (reason.code.to_string(), reason.found)
}

fn members(facts: &SourceFacts) -> Vec<(&str, &str)> {
    let edges = facts.edges.iter();
    edges
        .map(|edge| (edge.from.as_str(), edge.to.as_str()))
        .collect()
}

fn groups(facts: &SourceFacts) -> Vec<&str> {
    let groups = facts.subjects.iter().filter(|one| one.kind == "group");
    groups.map(|one| one.id.as_str()).collect()
}

#[test]
fn memberships_in_csv_end_when_they_say() {
    let text = "\u{feff}group,member,until\n\
                ml-release, user:ana ,\n\
                ml-release,group:leads,2027-01-01T00:00:00Z\n\
                group:leads,,\n";
    let facts = read("people.csv", text).unwrap();
    assert_eq!(
        members(&facts),
        [
            ("user:ana", "group:ml-release"),
            ("group:leads", "group:ml-release"),
        ]
    );
    assert_eq!(groups(&facts), ["group:leads", "group:ml-release"]);
    assert_eq!(facts.edges[0].expires_at, None);
    assert_eq!(facts.edges[0].source, "people.csv line 2");
    let end = facts.edges[1].expires_at.unwrap();
    assert_eq!(end.to_string(), "2027-01-01T00:00:00Z");
}

#[test]
fn a_group_that_is_only_a_member_is_not_described() {
    let facts = read("people.csv", "group,member\nml-release,group:leads\n").unwrap();
    assert_eq!(groups(&facts), ["group:ml-release"]);
}

#[test]
fn owners_in_csv_are_labels() {
    let facts = read("owners.csv", "subject,owner\nuser:ana,team:risk-ml\n").unwrap();
    let label = ("owner".to_owned(), "team:risk-ml".to_owned());
    assert_eq!(facts.subjects[0].labels, [label]);
}

#[test]
fn json_says_when_it_was_true_and_loses_no_key_that_is_there_twice() {
    let text = r#"{
        "observed_at": "2026-11-20T00:00:00Z",
        "groups": {"a": ["user:ana"], "b": [], "a": ["user:ben"]},
        "owners": {"user:ana": "team:risk-ml"}
    }"#;
    let facts = read("people.json", text).unwrap();
    assert_eq!(facts.observed_at.to_string(), "2026-11-20T00:00:00Z");
    assert_eq!(
        members(&facts),
        [("user:ana", "group:a"), ("user:ben", "group:a")]
    );
    assert_eq!(groups(&facts), ["group:a", "group:b"]);
}

#[test]
fn a_file_of_the_future_is_as_old_as_now() {
    let facts = read("people.json", r#"{"observed_at": "2030-01-01T00:00:00Z"}"#).unwrap();
    assert_eq!(facts.observed_at, now());
}

const USERS: &str = r#"{"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 2, "Resources": [
    {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "u1", "userName": "ana@acme.example", "active": true},
    {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "u2", "userName": "ben@acme.example", "active": false}
]}"#;

fn scim_groups(total: usize, groups: &str) -> String {
    format!(
        r#"[{USERS}, {{"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": {total},
            "Resources": [{groups}]}}]"#
    )
}

fn scim_group(id: &str, rest: &str) -> String {
    format!(
        r#"{{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "id": "{id}", "displayName": "{id}"{rest}}}"#
    )
}

#[test]
fn a_scim_export_leaves_out_those_who_left() {
    let release = scim_group(
        "ml-release",
        r#", "members": [{"value": "u1"}, {"value": "u2"}, {"value": "leads", "type": "Group"}]"#,
    );
    let leads = scim_group("leads", r#", "members": []"#);
    let unlisted = scim_group("unlisted", "");
    let text = scim_groups(3, &[release, leads, unlisted].join(","));
    let facts = read("people.json", text).unwrap();
    assert_eq!(
        members(&facts),
        [
            ("user:ana@acme.example", "group:ml-release"),
            ("group:leads", "group:ml-release"),
        ]
    );
    // Of the one whose members the query left out nobody knows who is in it.
    assert_eq!(groups(&facts), ["group:leads", "group:ml-release"]);
}

#[test]
fn part_of_an_export_is_refused() {
    let one = scim_group("a", r#", "members": []"#);
    for (text, found) in [
        (
            scim_groups(2, &one),
            "The server has 2 groups, the file 1 of them.",
        ),
        (
            scim_groups(1, ""),
            "The server has 1 resources, the file 0 of them.",
        ),
        (
            scim_groups(
                1,
                &scim_group(
                    "a",
                    r#", "members": [{"value": "u9", "display": "Zoe\u001b[31m"}]"#,
                ),
            ),
            "The group `a` has the member `Zoe\\u{1b}[31m`, whom the file does not describe.",
        ),
    ] {
        let fault = fault("people.json", text);
        assert_eq!(
            fault,
            ("directory-file-incomplete".to_owned(), found.to_owned())
        );
    }
}

#[test]
fn a_mistake_is_named_with_its_line() {
    for (name, text, expected) in [
        (
            "a.csv",
            "group,member\na,user:ana\na,usr:ben\n",
            "Found `usr:ben`",
        ),
        ("a.csv", "group,member\na,user:*\n", "Found `user:*`"),
        (
            "a.csv",
            "team,member\na,user:ana\n",
            "Found the headings `team`, `member`.",
        ),
        (
            "a.csv",
            "group,member,member\na,user:ana,user:ben\n",
            "Found the headings",
        ),
        (
            "a.csv",
            "group,member\na\n",
            "Found: 1 fields where the headings are 2.",
        ),
        (
            "a.csv",
            "group,member,until\na,user:ana,tomorrow\n",
            "Found `tomorrow`.",
        ),
        ("a.csv", "subject,owner\nuser:ana,risk\n", "Found `risk`"),
        ("a.csv", "", "Found the headings"),
        (
            "a.json",
            "{\"groups\": {\n\"a\": [1]}}",
            "Found: invalid type",
        ),
        ("a.json", "{\"group\": {}}", "Found: unknown field"),
        ("a.json", "{\"groups\": {\"a b\": []}}", "Found `group:a b`"),
        ("a.json", "[1]", "Found `1`."),
        ("a.json", "{\"schemas\": []}", "Found `[]`."),
        ("a.json", "", "Found: EOF"),
    ] {
        let (code, found) = fault(name, text);
        assert_eq!(code, "directory-file-invalid", "{text}");
        assert!(
            found.to_lowercase().contains(&expected.to_lowercase()),
            "{text}: {found}"
        );
    }
    let not_text = read("a.csv", b"group,member\na,user:\xff\n").unwrap_err();
    let reason = not_text.reason();
    assert_eq!(reason.code, "directory-file-invalid");
    assert_eq!(reason.found, "Line 2: the next byte is not UTF-8.");
}

#[test]
fn what_is_no_file_is_said() {
    let folder = TempDir::new().unwrap();
    for (path, expected) in [
        (folder.path().join("none.csv"), "There is no such file."),
        (folder.path().join("people.xlsx"), "Its name ends neither"),
    ] {
        let file = DirectoryFile::new("people".parse().unwrap(), path);
        let fault = file.read(now()).unwrap_err();
        assert_eq!(fault.reason().code, "directory-file-unreadable");
        assert!(fault.to_string().contains(expected), "{fault}");
    }
    let folder_as_file = folder.path().join("folder.csv");
    fs::create_dir(&folder_as_file).unwrap();
    let file = DirectoryFile::new("people".parse().unwrap(), folder_as_file);
    assert!(
        file.read(now())
            .unwrap_err()
            .to_string()
            .contains("not a regular file")
    );
}

#[test]
fn a_group_of_a_hundred_thousand_is_read() {
    let mut text = "group,member\n".to_owned();
    for number in 0..100_000 {
        writeln!(text, "everybody,user:u{number}").unwrap();
    }
    let facts = read("people.csv", text).unwrap();
    assert_eq!(facts.edges.len(), 100_000);
}

proptest! {
    #[test]
    fn no_text_is_a_panic(text in ".{0,200}", json in any::<bool>()) {
        drop(read(if json { "a.json" } else { "a.csv" }, text));
    }

    /// Text close to the real thing gets further than noise does.
    #[test]
    fn no_near_miss_is_a_panic_or_a_lost_member(
        rows in prop::collection::vec((prop::sample::select(vec!["a", "group:b", "c c", ""]),
            prop::sample::select(vec!["user:ana", "group:a", "sa:k/n/x", "", "user:", "ana"])), 0..6)
    ) {
        let mut text = "group,member\n".to_owned();
        for (group, member) in &rows {
            writeln!(text, "{group},{member}").unwrap();
        }
        if let Ok(facts) = read("a.csv", text) {
            let named = rows.iter().filter(|(_, member)| !member.is_empty()).count();
            prop_assert_eq!(facts.edges.len(), named);
        }
    }
}
