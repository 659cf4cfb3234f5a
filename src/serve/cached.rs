//! A value that is found out at most once a second, however many ask for it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

/// How long a value is good.
const LIFE: Duration = Duration::from_secs(1);

/// A value, and since when it is known.
#[derive(Debug)]
pub(super) struct Cached<T>(Arc<Mutex<Slot<T>>>);

/// What is known, if anything is.
type Slot<T> = Option<(Instant, Arc<T>)>;

impl<T> Default for Cached<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T: Send + Sync + 'static> Cached<T> {
    /// Returns the value, which `find` finds out anew when it is too old; who comes meanwhile waits for the same one.
    ///
    /// The work goes on when whoever asked for it goes away: to ask and go away again must not cause more of it.
    /// Nothing is returned when the work panicked.
    pub(super) async fn get<F>(&self, find: impl FnOnce() -> F) -> Option<Arc<T>>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let mut slot = Arc::clone(&self.0).lock_owned().await;
        if let Some((since, value)) = &*slot
            && since.elapsed() < LIFE
        {
            return Some(Arc::clone(value));
        }
        let work = find();
        let found = tokio::spawn(async move {
            let value = Arc::new(work.await);
            *slot = Some((Instant::now(), Arc::clone(&value)));
            value
        });
        found.await.ok()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::sync::atomic::Ordering;

    use futures_util::FutureExt;
    use futures_util::future::join_all;
    use tokio::task::yield_now;
    use tokio::time::sleep;

    use super::*;

    fn run(test: impl Future<Output = ()>) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
    }

    /// Counts how often it is asked, and takes its time.
    fn slow(count: &Arc<AtomicUsize>) -> impl Future<Output = usize> + Send + use<> {
        let count = Arc::clone(count);
        async move {
            sleep(Duration::from_millis(50)).await;
            count.fetch_add(1, Ordering::SeqCst) + 1
        }
    }

    #[test]
    fn a_hundred_who_ask_at_once_cause_one_work() {
        run(async {
            let (cached, count) = (Cached::default(), Arc::new(AtomicUsize::new(0)));
            let found = join_all((0..100).map(|_| cached.get(|| slow(&count)))).await;
            assert!(found.iter().all(|value| value.as_deref() == Some(&1)));
            assert_eq!(cached.get(|| slow(&count)).await.as_deref(), Some(&1));
        });
    }

    #[test]
    fn a_value_gets_old() {
        run(async {
            let (cached, count) = (Cached::default(), Arc::new(AtomicUsize::new(0)));
            cached.get(|| slow(&count)).await;
            sleep(LIFE + Duration::from_millis(20)).await;
            assert_eq!(cached.get(|| slow(&count)).await.as_deref(), Some(&2));
        });
    }

    #[test]
    fn who_goes_away_does_not_stop_the_work() {
        run(async {
            let (cached, count) = (Cached::default(), Arc::new(AtomicUsize::new(0)));
            for _ in 0..10 {
                // Asked once, and gone: no clock decides whether the work was quicker.
                assert_eq!(cached.get(|| slow(&count)).now_or_never(), None);
                yield_now().await;
            }
            assert_eq!(cached.get(|| slow(&count)).await.as_deref(), Some(&1));
        });
    }
}
