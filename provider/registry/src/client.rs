//! One HTTP request at a time, with limits on time and size.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use http::header::{AUTHORIZATION, HOST, LOCATION, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Bytes};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::error::RegistryError;
use crate::source::WebAddress;
use crate::url::Url;

const CONNECT: Duration = Duration::from_secs(10);
/// One whole exchange: 32 MiB in this time are 280 kB/s.
const EXCHANGE: Duration = Duration::from_secs(120);
const REDIRECTS: usize = 5;
const HEADER_FIELDS: usize = 100;
const BUFFER_BYTES: usize = 64 * 1024;
/// A signature file has four lines.
const SIGNATURE_BYTES: u64 = 8 * 1024;
/// What a token or the answer to an upload may have.
const SMALL_BYTES: u64 = 64 * 1024;

/// Sends requests. Every exchange has a connection of its own.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    tls: Arc<ClientConfig>,
}

/// What to send.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Largest body of a successful answer.
    pub(crate) max_bytes: u64,
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Ask {
    pub(crate) fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            max_bytes: SMALL_BYTES,
        }
    }
}

impl Client {
    pub(crate) fn new(tls: Arc<ClientConfig>) -> Self {
        Self { tls }
    }

    /// A file on a web server.
    pub(crate) async fn download(
        &self,
        WebAddress(url): &WebAddress,
        max_bytes: u64,
    ) -> Result<Vec<u8>, RegistryError> {
        let ask = Ask {
            max_bytes,
            ..Ask::new(Method::GET, url.clone())
        };
        let answer = self.follow(ask).await?;
        Ok(answer.expect(url, StatusCode::OK)?.body.to_vec())
    }

    /// The signature that lies beside a file on a web server; none when the server has none.
    pub(crate) async fn text_beside(
        &self,
        WebAddress(url): &WebAddress,
    ) -> Result<Option<String>, RegistryError> {
        let malformed = |reason: String| RegistryError::Malformed {
            url: url.to_string(),
            reason,
        };
        let beside = url.with(".minisig").map_err(malformed)?;
        let ask = Ask {
            max_bytes: SIGNATURE_BYTES,
            ..Ask::new(Method::GET, beside.clone())
        };
        let answer = self.follow(ask).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let body = answer.expect(&beside, StatusCode::OK)?.body;
        String::from_utf8(body.to_vec())
            .map(Some)
            .map_err(|_| malformed("its signature is no text".to_owned()))
    }

    /// Sends a request and follows redirects if it only reads. Credentials go to the first host only.
    pub(crate) async fn follow(&self, mut ask: Ask) -> Result<Answer, RegistryError> {
        for _ in 0..=REDIRECTS {
            let answer = self.send(&ask).await?;
            let location = answer.headers.get(LOCATION);
            let only_reads = matches!(ask.method, Method::GET | Method::HEAD);
            let redirected = answer.status.is_redirection() && only_reads;
            let (true, Some(location)) = (redirected, location) else {
                return Ok(answer);
            };
            let malformed = |reason: String| RegistryError::Malformed {
                url: ask.url.to_string(),
                reason,
            };
            let location = location
                .to_str()
                .map_err(|_| malformed("its `Location` is no text".to_owned()))?;
            let next = ask.url.leads_to(location).map_err(malformed)?;
            if next.origin() != ask.url.origin() {
                ask.headers.remove(AUTHORIZATION);
            }
            ask.url = next;
        }
        Err(RegistryError::Malformed {
            url: ask.url.to_string(),
            reason: format!("it is the end of more than {REDIRECTS} redirects"),
        })
    }

    /// Sends one request and reads the whole answer.
    pub(crate) async fn send(&self, ask: &Ask) -> Result<Answer, RegistryError> {
        let unreachable = |reason: String| RegistryError::Unreachable {
            url: ask.url.to_string(),
            reason,
        };
        let late = |_| unreachable(format!("no whole answer within {} s", EXCHANGE.as_secs()));
        timeout(EXCHANGE, self.exchange(ask)).await.map_err(late)?
    }

    async fn exchange(&self, ask: &Ask) -> Result<Answer, RegistryError> {
        let unreachable = |reason: String| RegistryError::Unreachable {
            url: ask.url.to_string(),
            reason,
        };
        let connect = TcpStream::connect((ask.url.host(), ask.url.port()));
        let stream = timeout(CONNECT, connect)
            .await
            .map_err(|_| unreachable(format!("no connection within {} s", CONNECT.as_secs())))?
            .map_err(|error| unreachable(error.to_string()))?;
        if !ask.url.is_encrypted() {
            return over(stream, ask).await;
        }
        let name = ServerName::try_from(ask.url.host().to_owned())
            .map_err(|error| unreachable(error.to_string()))?;
        let stream = TlsConnector::from(Arc::clone(&self.tls))
            .connect(name, stream)
            .await
            .map_err(|error| unreachable(innermost(&error)))?;
        over(stream, ask).await
    }
}

async fn over(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    ask: &Ask,
) -> Result<Answer, RegistryError> {
    let unreachable = |reason: String| RegistryError::Unreachable {
        url: ask.url.to_string(),
        reason,
    };
    let (mut sender, connection) = http1::Builder::new()
        .max_headers(HEADER_FIELDS)
        .max_buf_size(BUFFER_BYTES)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| unreachable(innermost(&error)))?;
    // Ends by itself when `sender` and the body are dropped.
    tokio::spawn(connection);
    let response = sender
        .send_request(request(ask)?)
        .await
        .map_err(|error| unreachable(innermost(&error)))?;
    let (parts, body) = response.into_parts();
    let answer = |body| Answer {
        status: parts.status,
        headers: parts.headers.clone(),
        body,
    };
    // Nobody reads what stands in a refusal.
    if !parts.status.is_success() || ask.method == Method::HEAD {
        return Ok(answer(Bytes::new()));
    }
    let max_bytes = ask.max_bytes;
    let too_large = |found: String| RegistryError::TooLarge {
        url: ask.url.to_string(),
        found,
        max_bytes,
    };
    // A server that says how much is coming is refused before it sends it.
    if let Some(len) = body.size_hint().exact()
        && len > max_bytes
    {
        return Err(too_large(format!("{len} bytes")));
    }
    let limit = usize::try_from(max_bytes).unwrap_or(usize::MAX);
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(answer(body.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => {
            Err(too_large("no end at that size".to_owned()))
        }
        Err(error) => Err(unreachable(innermost(&*error))),
    }
}

fn request(ask: &Ask) -> Result<Request<Full<Bytes>>, RegistryError> {
    let malformed = |reason: String| RegistryError::Malformed {
        url: ask.url.to_string(),
        reason,
    };
    let host =
        HeaderValue::from_str(ask.url.authority()).map_err(|error| malformed(error.to_string()))?;
    let mut request = Request::builder()
        .method(ask.method.clone())
        .uri(ask.url.target())
        .body(Full::new(ask.body.clone()))
        .map_err(|error| malformed(error.to_string()))?;
    let headers = request.headers_mut();
    headers.clone_from(&ask.headers);
    headers.insert(HOST, host);
    let agent = concat!("portcullis/", env!("CARGO_PKG_VERSION"));
    headers.insert(USER_AGENT, HeaderValue::from_static(agent));
    Ok(request)
}

impl Answer {
    /// The answer, when it has the status that the protocol expects here.
    pub(crate) fn expect(self, url: &Url, status: StatusCode) -> Result<Self, RegistryError> {
        match self.status {
            found if found == status => Ok(self),
            StatusCode::NOT_FOUND => Err(RegistryError::Missing {
                url: url.to_string(),
            }),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(RegistryError::Refused {
                url: url.to_string(),
                status: self.status.as_u16(),
                with: String::new(),
                host: url.authority().to_owned(),
            }),
            found => Err(RegistryError::Malformed {
                url: url.to_string(),
                reason: format!(
                    "it answered {} where {} was expected",
                    found.as_u16(),
                    status.as_u16()
                ),
            }),
        }
    }
}

/// The innermost cause: the outer ones only say that something failed.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
