//! The line in which large messages wait to be judged.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::bounds::network;

/// Judged at once: each may take a core for a good part of a second.
const AT_ONCE: usize = 2;
/// In line from one client address, those being judged included. Colleagues behind one address
/// rarely send large answers in the same second, and a sender of many waits for itself.
const PER_ADDRESS: usize = 4;
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
    name: Vec<u8>,
    line: Arc<Mutex<HashMap<Vec<u8>, usize>>>,
}

impl Default for Judging {
    fn default() -> Self {
        Self { permits: Arc::new(Semaphore::new(AT_ONCE)), line: Arc::default() }
    }
}

impl Judging {
    /// Waits for a turn. `None` when too many wait already, from `address` or altogether.
    pub async fn turn(&self, address: IpAddr) -> Option<Turn> {
        let place = self.stand(network(address))?;
        let permit = Arc::clone(&self.permits).acquire_owned().await.ok()?;
        Some(Turn { _permit: permit, _place: place })
    }

    fn stand(&self, name: Vec<u8>) -> Option<Place> {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        let own = line.get(&name).copied().unwrap_or_default();
        if own >= PER_ADDRESS || line.values().sum::<usize>() >= LINE {
            return None;
        }
        line.insert(name.clone(), own + 1);
        Some(Place { name, line: Arc::clone(&self.line) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        match line.get_mut(&self.name) {
            Some(places) if *places > 1 => *places -= 1,
            _ => drop(line.remove(&self.name)),
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

    #[tokio::test]
    async fn the_line_has_an_end() {
        let judging = Judging::default();
        let mut places: Vec<_> = (0..64).map(|n| judging.stand(vec![n]).unwrap()).collect();
        assert!(judging.turn(address(1)).await.is_none());
        places.pop();
        assert!(judging.turn(address(1)).await.is_some());
    }
}
