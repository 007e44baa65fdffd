//! Two clusters with accounts of the same names: who can come to what on the one has nothing on the other.

use kubernetes_server::{Client, Cluster};
use portcullis_access::Separation;
use serde_json::{Value, json};

use crate::role_set::deployment;
use crate::told::Told;
use crate::{cluster, wait_for_news};

const RBAC: &str = "rbac.authorization.k8s.io";

/// A namespace `infer` with the accounts `ci` and `runtime`; `ci` may create Deployments there, or look at them.
fn fill(cluster: &Cluster, verb: &str) -> Client {
    let admin = cluster.admin().unwrap();
    let account = |name: &str| json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": "infer"}});
    let version = format!("{RBAC}/v1");
    for object in [
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "infer"}}),
        account("ci"),
        account("runtime"),
        json!({
            "apiVersion": version, "kind": "Role", "metadata": {"name": "deployer", "namespace": "infer"},
            "rules": [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": [verb]}],
        }),
        json!({
            "apiVersion": version, "kind": "RoleBinding", "metadata": {"name": "deployers", "namespace": "infer"},
            "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": "deployer"},
            "subjects": [{"kind": "ServiceAccount", "name": "ci", "namespace": "infer"}],
        }),
    ] {
        admin.create(&object).unwrap();
    }
    wait_for_news(&admin);
    admin
}

/// What a server says to a Deployment that would run as the runtime account.
fn status(admin: &Client, token: &str) -> u16 {
    let object: Value = deployment("infer", "fresh", "runtime");
    let client = admin.with_token(Some(token));
    let path = "/apis/apps/v1/namespaces/infer/deployments?dryRun=All";
    let headers = [("content-type", "application/json")];
    let body = object.to_string();
    let answer = client.send("POST", path, &headers, body.as_bytes());
    answer.unwrap().status
}

#[test]
fn accounts_of_one_name_on_two_clusters_stay_apart() {
    let (Some(east), Some(west)) = (cluster(), cluster()) else {
        return;
    };
    let (at_east, at_west) = (fill(&east, "create"), fill(&west, "get"));

    // What the servers say: the account of the one cluster is nobody on the other, whatever its name.
    let of_east = east.account_token("infer", "ci").unwrap();
    let of_west = west.account_token("infer", "ci").unwrap();
    assert_eq!(status(&at_east, &of_east), 201);
    assert_eq!(status(&at_west, &of_west), 403);
    assert_eq!(status(&at_west, &of_east), 401);
    assert_eq!(status(&at_east, &of_west), 401);

    let told = Told::of(&[("east", &east), ("west", &west)]);
    for (deploy, runtime) in [
        ("sa:east/infer/ci", "sa:west/infer/runtime"),
        ("sa:west/infer/ci", "sa:east/infer/runtime"),
        ("sa:west/infer/ci", "sa:west/infer/runtime"),
    ] {
        let said = told.separation(deploy, runtime);
        assert!(
            matches!(said, Separation::Holds(_)),
            "{deploy} {runtime}: {said:?}"
        );
    }
    match told.separation("sa:east/infer/ci", "sa:east/infer/runtime") {
        Separation::Crossed(crossing) => assert_eq!(
            crossing.runtime.to_string(),
            "sa:east/infer/ci --creates deployments in infer--> any service account in infer of east --includes--> \
             sa:east/infer/runtime"
        ),
        other => panic!("the server let it, and the split says {other:?}"),
    }
}
