//! Service control policies: the documents that an organization attaches, and what is left of a path in one of its accounts.
//!
//! The rules are those of the AWS Organizations User Guide, "SCP evaluation", and of the IAM User Guide, "Policy evaluation
//! logic", restated. Each asks whether ana can come to act as the role `models` by starting an instance with it.

use moto_server::Moto;
use portcullis_plugin_host::{AccessFacts, Connector};
use serde_json::{Value, json};

use super::judged::crosses;
use super::{MINUTE, keys, server};
use crate::captured::captured;
use crate::stage::granted;
use crate::support::Folder;

const EVERYTHING: &str = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;

/// An organization with one account in one of its units.
struct Organization {
    moto: Moto,
    member: String,
    /// What is attached at root, unit and account beside each other: two policies a level.
    policies: [[String; 2]; 3],
}

/// The statements of two policies at root, unit and account.
type Statements<'a> = [[&'a str; 2]; 3];

impl Organization {
    fn ask(moto: &Moto, operation: &str, mut members: Value) -> Value {
        members["service"] = json!("organizations");
        members["interface"] = json!("AWSOrganizationsV20161128");
        members["operation"] = json!(operation);
        let answer = moto.carry_out(&members).unwrap();
        serde_json::from_str(&answer.body).unwrap_or_default()
    }

    fn start() -> Option<Self> {
        let moto = server()?;
        let ask = |operation: &str, members: Value| Self::ask(&moto, operation, members);
        ask("CreateOrganization", json!({"FeatureSet": "ALL"}));
        let root = ask("ListRoots", json!({}));
        let root = root["Roots"][0]["Id"].as_str().unwrap().to_owned();
        let unit = ask(
            "CreateOrganizationalUnit",
            json!({"ParentId": root, "Name": "ml"}),
        );
        let unit = unit["OrganizationalUnit"]["Id"]
            .as_str()
            .unwrap()
            .to_owned();
        let made = ask(
            "CreateAccount",
            json!({"AccountName": "fraud", "Email": "fraud@acme.example"}),
        );
        let member = made["CreateAccountStatus"]["AccountId"].as_str().unwrap();
        let member = member.to_owned();
        ask(
            "MoveAccount",
            json!({"AccountId": member, "SourceParentId": root, "DestinationParentId": unit}),
        );
        let levels = [root, unit, member.clone()];
        let policies = levels.map(|level| {
            let policies = [1, 2].map(|number| {
                let members = json!({"Name": format!("{level}-{number}"), "Description": "", "Type": "SERVICE_CONTROL_POLICY",
                    "Content": document(EVERYTHING)});
                let made = ask("CreatePolicy", members);
                let id = made["Policy"]["PolicySummary"]["Id"].as_str().unwrap();
                ask("AttachPolicy", json!({"PolicyId": id, "TargetId": level}));
                id.to_owned()
            });
            ask("DetachPolicy", json!({"PolicyId": "p-FullAWSAccess", "TargetId": level}));
            policies
        });
        people(&moto, &member);
        Some(Self {
            moto,
            member,
            policies,
        })
    }

    fn say(&self, statements: &Statements<'_>) {
        let pairs = self
            .policies
            .iter()
            .flatten()
            .zip(statements.iter().flatten());
        for (policy, statements) in pairs {
            let members = json!({"PolicyId": policy, "Content": document(statements)});
            Self::ask(&self.moto, "UpdatePolicy", members);
        }
    }

    /// Keys by which the server knows that the member's IAM is meant.
    fn keys_of_the_member(&self) -> (String, String) {
        let step =
            json!({"account": self.member, "operation": "CreateAccessKey", "UserName": "ana"});
        let answer = self.moto.carry_out(&step).unwrap();
        let text = |name: &str| answer.element(name).unwrap().to_owned();
        (text("AccessKeyId"), text("SecretAccessKey"))
    }

    /// A connector that reads the member with its own keys, and the organization with those of the account that manages it.
    fn connector(&self, folder: &Folder) -> Connector {
        let (id, secret) = self.keys_of_the_member();
        let url = self.moto.url();
        let grants = granted(&url)
            .reads(&url)
            .and_then(|grants| grants.sigv4(&url, "iam", "us-east-1", keys(&id, &secret)))
            .and_then(|grants| {
                let managing = keys("AKIDEXAMPLE", "not-checked-by-this-server");
                grants.sigv4(&url, "organizations", "us-east-1", managing)
            });
        let plugin = folder.workspace_plugin("aws-connector");
        let config = json!({"iam": url, "organizations": url});
        folder.host().connector(&plugin, config, grants.unwrap())
    }
}

fn document(statements: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#)
}

/// Ana may start instances with the role `models`, through her team in part.
fn people(moto: &Moto, account: &str) {
    let allow = |action: &str| json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]});
    let trust = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}]});
    for mut step in [
        json!({"operation": "CreateGroup", "GroupName": "team"}),
        json!({"operation": "PutGroupPolicy", "GroupName": "team", "PolicyName": "pass", "PolicyDocument": allow("iam:PassRole")}),
        json!({"operation": "PutGroupPolicy", "GroupName": "team", "PolicyName": "run", "PolicyDocument": allow("ec2:RunInstances")}),
        json!({"operation": "CreateUser", "UserName": "ana"}),
        json!({"operation": "AddUserToGroup", "GroupName": "team", "UserName": "ana"}),
        json!({"operation": "CreateRole", "RoleName": "models", "AssumeRolePolicyDocument": trust}),
    ] {
        step["account"] = json!(account);
        moto.carry_out(&step).unwrap();
    }
}

fn is_open(facts: &AccessFacts, account: &str) -> bool {
    let arn = format!("arn:aws:iam::{account}");
    crosses(
        facts,
        &format!("user:{arn}:user/ana"),
        &format!("role:{arn}:role/models"),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn every_level_has_to_allow_and_none_may_deny() {
    let Some(organization) = Organization::start() else {
        return;
    };
    let deny = r#"{"Effect":"Deny","Action":"iam:PassRole","Resource":"*"}"#;
    let other = r#"{"Effect":"Deny","Action":"s3:*","Resource":"*"}"#;
    let spared = r#"{"Effect":"Deny","Action":"iam:*","NotResource":"arn:aws:iam::*:role/models"}"#;
    let unless = r#"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}}}"#;
    let but = r#"{"Effect":"Deny","NotAction":["ec2:*","iam:*"],"Resource":"*"}"#;
    let (ec2, iam) = (
        r#"{"Effect":"Allow","Action":"ec2:*","Resource":"*"}"#,
        r#"{"Effect":"Allow","Action":"iam:*","Resource":"*"}"#,
    );
    let both = r#"{"Effect":"Allow","Action":["ec2:*","iam:*"],"Resource":"*"}"#;
    let all = [EVERYTHING, EVERYTHING];
    let folder = Folder::new();
    let connector = organization.connector(&folder);
    for (rule, statements, open) in [
        ("every level allows everything", [all, all, all], true),
        ("the root denies", [[EVERYTHING, deny], all, all], false),
        ("a unit denies", [all, [EVERYTHING, deny], all], false),
        ("the account denies", [all, all, [EVERYTHING, deny]], false),
        (
            "something else is denied",
            [all, [EVERYTHING, other], all],
            true,
        ),
        (
            "the denial spares the role",
            [all, [EVERYTHING, spared], all],
            true,
        ),
        (
            "the denial may not apply",
            [all, [EVERYTHING, unless], all],
            true,
        ),
        (
            "all but what it takes is denied",
            [all, [EVERYTHING, but], all],
            true,
        ),
        ("the root does not allow", [[ec2, ec2], all, all], false),
        ("a unit does not allow", [all, [ec2, ec2], all], false),
        ("the account does not allow", [all, all, [ec2, ec2]], false),
        ("policies of one level add up", [all, [ec2, iam], all], true),
        ("levels do not add up", [all, [ec2, ec2], [iam, iam]], false),
        (
            "what each level allows is left",
            [[both, both], [ec2, iam], all],
            true,
        ),
        (
            "a denial comes before what is allowed beside it",
            [all, [both, deny], all],
            false,
        ),
    ] {
        organization.say(&statements);
        let facts = connector.list_access(MINUTE).await.unwrap();
        assert_eq!(is_open(&facts, &organization.member), open, "{rule}");
    }
}

/// They bind nobody in the account that manages the organization.
#[tokio::test(flavor = "multi_thread")]
async fn the_account_that_manages_the_organization_is_bound_by_none() {
    let Some(organization) = Organization::start() else {
        return;
    };
    let deny = r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#;
    organization.say(&[[deny; 2]; 3]);
    let managing = "123456789012";
    people(&organization.moto, managing);
    let (folder, url) = (Folder::new(), organization.moto.url());
    let keys = || keys("AKIDEXAMPLE", "not-checked-by-this-server");
    let grants = granted(&url)
        .reads(&url)
        .and_then(|grants| grants.sigv4(&url, "iam", "us-east-1", keys()))
        .and_then(|grants| grants.sigv4(&url, "organizations", "us-east-1", keys()));
    let plugin = folder.workspace_plugin("aws-connector");
    let config = json!({"iam": url, "organizations": url});
    let connector = folder.host().connector(&plugin, config, grants.unwrap());
    let facts = connector.list_access(MINUTE).await.unwrap();
    assert!(is_open(&facts, managing));
    let bound = facts
        .edges
        .iter()
        .find(|edge| edge.relation == "bounded_by");
    assert_eq!(bound, None);
    // The twin: of a member nothing is left.
    let facts = organization
        .connector(&folder)
        .list_access(MINUTE)
        .await
        .unwrap();
    assert!(!is_open(&facts, &organization.member));
}

/// A member may not ask about its organization, and what is not read closes nothing.
#[tokio::test]
async fn an_organization_that_refuses_hides_no_path_and_is_said() {
    let Some(organization) = Organization::start() else {
        return;
    };
    let deny = r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#;
    organization.say(&[[deny; 2]; 3]);
    let (id, secret) = organization.keys_of_the_member();
    let url = organization.moto.url();
    let grants = granted(&url)
        .reads(&url)
        .and_then(|grants| grants.sigv4(&url, "iam", "us-east-1", keys(&id, &secret)))
        .and_then(|grants| grants.sigv4(&url, "organizations", "us-east-1", keys(&id, &secret)));
    let folder = Folder::new();
    let plugin = folder.workspace_plugin("aws-connector");
    let config = json!({"iam": url, "organizations": url});
    let connector = folder.host().connector(&plugin, config, grants.unwrap());
    let (facts, log) = captured(connector.list_access(MINUTE)).await;
    assert!(is_open(&facts.unwrap(), &organization.member));
    for operation in ["ListParents", "ListPoliciesForTarget"] {
        let said = format!("did not answer `{operation}`: `AccountNotFoundException`");
        assert!(log.contains(&said), "{log}");
    }
    assert!(
        log.contains("What they forbid is still shown as allowed."),
        "{log}"
    );
}
