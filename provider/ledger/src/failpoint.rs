//! Places where a test may kill this process, to prove that whatever runs next finds everything that was promised.
//!
//! `PORTCULLIS_FAILPOINT=create.after_commit` aborts at the first hit of that point, `create.after_commit@3` at the
//! third. Without the variable a point costs one load and one branch.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

struct Failpoint {
    name: String,
    /// Hits still to be passed over.
    spared: AtomicU64,
}

static ARMED: LazyLock<Option<Failpoint>> = LazyLock::new(|| {
    std::env::var("PORTCULLIS_FAILPOINT")
        .ok()
        .and_then(|text| parse(&text))
});

fn parse(text: &str) -> Option<Failpoint> {
    let (name, nth) = match text.split_once('@') {
        Some((name, nth)) => (name, nth.parse::<u64>().ok()?),
        None => (text, 1),
    };
    Some(Failpoint {
        name: name.to_owned(),
        spared: AtomicU64::new(nth.checked_sub(1)?),
    })
}

impl Failpoint {
    fn fires(&self, name: &str) -> bool {
        self.name == name
            && self
                .spared
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1))
                == Err(0)
    }
}

/// Aborts the process if the environment asked for it to die here.
pub fn hit(name: &str) {
    if let Some(failpoint) = &*ARMED
        && failpoint.fires(name)
    {
        std::process::abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires_at_the_nth_hit_of_its_own_name() {
        let point = parse("create.after_commit@3").unwrap();
        assert!(!point.fires("create.before_commit"));
        assert!(!point.fires("create.after_commit"));
        assert!(!point.fires("create.after_commit"));
        assert!(point.fires("create.after_commit"));
    }

    #[test]
    fn a_bare_name_fires_at_once_and_nonsense_never() {
        assert!(parse("plan.entry").unwrap().fires("plan.entry"));
        assert!(parse("plan.entry@0").is_none());
        assert!(parse("plan.entry@soon").is_none());
    }
}
