//! Doing the same with each of many, as many at a time as there are cores.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Calls `act` once with each item; items are begun in order.
pub(super) fn each<T: Sync>(items: &[T], act: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    act(item);
                }
            });
        }
    });
}

#[cfg(test)]
mod unit {
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn every_item_is_met_once() {
        let sum = AtomicU32::new(0);
        super::each(&[1, 2, 3, 4, 5], |item| {
            sum.fetch_add(*item, Ordering::Relaxed);
        });
        assert_eq!(sum.into_inner(), 15);
    }
}
