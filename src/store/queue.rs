//! The line in which jobs wait for a thread of the store. Whoever puts a job there never
//! waits; the threads do, asleep: spinning for a while first, as channels do, costs a small
//! machine more than waking up.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::StoreError;

/// Jobs in the order they came, for any number of threads.
pub(super) struct Queue<J> {
    line: Mutex<Line<J>>,
    came: Condvar,
}

struct Line<J> {
    jobs: VecDeque<J>,
    most: usize,
    closed: bool,
}

impl<J> Queue<J> {
    /// An empty line for at most so many jobs.
    pub fn of(most: usize) -> Self {
        let line = Line { jobs: VecDeque::new(), most, closed: false };
        Self { line: Mutex::new(line), came: Condvar::new() }
    }

    /// Puts a job at the end.
    ///
    /// # Errors
    /// `Busy` when the line is full, `Closed` after [`Self::close`].
    pub fn put(&self, job: J) -> Result<(), StoreError> {
        let mut line = self.line();
        if line.closed {
            return Err(StoreError::Closed);
        }
        if line.jobs.len() >= line.most {
            return Err(StoreError::Busy);
        }
        line.jobs.push_back(job);
        drop(line);
        self.came.notify_one();
        Ok(())
    }

    /// Waits for the next job; `None` when the line is closed and empty.
    pub fn next(&self) -> Option<J> {
        let waits = |line: &mut Line<J>| line.jobs.is_empty() && !line.closed;
        let line = self.came.wait_while(self.line(), waits);
        line.unwrap_or_else(PoisonError::into_inner).jobs.pop_front()
    }

    /// The next job if one waits.
    pub fn waiting(&self) -> Option<J> {
        self.line().jobs.pop_front()
    }

    /// How many jobs wait.
    pub fn count(&self) -> usize {
        self.line().jobs.len()
    }

    /// Takes no more jobs; those that wait are still handed out.
    pub fn close(&self) {
        self.line().closed = true;
        self.came.notify_all();
    }

    /// The same, and drops those that wait.
    pub fn abandon(&self) {
        self.close();
        let waiting = std::mem::take(&mut self.line().jobs);
        drop(waiting);
    }

    fn line(&self) -> MutexGuard<'_, Line<J>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn jobs_come_out_in_their_order_and_never_too_many() {
        let queue = Queue::of(2);
        queue.put(1).unwrap();
        queue.put(2).unwrap();
        assert!(matches!(queue.put(3), Err(StoreError::Busy)));
        assert_eq!(queue.count(), 2);
        assert_eq!(queue.next(), Some(1));
        queue.put(3).unwrap();
        assert_eq!((queue.waiting(), queue.waiting(), queue.waiting()), (Some(2), Some(3), None));
    }

    #[test]
    fn what_waits_when_it_closes_is_handed_out_and_what_comes_later_is_refused() {
        let queue = Queue::of(2);
        queue.put(1).unwrap();
        queue.close();
        assert!(matches!(queue.put(2), Err(StoreError::Closed)));
        assert_eq!((queue.next(), queue.next()), (Some(1), None));
    }

    #[test]
    fn whoever_waits_is_woken_by_a_job_and_by_the_end() {
        let queue = Arc::new(Queue::of(8));
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let queue = Arc::clone(&queue);
                std::thread::spawn(move || std::iter::from_fn(|| queue.next()).sum::<i32>())
            })
            .collect();
        for job in [1, 2, 4] {
            queue.put(job).unwrap();
        }
        queue.close();
        let taken: i32 = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
        assert_eq!(taken, 7);
    }

    #[test]
    fn what_waits_for_a_thread_that_is_gone_is_dropped() {
        let queue = Queue::of(2);
        let job = Arc::new(());
        queue.put(Arc::clone(&job)).unwrap();
        queue.abandon();
        assert_eq!(Arc::strong_count(&job), 1);
        assert!(queue.put(job).is_err());
    }
}
