//! The end of a provider whose Terraform died without saying so.

use std::time::Duration;

use tokio::sync::watch;

use super::connection::Count;

/// How often to look for the parent while nobody has connected yet.
#[cfg(unix)]
const LOOK: Duration = Duration::from_secs(1);

/// Returns when nobody will connect any more: `alone` after the last connection was closed, because Terraform keeps its
/// connection open for as long as it needs the provider; or when the parent is gone and nobody ever connected.
pub(super) async fn orphaned(mut count: watch::Receiver<Count>, parent: Parent, alone: Duration) {
    tokio::select! {
        _ = count.wait_for(|count| count.any) => {}
        () = parent.gone() => return,
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

/// The process that started this one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parent {
    #[cfg(unix)]
    id: u32,
}

#[cfg(unix)]
impl Parent {
    pub(super) fn now() -> Self {
        Self {
            id: std::os::unix::process::parent_id(),
        }
    }

    /// Returns when it is dead: a process whose parent dies gets another one.
    async fn gone(self) {
        while std::os::unix::process::parent_id() == self.id {
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// Windows does not say.
#[cfg(windows)]
impl Parent {
    pub(super) fn now() -> Self {
        Self {}
    }

    async fn gone(self) {
        std::future::pending().await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::sync::watch;
    use tokio::time::timeout;

    use super::{Count, Parent, orphaned};

    const ALONE: Duration = Duration::from_millis(400);
    const SHORTER: Duration = Duration::from_millis(100);
    const LONGER: Duration = Duration::from_millis(1_500);

    #[tokio::test]
    async fn before_the_first_connection_it_waits_for_as_long_as_the_parent_lives() {
        let (_sender, count) = watch::channel(Count::default());
        assert!(
            timeout(LONGER, orphaned(count, Parent::now(), ALONE))
                .await
                .is_err()
        );
    }

    #[tokio::test]
    async fn without_a_parent_nobody_will_connect() {
        let (_sender, count) = watch::channel(Count::default());
        assert!(
            timeout(
                LONGER,
                orphaned(
                    count,
                    Parent {
                        id: Parent::now().id + 1
                    },
                    ALONE
                )
            )
            .await
            .is_ok()
        );
    }

    #[tokio::test]
    async fn it_ends_only_some_time_after_the_last_connection() {
        let (sender, count) = watch::channel(Count { open: 1, any: true });
        let mut waiting = Box::pin(orphaned(count, Parent::now(), ALONE));
        assert!(timeout(LONGER, &mut waiting).await.is_err());
        sender.send_replace(Count { open: 0, any: true });
        assert!(timeout(SHORTER, &mut waiting).await.is_err());
        assert!(timeout(LONGER, &mut waiting).await.is_ok());
    }

    #[tokio::test]
    async fn a_client_that_comes_back_in_time_keeps_it_alive() {
        let (sender, count) = watch::channel(Count { open: 0, any: true });
        let mut waiting = Box::pin(orphaned(count, Parent::now(), ALONE));
        assert!(timeout(SHORTER, &mut waiting).await.is_err());
        sender.send_replace(Count { open: 1, any: true });
        assert!(timeout(LONGER, &mut waiting).await.is_err());
    }
}
