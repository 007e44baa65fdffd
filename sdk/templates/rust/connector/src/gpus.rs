//! GPUs as the platform lists them.

use portcullis_plugin::{Client, Device, DevicePage, Failure};
use serde::Deserialize;

/// A page as the platform gives it. Members that are not named here are passed over.
#[derive(Deserialize)]
struct Page {
    items: Vec<Gpu>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Gpu {
    id: String,
    model: String,
    node: String,
    memory_mib: u32,
    busy: bool,
    healthy: bool,
    seen_at: u32,
}

/// One page of the platform is one page of the inventory.
pub(crate) fn page(client: &Client, cursor: Option<&str>) -> Result<DevicePage, Failure> {
    let mut request = client.get("/v1/gpus");
    if let Some(cursor) = cursor {
        request = request.query("cursor", cursor);
    }
    let page: Page = client.send(request)?.json()?;
    Ok(DevicePage {
        devices: page.items.into_iter().map(device).collect(),
        next: page.next,
    })
}

fn device(gpu: Gpu) -> Device {
    Device {
        node: gpu.node,
        memory_mib: Some(gpu.memory_mib),
        allocation: (if gpu.busy { "used" } else { "free" }).to_owned(),
        health: (if gpu.healthy { "healthy" } else { "failed" }).to_owned(),
        health_reason: (if gpu.healthy {
            ""
        } else {
            "the platform says so"
        })
        .to_owned(),
        grade: "counted".to_owned(),
        observed_at: gpu.seen_at,
        ..Device::new(gpu.id, gpu.model)
    }
}
