//! A hand-made HTTP/1.1 server on this machine that keeps what it got and misbehaves on request.
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sqs::config::retry::RetryConfig;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub enum Reply {
    Answer {
        status: u16,
        body: String,
    },
    /// Reads the request, then closes the connection.
    Close,
    /// Reads the request and never answers.
    Silence,
}

pub fn ok(body: impl Into<String>) -> Reply {
    Reply::Answer { status: 200, body: body.into() }
}

#[derive(Debug, Clone)]
pub struct Seen {
    /// "POST /path?query HTTP/1.1" and the headers.
    pub head: String,
    pub body: String,
}

impl Seen {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The operation of an AWS JSON call.
    pub fn operation(&self) -> &str {
        let target = self.head.lines().find_map(|line| line.strip_prefix("x-amz-target: ")).unwrap();
        target.rsplit('.').next().unwrap()
    }
}

pub struct Loopback {
    pub url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

type Script = dyn Fn(usize, &Seen) -> Reply + Send + Sync;

impl Loopback {
    /// `script` gets the number of the request, from 0, and the request.
    pub async fn start(script: impl Fn(usize, &Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (kept, script): (_, Arc<Script>) = (seen.clone(), Arc::new(script));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, kept.clone(), script.clone()));
            }
        });
        Self { url, seen }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn converse(mut stream: TcpStream, seen: Arc<Mutex<Vec<Seen>>>, script: Arc<Script>) {
    while let Some(request) = read(&mut stream).await {
        let count = {
            let mut seen = seen.lock().unwrap();
            seen.push(request.clone());
            seen.len() - 1
        };
        match script(count, &request) {
            Reply::Close => return,
            Reply::Silence => std::future::pending().await,
            Reply::Answer { status, body } => {
                let text = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                if stream.write_all(text.as_bytes()).await.is_err() {
                    return;
                }
            }
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let mut part = [0; 65_536];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Some(Seen { head: head.to_owned(), body: body.to_owned() });
            }
        }
        match stream.read(&mut part).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&part[..count]),
            _ => return None,
        }
    }
}

/// A URL on this machine where nothing listens.
pub async fn refusing_url() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// SDK settings with `url` as every service's endpoint, and no retries.
pub fn sdk(url: &str) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "id", "secret", None, None, "test",
        )))
        .endpoint_url(url)
        .http_client(aws::bootstrap::https_pool(Duration::from_secs(5)))
        .retry_config(RetryConfig::disabled())
        .build()
}
