//! The inventory, with its bugs.

use portcullis_plugin::{Device, DevicePage, Failure, Response, cache, log};
use serde_json::Value;

use crate::{Bug, Config};

pub(crate) fn page(config: &Config, cursor: Option<&str>) -> Result<DevicePage, Failure> {
    let cursor = cursor.filter(|_| !config.has(Bug::RepeatsFirstPage));
    let key = format!("page {}", cursor.unwrap_or_default());
    let kept = cache::get(&key).filter(|_| config.has(Bug::RemembersInsteadOfReading));
    let body: Value = match kept {
        Some(body) => body,
        None => ask(config, cursor)?,
    };
    cache::put(&key, &body)?;
    let items = body["items"].as_array().map(Vec::as_slice);
    let items = match items {
        None if !config.has(Bug::TakesErrorsForNothing)
            && !config.has(Bug::TakesGarbageForNothing) =>
        {
            return Err(Failure::malformed("The list of GPUs has no `items`."));
        }
        items => items.unwrap_or_default(),
    };
    let mut devices: Vec<Device> = items.iter().map(device).collect();
    if config.has(Bug::UnstableOrder) {
        let turn: u32 = cache::get("turn").unwrap_or_default();
        cache::put("turn", &(turn + 1))?;
        let turn = usize::try_from(turn / 3 % 2).unwrap_or_default();
        let len = devices.len().max(1);
        devices.rotate_left(turn % len);
    }
    let next = body["next"].as_str().map(str::to_owned);
    let is_last = next.as_deref() == Some("4") && config.has(Bug::LosesLastPage);
    let again = (cursor.is_none() && config.has(Bug::RepeatsFirstPage)).then(|| "2".to_owned());
    Ok(DevicePage {
        devices,
        next: if is_last {
            None
        } else {
            again.or(next).filter(|_| !is_second_round(config))
        },
    })
}

/// The first page is given twice and then no other.
fn is_second_round(config: &Config) -> bool {
    if !config.has(Bug::RepeatsFirstPage) {
        return false;
    }
    let round: u32 = cache::get("round").unwrap_or_default();
    cache::put("round", &(round + 1)).is_err() || round % 2 == 1
}

fn ask(config: &Config, cursor: Option<&str>) -> Result<Value, Failure> {
    let client = config.client();
    let mut request = client.get("/v1/gpus");
    if let Some(cursor) = cursor {
        request = request.query("cursor", cursor);
    }
    match client
        .send(request)
        .and_then(|response| body(config, &response))
    {
        Err(_) if config.has(Bug::TakesErrorsForNothing) => Ok(Value::Null),
        Err(failure) if config.has(Bug::CallsEverythingInternal) => {
            Err(Failure::internal(failure.message))
        }
        Err(failure) if config.has(Bug::CallsRefusalUnreachable) && failure.kind == "refused" => {
            Err(Failure::unreachable(failure.message))
        }
        outcome => outcome,
    }
}

fn body(config: &Config, response: &Response) -> Result<Value, Failure> {
    if config.has(Bug::EchoesAnswers) {
        log::info(&String::from_utf8_lossy(&response.body));
    }
    if config.has(Bug::IgnoresStatus) {
        return Ok(serde_json::from_slice(&response.body).unwrap_or_default());
    }
    let body: Result<Value, Failure> = response.json();
    if config.has(Bug::TakesGarbageForNothing) && response.status == 200 {
        return Ok(body.unwrap_or_default());
    }
    let body = body?;
    let known = |members: &serde_json::Map<String, Value>| {
        members
            .keys()
            .all(|name| ["items", "next"].contains(&name.as_str()))
    };
    if config.has(Bug::DeniesUnknownFields) && !body.as_object().is_some_and(known) {
        return Err(Failure::malformed(
            "The list of GPUs has a member that nobody knows.",
        ));
    }
    Ok(body)
}

fn device(gpu: &Value) -> Device {
    let text = |name: &str| gpu[name].as_str().unwrap_or_default().to_owned();
    Device {
        node: text("node"),
        ..Device::new(text("id"), text("model"))
    }
}
