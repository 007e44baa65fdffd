//! Secrets that the host fetches: when, with what, how often, and what a guest learns of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use portcullis_plugin_host::{CommandSource, Grants, Limits, PluginError, SecretSource};
use serde_json::{Value, json};

use crate::peer::{Peer, ok};
use crate::stage::{MINUTE, Stage, attempt, failed, granted, results};
use crate::support::{Folder, NOW};

/// A token that nobody may see.
const VALUE: &str = "s3cr3t-of-a-command";

/// A command of the shell with these variables.
fn shell(line: &str, environment: &[(&str, &str)]) -> CommandSource {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    CommandSource {
        words: ["sh", "-c", line].map(str::to_owned).to_vec(),
        environment: environment.iter().map(owned).collect::<BTreeMap<_, _>>(),
        inherit: Vec::new(),
        limit: Duration::from_secs(20),
        exec_info: CommandSource::exec_info("client.authentication.k8s.io/v1", None),
    }
}

/// A command that leaves a line in `runs` each time and prints a credential with that end.
fn credential(runs: &Path, ends: u32) -> CommandSource {
    let ends = format!("1970-01-01T00:00:00Z + {ends}");
    let line = "echo run >> \"$RUNS\"; printf '{\"kind\":\"ExecCredential\",\"apiVersion\":\
                \"client.authentication.k8s.io/v1\",\"status\":{\"token\":\"%s\",\"expirationTimestamp\":\"%s\"}}' \
                \"$VALUE\" \"$(date -u -d \"$ENDS\" +%Y-%m-%dT%H:%M:%SZ)\"";
    let ends = ends.replace("+ ", "").replace("1970-01-01T00:00:00Z ", "@");
    shell(
        line,
        &[
            ("RUNS", runs.to_str().unwrap()),
            ("VALUE", VALUE),
            ("ENDS", &ends),
        ],
    )
}

fn runs(file: &Path) -> usize {
    fs::read_to_string(file).map_or(0, |text| text.lines().count())
}

fn fetched(url: &str, source: SecretSource) -> Grants {
    granted(url).fetched("TOKEN", source, None).unwrap()
}

fn request(url: &str) -> Value {
    json!({"send": {"url": url, "secret_headers": [["Authorization", "Bearer ", "TOKEN"]]}})
}

/// Sends two requests in each of two calls, and says what the server heard.
async fn heard(grants: impl Fn(&str) -> Grants) -> (Peer, Vec<Value>) {
    let server = Peer::saying(ok("{}")).await;
    let stage = Stage::new();
    let url = server.url();
    let acts = json!([request(&url), request(&url), {"granted": null}]);
    let connector = stage.connector(&url, grants(&url), &acts);
    let mut told = results(&connector).await;
    told.extend(results(&connector).await);
    (server, told)
}

#[tokio::test]
async fn a_command_is_run_once_and_its_value_is_sent() {
    let folder = Folder::new();
    let file = folder.path("runs");
    let source = || SecretSource::Command(credential(&file, NOW + 3600));
    let (server, told) = heard(|url| fetched(url, source())).await;
    assert_eq!(runs(&file), 1);
    assert_eq!(server.heard().len(), 4);
    let sent = format!("authorization: Bearer {VALUE}");
    assert!(server.heard().iter().all(|one| one.head.contains(&sent)));
    assert!(!json!(told).to_string().contains(VALUE), "{told:?}");
}

#[tokio::test]
async fn a_credential_that_is_about_to_end_is_fetched_again() {
    let folder = Folder::new();
    let file = folder.path("runs");
    let source = || SecretSource::Command(credential(&file, NOW + 30));
    heard(|url| fetched(url, source())).await;
    assert_eq!(runs(&file), 4, "once for each request");
}

#[tokio::test]
async fn nothing_is_run_for_a_request_that_is_refused() {
    let folder = Folder::new();
    let file = folder.path("runs");
    let source = || SecretSource::Command(credential(&file, NOW + 3600));
    let server = Peer::saying(ok("{}")).await;
    let (url, stage) = (server.url(), Stage::new());
    let write = json!({"send": {"method": "POST", "url": url, "secret_headers": [["Authorization", "", "TOKEN"]]}});
    let other = json!({"send": {"url": url, "secret_headers": [["X-Other", "", "TOKEN"]]}});
    let acts = json!([write, other]);
    let told = results(&stage.connector(&url, fetched(&url, source()), &acts)).await;
    told.iter()
        .for_each(|told| drop(failed(told, "refused").to_owned()));
    // One that is for another server is not sent here, whatever the manifest says.
    let elsewhere = granted(&url).fetched("TOKEN", source(), Some("https://10.0.0.1:6443"));
    let told = results(&stage.connector(&url, elsewhere.unwrap(), &json!([request(&url)]))).await;
    assert!(
        failed(&told[0], "refused").contains("is for another server"),
        "{told:?}"
    );
    assert_eq!((runs(&file), server.heard().len()), (0, 0));
}

#[tokio::test]
async fn a_command_has_a_small_environment_and_no_terminal() {
    let line = "if [ -t 0 ]; then echo terminal; fi; env | cut -d= -f1 | sort | tr '\\n' ','";
    let mut source = shell(line, &[("OWN", "1")]);
    source.inherit = vec!["CARGO_MANIFEST_DIR".to_owned(), "NOT_THERE".to_owned()];
    let (server, _) = heard(|url| fetched(url, SecretSource::Command(source.clone()))).await;
    let head = server.heard()[0].head.clone();
    let line = head.lines().find(|line| line.starts_with("authorization"));
    let names: Vec<&str> = line
        .unwrap()
        .trim_start_matches("authorization: Bearer ")
        .split(',')
        .collect();
    let own = ["PWD", "_", "SHLVL", "OLDPWD", ""];
    let names: Vec<&str> = names
        .into_iter()
        .filter(|name| !own.contains(name))
        .collect();
    assert_eq!(
        names,
        [
            "CARGO_MANIFEST_DIR",
            "HOME",
            "KUBERNETES_EXEC_INFO",
            "OWN",
            "PATH"
        ]
    );
}

/// What a plugin that gives up is replaced by: what the host knows and the guest does not.
async fn unavailable(source: SecretSource) -> String {
    let server = Peer::saying(ok("{}")).await;
    let url = server.url();
    let folder = Folder::new();
    let plugin = folder.workspace_plugin("prometheus-connector");
    let grants = granted(&url)
        .fetched("PROMETHEUS_TOKEN", source, None)
        .unwrap();
    let config = json!({"url": url, "token": true});
    let connector = folder.host().connector(&plugin, config, grants);
    let error = connector.list_inventory(MINUTE).await.unwrap_err();
    assert!(
        matches!(error, PluginError::SecretUnavailable { .. }),
        "{error}"
    );
    assert_eq!(server.heard().len(), 0);
    error.to_string()
}

#[tokio::test]
async fn what_goes_wrong_is_told_by_the_host_without_secrets() {
    let noisy = shell(
        "echo $VALUE; echo \"cannot sign in with $VALUE: \u{1b}[31mtoken expired\" >&2; exit 3",
        &[("VALUE", VALUE)],
    );
    let missing = CommandSource {
        words: vec!["no-such-program".to_owned()],
        ..shell("", &[])
    };
    let command = SecretSource::Command;
    for (source, expected) in [
        (
            command(noisy),
            "the command `sh`: it ended with exit status: 3 and said `cannot sign in with [secret]: ",
        ),
        (
            command(missing),
            "the command `no-such-program`: it cannot be started: No such file",
        ),
        (command(shell("true", &[])), "has no value"),
        (command(shell("echo short", &[])), "fewer than 8 characters"),
        (
            command(shell("printf 'two\\nlines'", &[])),
            "no header can carry",
        ),
        (command(shell("printf '\\377\\376'", &[])), "no text"),
        (command(shell("yes", &[])), "more than 262144 bytes"),
        (
            command(shell("echo '{\"token\": \"s3cr3t\"}'", &[])),
            "no `ExecCredential`",
        ),
        (
            SecretSource::File("/no/such/file".into()),
            "the file `/no/such/file`: No such file",
        ),
        (
            SecretSource::File("/dev/zero".into()),
            "more than 65536 bytes",
        ),
    ] {
        let error = unavailable(source).await;
        assert!(
            error.starts_with(
                "Secret cannot be obtained\nPlugin `prometheus` is granted `PROMETHEUS_TOKEN`"
            ),
            "{error}"
        );
        assert!(error.contains(expected), "{expected} is not in {error}");
        assert!(
            !error.contains("s3cr3t") && !error.contains('\u{1b}'),
            "{error}"
        );
        assert!(error.ends_with("plugin-secret-unavailable"), "{error}");
    }
}

#[tokio::test]
async fn a_guest_is_not_told_what_went_wrong() {
    let server = Peer::saying(ok("{}")).await;
    let (url, stage) = (server.url(), Stage::new());
    let source = SecretSource::Command(shell("echo said-by-the-command >&2; exit 1", &[]));
    let connector = stage.connector(&url, fetched(&url, source), &json!([request(&url)]));
    let told = attempt(&connector).await.unwrap();
    assert!(
        failed(&told[0], "refused").contains("cannot be obtained"),
        "{told:?}"
    );
    assert!(!json!(told).to_string().contains("command"), "{told:?}");
}

#[tokio::test]
async fn a_command_that_does_not_end_is_ended_with_what_it_started() {
    let folder = Folder::new();
    let file = folder.path("child");
    let source = CommandSource {
        limit: Duration::from_secs(1),
        ..shell(
            "sleep 600 & echo $! > \"$FILE\"; wait",
            &[("FILE", file.to_str().unwrap())],
        )
    };
    let begun = Instant::now();
    let error = unavailable(SecretSource::Command(source)).await;
    assert!(error.contains("did not end within 1 s"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(30));
    let child = fs::read_to_string(file).unwrap();
    let stat = format!("/proc/{}/stat", child.trim());
    let end = Instant::now() + Duration::from_secs(10);
    // Ended, or ended and not yet waited for by whoever inherits it.
    while fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z ")) {
        assert!(Instant::now() < end, "the child {child} goes on");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_file_is_read_again_when_it_may_have_been_renewed() {
    static CLOCK: AtomicU32 = AtomicU32::new(NOW);
    let server = Peer::saying(ok("{}")).await;
    let (url, folder) = (server.url(), Folder::new());
    let file = folder.path("token");
    fs::write(&file, "first-of-the-file\n").unwrap();
    let plugin = folder.workspace_plugin("script-connector");
    let host = folder.host_at(|| CLOCK.load(Ordering::Relaxed), Limits::default());
    let grants = fetched(&url, SecretSource::File(file.clone()));
    let config = json!({"url": url, "acts": [request(&url)]});
    let connector = host.connector(&plugin, config, grants);
    for (value, seconds) in [
        ("second-of-the-file", 59),
        ("third-of-the-file", 1),
        ("fourth-of-the-file", 0),
    ] {
        results(&connector).await;
        fs::write(&file, value).unwrap();
        CLOCK.fetch_add(seconds, Ordering::Relaxed);
    }
    let heard = server.heard();
    let sent: Vec<&str> = heard
        .iter()
        .filter_map(|one| {
            one.head
                .lines()
                .find_map(|line| line.strip_prefix("authorization: Bearer "))
        })
        .collect();
    assert_eq!(
        sent,
        [
            "first-of-the-file",
            "first-of-the-file",
            "third-of-the-file"
        ]
    );
}

#[test]
fn a_secret_is_granted_from_one_place() {
    let source = || SecretSource::File("token".into());
    let grants = Grants::none().secret("TOKEN", VALUE).unwrap();
    assert!(grants.fetched("TOKEN", source(), None).is_err());
    let grants = Grants::none().fetched("TOKEN", source(), None).unwrap();
    assert!(!format!("{grants:?}").contains(VALUE));
    assert!(grants.clone().fetched("TOKEN", source(), None).is_err());
    assert!(
        Grants::none()
            .fetched("TOKEN", source(), Some("10.0.0.1"))
            .is_err()
    );
    for (certificate, key) in [
        ("", ""),
        ("-----BEGIN CERTIFICATE-----\nMIIB\n", ""),
        ("no", "no"),
    ] {
        let granted = Grants::none().client_certificate("https://10.0.0.1", certificate, key);
        assert!(
            matches!(granted, Err(PluginError::Grant { .. })),
            "{certificate}"
        );
    }
}
