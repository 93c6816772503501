//! Opens the store for a command on the host, whether or not a server is running.

use tokio::runtime::Runtime;

use super::Failure;
use crate::config::Config;
use crate::keys::seal::{self, SealError, Sealer};
use crate::model::public_url::PublicUrl;
use crate::model::rng::SystemRng;
use crate::store::{Store, StoreError, Tx, folder, settings};

/// Opens a data folder that is in use already. A misspelt one would be made anew, and what is
/// put there would be of no use to the server that runs on the right one.
pub(super) async fn existing(config: &Config) -> Result<Store, Failure> {
    if folder::database(&config.data).is_file() {
        return store(config).await;
    }
    Err(Failure::Refused(format!(
        "there is no Doorward in {}: name its data folder with --data (the one `doorward serve` was started with)",
        config.data.display()
    )))
}

/// Opens the data folder, making what is missing. Only who is alone with it may bring the
/// data to a new schema.
pub(super) async fn store(config: &Config) -> Result<Store, Failure> {
    folder::prepare(&config.data)?;
    let alone = folder::try_lock(&config.data)?;
    let sealer = Sealer::for_config(config, &SystemRng)?;
    let path = folder::database(&config.data);
    if alone.is_some() {
        Store::open(&path)?.close();
    }
    let store = Store::join(&path)?;
    // From here on a server may start beside us.
    drop(alone);
    store
        .write(move |tx| seal::verify_key(tx, &sealer, &SystemRng))
        .await
        .map_err(|error: SealError| Failure::from(error))?;
    Ok(store)
}

/// The address to put into links: as told to this command, else as told to the server that
/// ran last, else the default.
pub(super) fn public_url(tx: &Tx<'_>, config: &Config) -> Result<PublicUrl, StoreError> {
    let own = config.public_url.clone();
    if config.public_url_told {
        return Ok(own);
    }
    let served = settings::find(tx, settings::PUBLIC_URL)?;
    Ok(served.and_then(|text| PublicUrl::parse(&text).ok()).unwrap_or(own))
}

/// A runtime for one command.
pub(super) fn runtime() -> Result<Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}
