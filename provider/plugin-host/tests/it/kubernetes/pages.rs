//! Lists of many pages, and lists that change while they are read.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use kubernetes_server::Cluster;
use portcullis_plugin_host::{AccessFacts, Grants, Host, HostConfig, RequestOutcome};
use serde_json::{Value, json};

use super::{MINUTE, account, at, connector, create, namespace, own, shared};
use crate::peer::{Answer, Peer, ok};
use crate::support::{Folder, NOW};

fn many(namespace_name: &str, count: u32) -> Value {
    let accounts = (0..count).map(|number| account(namespace_name, &format!("a{number}")));
    json!(
        std::iter::once(namespace(namespace_name))
            .chain(accounts)
            .collect::<Vec<_>>()
    )
}

fn accounts(facts: &AccessFacts, prefix: &str) -> Vec<String> {
    let mut found: Vec<String> = facts
        .subjects
        .iter()
        .filter(|subject| subject.id.starts_with(prefix))
        .map(|subject| subject.id.clone())
        .collect();
    found.sort();
    found
}

#[tokio::test]
async fn two_to_a_page_is_the_same_answer() {
    let Some(cluster) = shared() else { return };
    create(&cluster, &many("paged", 7));
    let folder = Folder::new();
    let mut answers = Vec::new();
    for page_size in [2, 250] {
        let config = json!({"namespaces": ["paged"], "page_size": page_size});
        let connector = connector(&folder, &cluster, cluster.admin_token(), config);
        let facts = connector.list_access(MINUTE).await.unwrap();
        answers.push(accounts(&facts, "sa:paged/"));
    }
    assert_eq!(answers[0].len(), 7);
    assert_eq!(answers[0], answers[1]);
}

/// Does something to the cluster before the second page of service accounts, up to so many times.
struct Disturbance {
    cluster: Arc<Cluster>,
    left: AtomicU32,
}

impl Disturbance {
    fn passing(&self, target: &str) {
        if !target.contains("/serviceaccounts?") || !target.contains("continue=") {
            return;
        }
        let left = self
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        if let Ok(left) = left {
            let admin = self.cluster.admin().unwrap();
            admin
                .create(&account("moving", &format!("late{left}")))
                .unwrap();
            self.cluster.expire_continue_tokens().unwrap();
        }
    }
}

#[tokio::test]
async fn a_list_that_expires_is_read_once_more_and_not_for_ever() {
    let Some(cluster) = own() else { return };
    let cluster = Arc::new(cluster);
    create(&cluster, &many("moving", 7));
    let folder = Folder::new();
    let read = async |times: u32| {
        let disturbance = Disturbance {
            cluster: Arc::clone(&cluster),
            left: AtomicU32::new(times),
        };
        let front = cluster
            .front_with(Arc::new(move |_, target| disturbance.passing(target)))
            .unwrap();
        let config = json!({"namespaces": ["moving"], "page_size": 3});
        let connector = at(
            &folder,
            &cluster,
            &front.url(),
            cluster.admin_token(),
            config,
        );
        connector.list_access(MINUTE).await
    };
    let facts = read(1).await.unwrap();
    let found = accounts(&facts, "sa:moving/");
    assert_eq!(
        found.len(),
        8,
        "the one that came meanwhile is there, and none is twice: {found:?}"
    );
    let error = read(u32::MAX).await.unwrap_err().to_string();
    assert!(
        error.contains("forgot `serviceaccounts` while they were read, 2 times"),
        "{error}"
    );
    assert!(error.contains("Raise `page_size`"), "{error}");
}

/// The paths that the connector gave up asking for, when the first page of nodes cannot be read.
async fn given_up(metadata: &Value) -> Vec<String> {
    let nodes = json!({"kind": "NodeList", "metadata": metadata, "items": [7]}).to_string();
    let server = Peer::start(move |heard, _| {
        Answer::Bytes(match heard.head.starts_with("GET /api/v1/nodes?") {
            true => ok(&nodes),
            false => b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec(),
        })
    })
    .await;
    let folder = Folder::new();
    let plugin = folder.workspace_plugin("kubernetes-connector");
    let calls = Arc::<Mutex<Vec<_>>>::default();
    let seen = Arc::clone(&calls);
    let mut config = HostConfig::new(Arc::new(|| NOW));
    config.cache_dir = Some(folder.cache());
    config.audit = Some(Arc::new(move |call| seen.lock().unwrap().push(call)));
    let grants = Grants::none().host(&server.url()).unwrap();
    let settings = json!({"url": server.url()});
    let connector = Host::new(config).connector(&plugin, settings, grants);
    let error = connector.list_inventory(MINUTE).await.unwrap_err();
    assert!(
        error.to_string().contains("not the expected JSON"),
        "{error}"
    );
    let calls = calls.lock().unwrap();
    let requests = calls.iter().flat_map(|call| &call.requests);
    requests
        .filter(|request| request.outcome == RequestOutcome::Abandoned)
        .map(|request| request.path.clone())
        .collect()
}

#[tokio::test]
async fn what_comes_next_is_asked_for_before_a_page_is_read() {
    let more = json!({"resourceVersion": "7", "continue": "two"});
    assert_eq!(given_up(&more).await, ["/api/v1/nodes"]);
    let last = json!({"resourceVersion": "7"});
    assert_eq!(given_up(&last).await, ["/api/v1/pods"]);
}
