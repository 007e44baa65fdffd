//! The changes that a cut names, made to the facts.

use std::collections::BTreeSet;

use portcullis_access::ListedEdge;

use super::Asked;

/// Makes all the changes. An account that is moved has another name, so moving comes last.
pub(crate) fn make_all(changes: &[String], asked: &mut Asked) {
    let (moves, others): (Vec<&String>, Vec<&String>) = changes
        .iter()
        .partition(|change| change.starts_with("move "));
    for change in others.into_iter().chain(moves) {
        make(change, asked);
    }
}

/// Makes the change that the words say.
pub(crate) fn make(words: &str, asked: &mut Asked) {
    let quoted: Vec<&str> = words.split('`').skip(1).step_by(2).collect();
    if let Some(binding) = words.strip_prefix("remove the ") {
        edges(asked, |edge| edge.source != binding);
    } else if words.starts_with("end that ") || words.starts_with("run ") {
        edges(asked, |edge| said(edge) != words);
    } else if words.ends_with(" off the deploy side") {
        asked
            .split
            .deploy
            .retain(|one| one.to_string() != quoted[0]);
    } else if words.ends_with(" off the runtime side") {
        asked
            .split
            .runtime
            .retain(|one| one.to_string() != quoted[0]);
    } else if let [member, group] = quoted[..] {
        let members = asked.groups.get_mut(&group.parse().unwrap()).unwrap();
        members.retain(|one| one.to_string() != member);
    } else if let Some(account) = words.strip_suffix(" to a namespace of its own") {
        move_account(
            account.strip_prefix("move ").unwrap().trim_matches('`'),
            asked,
        );
    } else {
        let (_, role) = words.split_once(" out of ").unwrap();
        for source in &mut asked.sources {
            source
                .permissions
                .retain(|one| one.operation != quoted[0] || one.source != role);
        }
    }
}

/// Every change to one fact there is, in words.
pub(crate) fn all(asked: &Asked) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for source in &asked.sources {
        all.extend(source.edges.iter().map(said));
        for one in &source.permissions {
            all.insert(format!("take `{}` out of {}", one.operation, one.source));
        }
    }
    for (group, members) in &asked.groups {
        all.extend(
            members
                .iter()
                .map(|member| format!("take `{member}` out of `{group}`")),
        );
    }
    all
}

fn edges(asked: &mut Asked, keep: impl Fn(&ListedEdge) -> bool) {
    for source in &mut asked.sources {
        source.edges.retain(&keep);
    }
}

/// The words of the change that takes an edge of the cluster away.
fn said(edge: &ListedEdge) -> String {
    let shown = |id: &str| {
        let id = match id.strip_prefix("user:system:serviceaccount:") {
            Some(account) => format!("sa:{}", account.replace(':', "/")),
            None => id.to_owned(),
        };
        let (kind, rest) = id.split_once(':').unwrap();
        let own = matches!(kind, "sa" | "clusterrole")
            || rest.starts_with("system:")
            || (kind == "role" && !rest.starts_with("arn:"));
        if own {
            format!("{kind}:cluster/{rest}")
        } else {
            id
        }
    };
    let (from, to) = (shown(&edge.from), shown(&edge.to));
    let does = match edge.relation.as_str() {
        "member_of" => return format!("remove the {}", edge.source),
        "runs_as" => return format!("run `{from}` as another identity than `{to}`"),
        "acts_as_via_compute" => "decides what runs as",
        "can_grant" => "can grant itself",
        "edits_trust" => "edits the trust of",
        "reads_secret_of" => "reads a secret of",
        "controls_owner_of" => "controls the owner of",
        _ => "assumes",
    };
    format!("end that `{from}` {does} `{to}`")
}

/// Gives an account a namespace that nothing else is in. What names the account in the old one names nothing any more.
fn move_account(account: &str, asked: &mut Asked) {
    let (old, name) = account
        .strip_prefix("sa:cluster/")
        .unwrap()
        .split_once('/')
        .unwrap();
    let renamed = |id: &mut String| {
        if *id == format!("sa:{old}/{name}")
            || *id == format!("user:system:serviceaccount:{old}:{name}")
        {
            *id = format!("sa:own-{name}/{name}");
        }
    };
    for source in &mut asked.sources {
        for edge in &mut source.edges {
            renamed(&mut edge.from);
            renamed(&mut edge.to);
        }
        for object in &mut source.objects {
            for (_, value) in &mut object.labels {
                if *value == format!("{old}/{name}") {
                    *value = format!("own-{name}/{name}");
                }
            }
        }
        for permission in &mut source.permissions {
            let is_account = permission.operation.contains("serviceaccounts");
            if is_account && permission.object == format!("{old}/{name}") {
                permission.object = format!("own-{name}/{name}");
            }
        }
    }
    let moved = format!("sa:cluster/own-{name}/{name}");
    let sides = [&mut asked.split.deploy, &mut asked.split.runtime];
    for side in sides.into_iter().chain(asked.groups.values_mut()) {
        if side.remove(&account.parse().unwrap()) {
            side.insert(moved.parse().unwrap());
        }
    }
}
