mod actions;
mod pages;
mod seed;
mod sign_in;

use crate::handle;
use crate::session::{Session, SessionKeys};
use app::App;
use app::doubles::blobs::MemoryBlobs;
use app::doubles::clock::{FixedClock, SeededEntropy};
use app::doubles::http::ScriptedHttp;
use app::doubles::mailer::ScriptedMailer;
use app::doubles::queue::MemoryQueue;
use app::doubles::seal::PlainSeal;
use app::settings::{SecretText, Settings, SignInSettings};
use app::store::entity::{Entity, Stored};
use app::store::memory::MemoryTable;
use app::store::reads::must_load;
use app::store::table::Key;
use base64::Engine;
use bytes::Bytes;
use connectors::call::{Request, Response};
use connectors::fault::Fault;
use http::{Method, StatusCode};
use std::collections::BTreeMap;
use std::sync::Arc;

const WHO: &str = "ann@harbour.example";

pub struct World {
    pub app: Arc<App>,
    pub clock: Arc<FixedClock>,
    pub blobs: Arc<MemoryBlobs>,
}

/// A page as the browser gets it.
pub struct Seen {
    pub status: StatusCode,
    pub location: String,
    pub cookies: Vec<String>,
    pub page: String,
}

impl World {
    pub fn with_http(answer: impl Fn(&Request) -> Result<Response, Fault> + Send + Sync + 'static) -> Self {
        let clock = Arc::new(FixedClock::at("2026-11-24T10:00:00Z".parse().unwrap()));
        let blobs = Arc::new(MemoryBlobs::new());
        let mut settings = Settings::read(&BTreeMap::new(), &BTreeMap::new()).unwrap();
        settings.console_url = Some("https://console.harbour.example".into());
        settings.is_sending = true;
        settings.keys.session = SecretText::new(base64::engine::general_purpose::STANDARD.encode([9; 32]));
        settings.sign_in = SignInSettings {
            issuer: "https://id.example".into(),
            client_id: "dunlin".into(),
            client_secret: SecretText::new("s3cret"),
            emails: vec![WHO.into()],
            groups: vec!["finance".into()],
        };
        let app = App {
            settings: Arc::new(settings),
            table: Arc::new(MemoryTable::new()),
            queue: Arc::new(MemoryQueue::new()),
            http: Arc::new(ScriptedHttp::new(answer)),
            mailer: Arc::new(ScriptedMailer::new()),
            blobs: blobs.clone(),
            seal: Arc::new(PlainSeal::new()),
            clock: clock.clone(),
            entropy: Arc::new(SeededEntropy::new(1)),
        };
        Self { app: Arc::new(app), clock, blobs }
    }

    pub async fn seeded() -> Self {
        let world = Self::with_http(|_| Err(Fault::before_send("nothing goes out")));
        seed::seed(&world.app).await;
        world
    }

    /// The cookie of a session that begins now.
    pub fn session(&self) -> String {
        let session = Session::begin(&self.app, WHO.into());
        format!("__Host-dunlin={}", SessionKeys::of(&self.app.settings).unwrap().sign(&session))
    }

    pub async fn call(&self, method: Method, path: &str, cookie: &str, body: String) -> Seen {
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("cookie", cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from(body))
            .unwrap();
        let response = handle(&self.app, request).await;
        let header = |name: &str| {
            let values = response.headers().get_all(name).iter();
            values.map(|value| value.to_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert!(header("content-security-policy").concat().contains("default-src 'none'"));
        assert_eq!(header("referrer-policy"), ["no-referrer"]);
        Seen {
            status: response.status(),
            location: header("location").concat(),
            cookies: header("set-cookie"),
            page: String::from_utf8(response.body().to_vec()).unwrap(),
        }
    }

    pub async fn get(&self, path: &str, cookie: &str) -> Seen {
        self.call(Method::GET, path, cookie, String::new()).await
    }

    /// Loads the page a form stands on and gives what the form hides.
    pub async fn hidden(&self, page: &str, cookie: &str) -> Vec<(String, String)> {
        let page = self.get(page, cookie).await.page;
        ["form", "once"]
            .map(|name| (name.to_owned(), between(&page, &format!("name=\"{name}\" value=\""), "\"")))
            .to_vec()
    }

    pub async fn post(&self, path: &str, cookie: &str, fields: &[(String, String)]) -> Seen {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        self.call(Method::POST, path, cookie, body.finish()).await
    }

    pub async fn stored<T: Entity>(&self, key: Key) -> Stored<T> {
        must_load(self.app.table.as_ref(), &key).await.unwrap()
    }
}

pub fn between(text: &str, before: &str, after: &str) -> String {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}")).1;
    rest.split_once(after).unwrap().0.to_owned()
}

pub fn field(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}
