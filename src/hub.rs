//! Floor 8: the handles, built once; among them what bounds strangers (`bounds`, `judging`).

mod arrivals;
pub mod bounds;
pub mod clocks;
mod judging;
pub mod proofs;
mod rate;
pub mod running;
pub mod settled;

use std::sync::{Arc, OnceLock};

use self::arrivals::Arrivals;
use self::bounds::Bounds;
use self::clocks::Clocks;
pub use self::judging::{Judging, Turn, Undone};
use self::proofs::Proofs;
use self::running::Running;
use self::settled::Settled;
use crate::config::Config;
use crate::fetch::Fetch;
use crate::keys::password::Passwords;
use crate::keys::ring::Ring;
use crate::keys::seal::{self, SealError, Sealer};
use crate::model::rng::Rng;
use crate::model::secret::Digest;
use crate::model::time::{Clock, Millis};
use crate::store::{Store, folder, passkeys, settings};
use crate::upstream::oidc::{Client, Directory};
use crate::upstream::prepared::PreparedCache;

/// Password hashes computed at once: each takes about 20 MiB and tens of milliseconds.
const PASSWORD_PERMITS: usize = 2;

/// Everything a flow needs, built once. Cheap to clone.
#[derive(Clone)]
pub struct Hub {
    /// What we were told from outside.
    pub config: Arc<Config>,
    /// What of it an administrator may change, as it is now.
    pub running: Running,
    /// Where the present moment comes from.
    pub clock: Arc<dyn Clock>,
    /// Where randomness comes from.
    pub rng: Arc<dyn Rng>,
    /// The database.
    pub store: Store,
    /// Seals secrets at rest.
    pub sealer: Sealer,
    /// The keys we sign with.
    pub ring: Ring,
    /// Hashes and checks passwords.
    pub passwords: Passwords,
    /// The same for browsers an owner is known by, so that a flood of strangers at the owner's
    /// door does not keep the owner waiting.
    pub known_device_passwords: Passwords,
    /// The same for people who are not owners: a flood at their door does not keep owners out.
    pub local_passwords: Passwords,
    /// And for browsers such people are known by.
    pub known_local_passwords: Passwords,
    /// The digest of the one-time token of the first run, while there is one.
    pub setup: Arc<OnceLock<Digest>>,
    /// Keeps other servers off the data folder.
    pub lock: Arc<OnceLock<folder::Lock>>,
    /// The only outgoing HTTP client.
    pub fetch: Arc<Fetch>,
    /// What OpenID Providers publish of themselves.
    pub directory: Arc<Directory>,
    /// Revisions in use, parsed.
    pub prepared: PreparedCache,
    /// What strangers may cause.
    pub bounds: Arc<Bounds>,
    /// The line in which large messages wait to be judged.
    pub judging: Arc<Judging>,
    /// In which browsers somebody was let in lately.
    pub arrivals: Arc<Arrivals>,
    /// How far the clocks of providers are from ours.
    pub clocks: Arc<Clocks>,
    /// Looks for the records that prove domains.
    pub proofs: Arc<Proofs>,
    /// Tells when deliveries of logouts came to something.
    pub settled: Arc<Settled>,
}

impl Hub {
    /// Opens the data folder: makes it if need be, then key file, database, signing keys. Asks
    /// nothing of the network, so that a provider that is down never stops our start.
    ///
    /// # Errors
    /// A sentence that names what could not be opened.
    pub async fn open(
        config: Config,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Result<Self, String> {
        folder::prepare(&config.data).map_err(|error| error.to_string())?;
        let lock = folder::lock(&config.data).map_err(|error| error.to_string())?;
        let sealer =
            Sealer::for_config(&config, rng.as_ref()).map_err(|error| error.to_string())?;
        let database = folder::database(&config.data);
        let store =
            Store::open(&database).map_err(|error| format!("{}: {error}", database.display()))?;
        introduce(&store, &sealer, &config, &rng).await?;
        let ring = Ring::open(&store, &sealer, rng.as_ref(), clock.now())
            .await
            .map_err(|error| format!("the signing keys cannot be opened: {error}"))?;
        let hub = Self::of(config, (clock, rng), store, sealer, ring)?;
        hub.running
            .reread(&hub.store)
            .await
            .map_err(|error| format!("the settings cannot be read: {error}"))?;
        // Nobody else has it: it was made just now.
        let _first = hub.lock.set(lock);
        Ok(hub)
    }

    /// The hub over a store that is open already.
    ///
    /// # Errors
    /// A sentence that names what could not be built.
    pub fn of(
        config: Config,
        (clock, rng): (Arc<dyn Clock>, Arc<dyn Rng>),
        store: Store,
        sealer: Sealer,
        ring: Ring,
    ) -> Result<Self, String> {
        let fetch = Fetch::new(config.allow_private_idps)
            .map_err(|error| format!("the HTTP client cannot be built: {error}"))?;
        let bounds = Arc::new(Bounds::new(rng.as_ref()));
        let arrivals = Arc::new(Arrivals::new(rng.as_ref()));
        let proofs = Arc::new(Proofs::new(&config.dns_servers, rng.as_ref()));
        let config = Arc::new(config);
        Ok(Self {
            running: Running::of(Arc::clone(&config)),
            config,
            clock,
            rng,
            store,
            sealer,
            ring,
            passwords: Passwords::new(PASSWORD_PERMITS),
            known_device_passwords: Passwords::new(1),
            local_passwords: Passwords::new(PASSWORD_PERMITS),
            known_local_passwords: Passwords::new(1),
            setup: Arc::new(OnceLock::new()),
            lock: Arc::new(OnceLock::new()),
            fetch: Arc::new(fetch),
            directory: Arc::new(Directory::new()),
            prepared: PreparedCache::default(),
            bounds,
            judging: Arc::default(),
            arrivals,
            clocks: Arc::default(),
            proofs,
            settled: Arc::default(),
        })
    }

    /// The present moment.
    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    /// What it takes to talk to an OpenID Provider.
    pub fn oidc_client(&self) -> Client<'_> {
        Client {
            fetch: &self.fetch,
            directory: &self.directory,
            sealer: &self.sealer,
            rng: self.rng.as_ref(),
            clock: self.clock.as_ref(),
        }
    }
}

/// Makes sure the data was sealed with this key, and leaves the address we are reached at: for
/// commands on the host, which print links that lead here, and because passkeys work at one host.
async fn introduce(
    store: &Store,
    sealer: &Sealer,
    config: &Config,
    rng: &Arc<dyn Rng>,
) -> Result<(), String> {
    let (sealer, rng, url) = (sealer.clone(), Arc::clone(rng), config.public_url.clone());
    let stopped = store
        .write(move |tx| {
            seal::verify_key(tx, &sealer, rng.as_ref())?;
            settings::set(tx, settings::PUBLIC_URL, url.as_str())?;
            Ok(passkeys::reached_at(tx, url.domain())?)
        })
        .await
        .map_err(|error: SealError| error.to_string())?;
    if stopped > 0 {
        tracing::warn!(
            passkeys = stopped,
            "the host of the public URL changed: owners' passkeys of the host before do not work"
        );
    }
    Ok(())
}
