//! Content offered to agents, sent when one asks.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc;

use crate::agent::protocol::{BLOB_PIECE, Request};

/// Where content comes from.
#[derive(Debug, Clone)]
pub enum BlobSource {
    /// Memory.
    Bytes(Arc<[u8]>),
    /// A file of the controller's.
    File(PathBuf),
}

/// The content offered on one link, by its SHA-256.
#[derive(Clone, Default)]
pub struct Offers(Arc<Mutex<HashMap<String, BlobSource>>>);

impl Offers {
    /// Offers content.
    pub fn add(&self, hash: String, source: BlobSource) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(hash, source);
    }

    fn find(&self, hash: &str) -> Option<BlobSource> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(hash).cloned()
    }

    /// Sends the content `hash`, or why there is none.
    pub async fn send(self, hash: String, to: mpsc::Sender<Request>) {
        let outcome = match self.find(&hash) {
            None => Err("the controller was asked for content it did not offer".to_string()),
            Some(BlobSource::Bytes(bytes)) => pieces(&hash, &*bytes, &to).await.map_err(|e| e.to_string()),
            Some(BlobSource::File(path)) => match tokio::fs::File::open(&path).await {
                Ok(file) => pieces(&hash, file, &to).await,
                Err(e) => Err(e),
            }
            .map_err(|e| format!("could not read {} on the controller: {e}", path.display())),
        };
        if let Err(error) = outcome {
            let _ = to.send(Request::Blob { hash, bytes: Vec::new(), last: true, error: Some(error) }).await;
        }
    }
}

async fn pieces(hash: &str, mut from: impl AsyncRead + Unpin, to: &mpsc::Sender<Request>) -> io::Result<()> {
    loop {
        let mut bytes = Vec::with_capacity(BLOB_PIECE);
        (&mut from).take(BLOB_PIECE as u64).read_to_end(&mut bytes).await?;
        let last = bytes.len() < BLOB_PIECE;
        let piece = Request::Blob { hash: hash.to_string(), bytes, last, error: None };
        // Without a receiver there is no agent left to serve.
        if to.send(piece).await.is_err() || last {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn sent(offers: Offers, hash: &str) -> Vec<(usize, bool, Option<String>)> {
        let (sender, mut receiver) = mpsc::channel(100);
        offers.send(hash.to_string(), sender).await;
        let mut seen = Vec::new();
        while let Some(Request::Blob { bytes, last, error, .. }) = receiver.recv().await {
            seen.push((bytes.len(), last, error));
        }
        seen
    }

    #[tokio::test]
    async fn content_is_cut_into_pieces_and_the_last_is_marked() {
        let offers = Offers::default();
        offers.add("a".into(), BlobSource::Bytes(vec![0; 2 * BLOB_PIECE + 1].into()));
        offers.add("b".into(), BlobSource::Bytes(Vec::new().into()));
        let pieces = sent(offers.clone(), "a").await;
        assert_eq!(pieces, [(BLOB_PIECE, false, None), (BLOB_PIECE, false, None), (1, true, None)]);
        assert_eq!(sent(offers, "b").await, [(0, true, None)]);
    }

    #[tokio::test]
    async fn a_missing_file_is_named() {
        let offers = Offers::default();
        offers.add("a".into(), BlobSource::File("/nowhere/at/all".into()));
        let pieces = sent(offers, "a").await;
        assert!(pieces[0].2.as_ref().unwrap().contains("/nowhere/at/all"));
    }
}
