//! What a connector tells of a device in labels.

use std::str::FromStr;
use std::sync::Arc;

use portcullis_model::{Fabric, NodeRoom, Price, Site};

type Labels = [(String, String)];

/// The site that labels tell. A label that cannot be read is one that is not there: what follows from it is unknown.
pub(super) fn site(labels: &Labels) -> Site {
    Site {
        region: parsed(labels, "region"),
        zone: parsed(labels, "zone"),
        driver: parsed(labels, "driver_version"),
        cuda: parsed(labels, "cuda_version"),
        price: price(labels),
    }
}

/// The NVLink domain that labels tell.
pub(super) fn fabric(labels: &Labels) -> Option<Fabric> {
    parsed(labels, "fabric")
}

/// Who labels tell that uses the device.
pub(super) fn holder(labels: &Labels) -> Option<Arc<str>> {
    let holder = told(labels, "holder").filter(|holder| !holder.is_empty());
    holder.map(Arc::from)
}

/// What labels tell that the node has free beside its devices.
pub(super) fn room(labels: &Labels) -> Option<NodeRoom> {
    let room = NodeRoom {
        cpu_milli: parsed(labels, "node_cpu_milli"),
        memory_mib: parsed(labels, "node_memory_mib"),
    };
    (room != NodeRoom::default()).then_some(room)
}

fn price(labels: &Labels) -> Option<Price> {
    Price::from_milli(parsed(labels, "price_milli")?, told(labels, "currency")?)
}

fn parsed<T: FromStr>(labels: &Labels, name: &str) -> Option<T> {
    told(labels, name)?.parse().ok()
}

fn told<'a>(labels: &'a Labels, name: &str) -> Option<&'a str> {
    let mut labels = labels.iter();
    let (_, value) = labels.find(|(known, _)| known == name)?;
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_not_told() {
        let label = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let told = [
            label("driver_version", "550.54.15"),
            label("cuda_version", "N/A"),
            label("zone", "eu-west-1a"),
            label("price_milli", "2490"),
            label("currency", "USD"),
            label("fabric", "c0ffee.3"),
        ];
        let site = site(&told);
        assert_eq!(site.driver, "550.54.15".parse().ok());
        assert_eq!(site.cuda, None);
        assert_eq!(site.zone, "eu-west-1a".parse().ok());
        assert_eq!(site.price, "2.49 USD".parse().ok());
        assert_eq!(fabric(&told), "c0ffee.3".parse().ok());
        assert_eq!(room(&told), None);
    }
}
