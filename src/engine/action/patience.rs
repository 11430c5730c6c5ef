//! Trying again and again until something answers: soon at first, then at growing intervals.

use std::time::Duration;

/// How tries follow each other.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// When to give up, counted from the start of the clock.
    pub until: Duration,
    /// The pause after the first try; every further one is twice as long.
    pub pause: Duration,
    /// No pause is longer.
    pub longest: Duration,
    /// How long the first try may take; every further one may take half as much again, so that neither a host that
    /// vanished in the middle of a try holds up the next one for long, nor a slow host is given up on.
    pub limit: Duration,
}

impl Patience {
    /// Tries until `attempt`, which is told how long it may take, gives something; `None` when the time by `clock` is over.
    /// `rest` waits between two tries, and says whether to go on.
    pub async fn try_for<T, A, R>(
        self,
        clock: impl Fn() -> Duration,
        mut attempt: impl FnMut(Duration) -> A,
        mut rest: impl FnMut(Duration) -> R,
    ) -> Option<T>
    where
        A: Future<Output = Option<T>>,
        R: Future<Output = bool>,
    {
        let (mut pause, mut limit) = (self.pause, self.limit);
        loop {
            if let Some(done) = attempt(limit).await {
                return Some(done);
            }
            let left = self.until.saturating_sub(clock());
            if left.is_zero() || !rest(pause.min(left)).await {
                return None;
            }
            pause = (pause * 2).min(self.longest);
            limit = limit.saturating_mul(3) / 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn patience(seconds: u64) -> Patience {
        Patience {
            until: Duration::from_secs(seconds),
            pause: Duration::from_millis(250),
            longest: Duration::from_secs(2),
            limit: Duration::from_secs(5),
        }
    }

    /// Tries with a clock of its own, on which a try that fails takes `spent` of the time it may take: the time it took in
    /// all, and the tries.
    async fn tried(patience: Patience, back: Duration, spent: impl Fn(Duration) -> Duration) -> (Option<()>, Duration, u32) {
        let (time, tries) = (Cell::new(Duration::ZERO), Cell::new(0));
        let pass = |length| time.set(time.get() + length);
        let attempt = |limit| {
            tries.set(tries.get() + 1);
            let is_back = time.get() >= back;
            if !is_back {
                pass(spent(limit));
            }
            async move { is_back.then_some(()) }
        };
        let rest = |length| {
            pass(length);
            async { true }
        };
        (patience.try_for(|| time.get(), attempt, rest).await, time.get(), tries.get())
    }

    #[tokio::test]
    async fn a_host_that_is_back_is_soon_noticed() {
        for seconds in [0, 1, 10, 60] {
            let back = Duration::from_secs(seconds);
            // Every try hangs until its time is over, or is refused at once.
            let (hanging, refused) =
                (tried(patience(600), back, |limit| limit).await, tried(patience(600), back, |_| Duration::ZERO).await);
            assert_eq!((hanging.0, refused.0), (Some(()), Some(())));
            assert!(hanging.1 - back <= back / 2 + Duration::from_secs(7), "{hanging:?} after {seconds} s");
            assert!(refused.1 - back <= Duration::from_secs(2), "{refused:?} after {seconds} s");
        }
    }

    #[tokio::test]
    async fn pauses_grow_to_the_longest_and_end_in_time() {
        // 0.25 + 0.5 + 1 + 2 + 2 + 2 + 2, and what is left.
        let ended = tried(patience(10), Duration::MAX, |_| Duration::ZERO).await;
        assert_eq!(ended, (None, Duration::from_secs(10), 9));
    }

    #[tokio::test]
    async fn who_is_told_to_stop_stops() {
        let never = |_| async { None::<()> };
        assert_eq!(patience(600).try_for(|| Duration::ZERO, never, |_| async { false }).await, None);
    }
}
