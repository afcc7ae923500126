//! Console and portal on this machine after the day, with a sign-in of their own; what people do there is worked off
//! at once.
use crate::Stopped;
use crate::bundle::Bundle;
use crate::pump;
use crate::screen::write_line;
use crate::sim::issuer::{Client, Issuer, User};
use crate::sim::serve::Running;
use axum::Router;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// The ports of console, portal and sign-in, taken before the day: letters carry the portal's address.
pub struct Ports {
    console: TcpListener,
    portal: TcpListener,
    issuer: TcpListener,
    pub urls: Urls,
}

/// Where people find things.
#[derive(Debug, Clone)]
pub struct Urls {
    pub console: String,
    pub portal: String,
    pub issuer: String,
}

impl Urls {
    /// What the addresses are where nothing is served.
    pub fn usual() -> Self {
        let url = |port: u16| format!("http://127.0.0.1:{port}");
        Self { console: url(8787), portal: url(8788), issuer: url(8789) }
    }
}

/// Takes the usual ports, or free ones where they are taken.
///
/// # Errors
/// No port to be had.
pub async fn take_ports() -> Result<Ports, Stopped> {
    let (console, portal, issuer) = (bind(8787).await?, bind(8788).await?, bind(8789).await?);
    let url = |listener: &TcpListener| {
        let address = listener.local_addr().map_err(Stopped::at("a port on this machine"))?;
        Ok::<_, Stopped>(format!("http://{address}"))
    };
    let urls = Urls { console: url(&console)?, portal: url(&portal)?, issuer: url(&issuer)? };
    Ok(Ports { console, portal, issuer, urls })
}

async fn bind(usual: u16) -> Result<TcpListener, Stopped> {
    match TcpListener::bind(("127.0.0.1", usual)).await {
        Ok(listener) => Ok(listener),
        Err(_) => TcpListener::bind("127.0.0.1:0").await.map_err(Stopped::at("a port on this machine")),
    }
}

/// Serves until the process is ended.
///
/// # Errors
/// A server that cannot start, or work that does not come to rest.
pub async fn serve(bundle: &Bundle, ports: Ports) -> Result<(), Stopped> {
    bundle.clock.run();
    let app = Arc::new(bundle.app.clone());
    let _issuer = issuer(bundle, ports.issuer, &ports.urls)?;
    let console = spawn(console::router(app.clone()), ports.console);
    let portal = spawn(portal::router(app), ports.portal);
    write_line(&format!("console  {}   sign in as {}", ports.urls.console, STAFF));
    write_line(&format!(
        "portal   {}   by the links in {}/letters/*.eml",
        ports.urls.portal,
        bundle.folder.0.display()
    ));
    write_line("Ctrl-C ends it; started again, it delivers the whole day once more.");
    loop {
        tokio::time::sleep(Duration::from_millis(250)).await;
        pump::settle(bundle, &mut |_, _| {}).await?;
        if console.is_finished() || portal.is_finished() {
            return Err(Stopped("a server ended".into()));
        }
    }
}

const STAFF: &str = "ines.marsh@harbourpaper.example";

fn spawn(router: Router, listener: TcpListener) -> tokio::task::JoinHandle<std::io::Result<()>> {
    tokio::spawn(async move { axum::serve(listener, router).await })
}

/// The development issuer: one member of staff who may enter, and one who may not.
fn issuer(bundle: &Bundle, listener: TcpListener, urls: &Urls) -> Result<Running, Stopped> {
    let client = Client {
        id: "dunlin-console".into(),
        secret: None,
        redirect_uris: vec![format!("{}/sign-in/callback", urls.console)],
    };
    let user = |subject: &str, name: &str, email: &str| User {
        subject: subject.into(),
        name: name.into(),
        email: email.into(),
        email_verified: true,
        groups: vec![],
    };
    let users = vec![
        user("staff-1", "Ines Marsh", STAFF),
        user("guest-1", "Guest without access", "guest@elsewhere.example"),
    ];
    let clock = bundle.clock.clone();
    let clock = Arc::new(move || app::ports::Clock::now(&clock));
    let issuer =
        Issuer::new(&urls.issuer, client, users, clock).map_err(Stopped::at("the development issuer"))?;
    issuer.serve(listener).map_err(Stopped::at("the development issuer"))
}
