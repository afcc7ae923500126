//! Serving a simulator on a loopback listener.
use axum::Router;
use std::io;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A simulator that is being served.
pub struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<io::Result<()>>,
}

impl Running {
    /// The base URL, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Takes no more calls and waits for those under way.
    ///
    /// # Errors
    /// The server ended with an error before.
    pub async fn stop(self) -> io::Result<()> {
        // An error here means that the server has ended already; its result says why.
        let _ = self.stop.send(());
        self.task.await.map_err(io::Error::other)?
    }
}

/// Serves `router` in a task of the present runtime until [`Running::stop`].
///
/// # Errors
/// The listener is not on loopback: the simulators check no one's identity beyond the vendors' own keys.
pub fn serve(router: Router, listener: TcpListener) -> io::Result<Running> {
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        let message = format!("simulators are served on loopback only, not on {address}");
        return Err(io::Error::new(io::ErrorKind::AddrNotAvailable, message));
    }
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(async move {
        axum::serve(listener, router)
            .with_graceful_shutdown(async {
                // A dropped handle stops the server too: nothing could reach it any more to stop it.
                let _ = stopped.await;
            })
            .await
    });
    Ok(Running { address, stop, task })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{Books, Mishap, stripe::Stripe};
    use std::io::{Read, Write};
    use std::sync::Arc;

    /// What a plain client reads until the server closes the connection.
    async fn get(address: SocketAddr) -> String {
        let call = move || -> io::Result<String> {
            let mut stream = std::net::TcpStream::connect(address)?;
            stream.write_all(b"GET /v1/charges/ch_1 HTTP/1.1\r\nHost: sim\r\nConnection: close\r\n\r\n")?;
            let mut answer = Vec::new();
            // A broken connection may end in a reset; what came before it counts.
            let _ = stream.read_to_end(&mut answer);
            Ok(String::from_utf8_lossy(&answer).into_owned())
        };
        tokio::task::spawn_blocking(call).await.unwrap().unwrap()
    }

    #[tokio::test]
    async fn serves_on_loopback_breaks_when_told_and_stops() {
        let stripe = Stripe::new(Books::in_memory().unwrap(), Arc::new(chrono::DateTime::default), "key");
        let running = stripe.serve(TcpListener::bind("127.0.0.1:0").await.unwrap()).unwrap();
        assert!(get(running.address).await.starts_with("HTTP/1.1 401 "));
        stripe.faults().arm("/v1/charges", Mishap::ConnectionLostAfterCommit, 1);
        let broken = get(running.address).await;
        assert!(!broken.contains("\r\n0\r\n"), "the body must not end well: {broken:?}");
        running.stop().await.unwrap();
    }

    #[tokio::test]
    async fn refuses_other_interfaces() {
        let open = TcpListener::bind("0.0.0.0:0").await.unwrap();
        assert_eq!(serve(Router::new(), open).err().unwrap().kind(), io::ErrorKind::AddrNotAvailable);
    }
}
