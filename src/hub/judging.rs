//! The line in which large messages wait to be judged.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::bounds::{is_near, network, site};

/// Judged at once: each may take a core for a good part of a second.
const AT_ONCE: usize = 2;
/// In line from one client address, those being judged included. Colleagues behind one address
/// rarely send large answers in the same second, and a sender of many waits for itself.
const PER_ADDRESS: usize = 4;
/// The same for a private address, which may be a reverse proxy with everybody behind it.
const PER_NEAR: usize = 32;
/// From one IPv6 /48, which is what one customer is given.
const PER_SITE: usize = 16;
/// In line altogether, each with up to a megabyte.
const LINE: usize = 64;

/// Who is judged, and who waits for it, first come first served.
pub struct Judging {
    permits: Arc<Semaphore>,
    line: Arc<Mutex<HashMap<Vec<u8>, usize>>>,
}

/// The right to judge one message now; ends when dropped.
pub struct Turn {
    _permit: OwnedSemaphorePermit,
    _place: Place,
}

struct Place {
    /// What it counts for: the whole line, an address, the site around it.
    names: Vec<Vec<u8>>,
    line: Arc<Mutex<HashMap<Vec<u8>, usize>>>,
}

/// Why work came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Undone {
    /// Too many wait already.
    #[error("too many wait in line")]
    Full,
    /// It ended by panic.
    #[error("it ended by panic")]
    Panicked,
}

impl Default for Judging {
    fn default() -> Self {
        Self { permits: Arc::new(Semaphore::new(AT_ONCE)), line: Arc::default() }
    }
}

impl Judging {
    /// Does work that may take a core for a good part of a second, when it is its turn and off
    /// the workers that answer everybody.
    ///
    /// # Errors
    /// When too many wait already, from `address` or altogether, or the work panics.
    pub async fn aside<T: Send + 'static>(
        &self,
        address: IpAddr,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Undone> {
        let turn = self.turn(address).await.ok_or(Undone::Full)?;
        let worked = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(turn);
            result
        });
        worked.await.map_err(|error| {
            tracing::error!(%error, "work that waited in line ended by panic");
            Undone::Panicked
        })
    }

    /// Waits for a turn. `None` when too many wait already, from `address` or altogether.
    pub async fn turn(&self, address: IpAddr) -> Option<Turn> {
        let near = is_near(address);
        let most = if near { PER_NEAR } else { PER_ADDRESS };
        let mut names = vec![(Vec::new(), LINE), (network(address), most)];
        names.extend(site(address).filter(|_| !near).map(|site| (site, PER_SITE)));
        let place = self.stand(names)?;
        let permit = Arc::clone(&self.permits).acquire_owned().await.ok()?;
        Some(Turn { _permit: permit, _place: place })
    }

    /// One place in line under each of these names, unless so many stand there already.
    fn stand(&self, names: Vec<(Vec<u8>, usize)>) -> Option<Place> {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        if names.iter().any(|(name, most)| line.get(name).is_some_and(|own| own >= most)) {
            return None;
        }
        let names: Vec<_> = names.into_iter().map(|(name, _)| name).collect();
        for name in &names {
            *line.entry(name.clone()).or_default() += 1;
        }
        Some(Place { names, line: Arc::clone(&self.line) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        for name in &self.names {
            match line.get_mut(name) {
                Some(places) if *places > 1 => *places -= 1,
                _ => drop(line.remove(name)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn address(n: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, n])
    }

    #[tokio::test]
    async fn who_sends_many_waits_for_itself() {
        let judging = Judging::default();
        let mut context = Context::from_waker(Waker::noop());
        let busy =
            [judging.turn(address(1)).await.unwrap(), judging.turn(address(1)).await.unwrap()];
        let mut waiting = [Box::pin(judging.turn(address(1))), Box::pin(judging.turn(address(1)))];
        for turn in &mut waiting {
            assert!(turn.as_mut().poll(&mut context).is_pending());
        }
        assert!(judging.turn(address(1)).await.is_none(), "no fifth");
        let mut other = Box::pin(judging.turn(address(2)));
        assert!(other.as_mut().poll(&mut context).is_pending(), "another waits in line");
        drop(waiting);
        drop(busy);
        let Poll::Ready(Some(turn)) = other.as_mut().poll(&mut context) else { panic!("no turn") };
        drop((turn, other));
        assert!(judging.line.lock().unwrap().is_empty(), "nothing is left behind");
    }

    #[test]
    fn behind_a_proxy_nobody_told_us_of_more_may_stand() {
        let judging = Judging::default();
        let mut context = Context::from_waker(Waker::noop());
        for (address, places) in [("127.0.0.1", 32), ("203.0.113.1", 4)] {
            let address: IpAddr = address.parse().unwrap();
            let mut line = Vec::new();
            let mut turned_away = 0;
            for _ in 0..40 {
                let mut turn = Box::pin(judging.turn(address));
                match turn.as_mut().poll(&mut context) {
                    Poll::Ready(None) => turned_away += 1,
                    polled => line.push((polled, turn)),
                }
            }
            assert_eq!(turned_away, 40 - places, "{address}");
        }
    }

    #[test]
    fn what_one_customer_is_given_does_not_fill_the_line() {
        let judging = Judging::default();
        let mut context = Context::from_waker(Waker::noop());
        let mut line = Vec::new();
        for n in 0..100 {
            let address: IpAddr = format!("2001:db8:1:{n:x}::1").parse().unwrap();
            let mut turn = Box::pin(judging.turn(address));
            let polled = turn.as_mut().poll(&mut context);
            line.push((polled, turn));
        }
        let stands = line.iter().filter(|(polled, _)| !matches!(polled, Poll::Ready(None)));
        assert_eq!(stands.count(), 16);
        let mut other = Box::pin(judging.turn("2001:db8:2:1::1".parse().unwrap()));
        assert!(other.as_mut().poll(&mut context).is_pending(), "another waits in line");
    }

    #[tokio::test]
    async fn the_line_has_an_end() {
        let judging = Judging::default();
        let stand = |n| judging.stand(vec![(Vec::new(), LINE), (vec![n], 1)]);
        let mut places: Vec<_> = (0..64).map(|n| stand(n).unwrap()).collect();
        assert!(judging.turn(address(1)).await.is_none());
        places.pop();
        assert!(judging.turn(address(1)).await.is_some());
    }
}
