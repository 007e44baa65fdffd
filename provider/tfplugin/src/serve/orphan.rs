//! The end of a provider whose Terraform died without saying so.

use std::time::Duration;

use tokio::sync::watch;

use super::connection::Count;

/// How often to look for the parent while nobody has connected yet.
const LOOK: Duration = Duration::from_secs(1);

/// Returns when nobody will connect any more: `alone` after the last connection was closed, because Terraform keeps its
/// connection open for as long as it needs the provider; or when the parent is gone and nobody ever connected.
pub(super) async fn orphaned(mut count: watch::Receiver<Count>, parent: u32, alone: Duration) {
    tokio::select! {
        _ = count.wait_for(|count| count.any) => {}
        () = parent_gone(parent) => return,
    }
    loop {
        if count.wait_for(|count| count.open == 0).await.is_err() {
            return;
        }
        let back = count.wait_for(|count| count.open > 0);
        if tokio::time::timeout(alone, back).await.is_err() {
            return;
        }
    }
}

/// A process whose parent dies gets another one.
async fn parent_gone(parent: u32) {
    while std::os::unix::process::parent_id() == parent {
        tokio::time::sleep(LOOK).await;
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::parent_id;
    use std::time::Duration;

    use tokio::sync::watch;
    use tokio::time::timeout;

    use super::{Count, orphaned};

    const ALONE: Duration = Duration::from_millis(100);
    const SHORTER: Duration = Duration::from_millis(50);
    const LONGER: Duration = Duration::from_millis(300);

    #[tokio::test]
    async fn before_the_first_connection_it_waits_for_as_long_as_the_parent_lives() {
        let (_sender, count) = watch::channel(Count::default());
        assert!(
            timeout(LONGER, orphaned(count, parent_id(), ALONE))
                .await
                .is_err()
        );
    }

    #[tokio::test]
    async fn without_a_parent_nobody_will_connect() {
        let (_sender, count) = watch::channel(Count::default());
        assert!(
            timeout(LONGER, orphaned(count, parent_id() + 1, ALONE))
                .await
                .is_ok()
        );
    }

    #[tokio::test]
    async fn it_ends_only_some_time_after_the_last_connection() {
        let (sender, count) = watch::channel(Count { open: 1, any: true });
        let mut waiting = Box::pin(orphaned(count, parent_id(), ALONE));
        assert!(timeout(LONGER, &mut waiting).await.is_err());
        sender.send_replace(Count { open: 0, any: true });
        assert!(timeout(SHORTER, &mut waiting).await.is_err());
        assert!(timeout(LONGER, &mut waiting).await.is_ok());
    }

    #[tokio::test]
    async fn a_client_that_comes_back_in_time_keeps_it_alive() {
        let (sender, count) = watch::channel(Count { open: 0, any: true });
        let mut waiting = Box::pin(orphaned(count, parent_id(), ALONE));
        assert!(timeout(SHORTER, &mut waiting).await.is_err());
        sender.send_replace(Count { open: 1, any: true });
        assert!(timeout(LONGER, &mut waiting).await.is_err());
    }
}
