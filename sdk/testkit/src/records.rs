//! Records of the SDK as the host would give them, so that both ways of running a plugin have the same results.

use portcullis_plugin as sdk;
use portcullis_plugin_host as host;
use serde_json::Value;

use crate::stopped::Stopped;

pub(crate) fn device(device: sdk::Device) -> host::DeviceRecord {
    host::DeviceRecord {
        uuid: device.uuid,
        model: device.model,
        node: device.node,
        index: device.index,
        mig_profile: device.mig_profile,
        memory_mib: device.memory_mib,
        memory_used_mib: device.memory_used_mib,
        allocation: one_of(device.allocation, &["free", "used"], "unknown"),
        health: one_of(device.health, &["healthy", "degraded", "failed"], "unknown"),
        health_reason: device.health_reason,
        grade: one_of(device.grade, &["firm", "counted", "level"], "listed"),
        observed_at: device.observed_at,
        labels: sorted(device.labels),
    }
}

pub(crate) fn pool(pool: sdk::Pool) -> host::Pool {
    host::Pool {
        name: pool.name,
        model: pool.model,
        devices_per_node: pool.devices_per_node,
        nodes_available: pool.nodes_available,
        nodes_total: pool.nodes_total,
        grade: one_of(pool.grade, &["firm", "counted", "level"], "listed"),
        observed_at: pool.observed_at,
        price_milli: pool.price_milli,
        currency: pool.currency,
        labels: sorted(pool.labels),
    }
}

pub(crate) fn quota(quota: sdk::Quota) -> host::Quota {
    host::Quota {
        name: quota.name,
        unit: one_of(quota.unit, &["nodes", "instances"], "devices"),
        model: quota.model,
        limit: quota.limit,
        used: quota.used,
        observed_at: quota.observed_at,
        labels: sorted(quota.labels),
    }
}

pub(crate) fn subject(subject: sdk::Subject) -> host::Subject {
    let kinds = ["human", "group", "ci", "service-account", "role", "agent"];
    host::Subject {
        id: subject.id,
        kind: one_of(subject.kind, &kinds, "other"),
        name: subject.name,
        labels: sorted(subject.labels),
    }
}

pub(crate) fn object(object: sdk::Object) -> host::Object {
    host::Object {
        id: object.id,
        kind: object.kind,
        name: object.name,
        labels: sorted(object.labels),
    }
}

pub(crate) fn permission(permission: sdk::Permission) -> host::Permission {
    host::Permission {
        subject: permission.subject,
        operation: permission.operation,
        object: permission.object,
        effect: match permission.effect.as_str() {
            "allow" => host::Effect::Allow,
            _ => host::Effect::Deny,
        },
        condition: permission.condition,
        source: permission.source,
        expires_at: permission.expires_at,
    }
}

pub(crate) fn edge(edge: sdk::Edge) -> host::Edge {
    host::Edge {
        from: edge.from,
        relation: edge.relation,
        to: edge.to,
        mode: match edge.mode.as_str() {
            "job-scoped" => host::Mode::JobScoped,
            "borrowed" => host::Mode::Borrowed,
            "break-glass" => host::Mode::BreakGlass,
            _ => host::Mode::Standing,
        },
        condition: edge.condition,
        source: edge.source,
        expires_at: edge.expires_at,
    }
}

pub(crate) fn managed(managed: sdk::Managed) -> Result<host::Managed, Stopped> {
    Ok(host::Managed {
        attributes: attributes(&managed.attributes)?,
        kind: managed.kind,
        id: managed.id,
        name: managed.name,
        revision: managed.revision,
    })
}

pub(crate) fn change(change: sdk::Change) -> Result<host::Change, Stopped> {
    Ok(host::Change {
        action: match change.action.as_str() {
            "none" => host::Action::None,
            "create" => host::Action::Create,
            "update" => host::Action::Update,
            _ => host::Action::Replace,
        },
        attributes: attributes(&change.attributes)?,
        kind: change.kind,
        name: change.name,
        unknown: change.unknown,
        replaced_by: change.replaced_by,
    })
}

pub(crate) fn finding(finding: sdk::Finding) -> host::Finding {
    host::Finding {
        severity: match finding.severity.as_str() {
            "warning" => host::Severity::Warning,
            "info" => host::Severity::Info,
            _ => host::Severity::Error,
        },
        code: finding.code,
        address: finding.address,
        attribute: finding.attribute,
        summary: finding.summary,
        detail: finding.detail,
        remedy: finding.remedy,
    }
}

pub(crate) fn managed_to_guest(managed: &host::Managed) -> sdk::Managed {
    sdk::Managed {
        kind: managed.kind.clone(),
        id: managed.id.clone(),
        name: managed.name.clone(),
        attributes: managed.attributes.to_string(),
        revision: managed.revision.clone(),
    }
}

pub(crate) fn desired_to_guest(desired: &host::Desired) -> sdk::Desired {
    sdk::Desired {
        kind: desired.kind.clone(),
        name: desired.name.clone(),
        attributes: desired.attributes.to_string(),
    }
}

pub(crate) fn change_to_guest(change: &host::Change) -> sdk::Change {
    sdk::Change {
        action: change.action.as_str().to_owned(),
        kind: change.kind.clone(),
        name: change.name.clone(),
        attributes: change.attributes.to_string(),
        unknown: change.unknown.clone(),
        replaced_by: change.replaced_by.clone(),
    }
}

pub(crate) fn application_to_guest(application: &host::Application) -> sdk::Application {
    sdk::Application {
        workload: application.workload.clone(),
        job: application.job.clone(),
        audience: application.audience.clone(),
        ttl_seconds: application.ttl_seconds,
        scope: application.scope.to_string(),
    }
}

pub(crate) fn stamp_to_guest(stamp: &host::Stamp) -> sdk::Stamp {
    sdk::Stamp {
        token: stamp.token.clone(),
        fence: stamp.fence,
    }
}

fn attributes(text: &str) -> Result<Value, Stopped> {
    let value: Option<Value> = serde_json::from_str(text).ok();
    value.filter(Value::is_object).ok_or_else(|| Stopped {
        kind: "invalid".to_owned(),
        message: format!("The plugin gave attributes that are no JSON object: `{text}`."),
    })
}

fn sorted(mut labels: Vec<(String, String)>) -> Vec<(String, String)> {
    labels.sort();
    labels
}

/// What the contract says to take for a word that is not known.
fn one_of(value: String, known: &[&str], fallback: &str) -> String {
    if known.contains(&value.as_str()) {
        value
    } else {
        fallback.to_owned()
    }
}
