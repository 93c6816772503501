//! The least of an HTTP/1.1 client: one keep-alive connection, one request at a time. It costs
//! a few microseconds per request, so that what is measured is the server.

use std::fmt::Write as _;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Where requests go.
#[derive(Clone)]
pub struct Target {
    pub address: SocketAddr,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    /// Status line and headers, without the empty line.
    pub head: String,
    pub body: String,
}

impl Answer {
    /// Names and values, in order.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.head.split("\r\n").skip(1).filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name, value.trim()))
        })
    }

    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The name and value of each cookie set, as a request sends them back.
    pub fn cookies(&self) -> impl Iterator<Item = &str> {
        self.headers()
            .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
            .filter_map(|(_, value)| value.split(';').next())
    }

    /// The answer itself when it has this status; ends the run otherwise.
    pub fn expect(self, status: u16, what: &str) -> Self {
        let body: String = self.body.chars().take(2_000).collect();
        assert!(self.status == status, "{what}: wanted {status}, got {}\n{body}", self.head);
        self
    }
}

/// A request being written.
pub struct Request {
    text: String,
}

impl Request {
    pub fn new(method: &str, path: &str, target: &Target) -> Self {
        let mut text = String::with_capacity(1_024);
        let address = target.address;
        write!(text, "{method} {path} HTTP/1.1\r\nhost: {address}\r\naccept: */*\r\n").unwrap();
        Self { text }
    }

    pub fn get(path: &str, target: &Target) -> Self {
        Self::new("GET", path, target)
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        write!(self.text, "{name}: {value}\r\n").unwrap();
        self
    }

    pub fn body(mut self, media_type: &str, body: &str) -> Self {
        let length = body.len();
        write!(self.text, "content-type: {media_type}\r\ncontent-length: {length}\r\n\r\n{body}")
            .unwrap();
        self
    }

    pub fn form(self, body: &str) -> Self {
        self.body("application/x-www-form-urlencoded", body)
    }

    pub fn end(mut self) -> Self {
        self.text.push_str("\r\n");
        self
    }
}

/// One connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub async fn open(target: &Target) -> std::io::Result<Self> {
        let stream = TcpStream::connect(target.address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 << 10) })
    }

    pub async fn send(&mut self, request: Request) -> std::io::Result<Answer> {
        self.stream.write_all(request.text.as_bytes()).await?;
        self.buffer.clear();
        let end = loop {
            self.more().await?;
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        let status = head.get(9..12).and_then(|digits| digits.parse().ok()).unwrap_or_default();
        let mut answer = Answer { status, head, body: String::new() };
        assert!(answer.header("transfer-encoding").is_none(), "an answer of unstated length");
        let length = answer.header("content-length").map_or(0, |text| text.parse().unwrap());
        while self.buffer.len() < end + 4 + length {
            self.more().await?;
        }
        answer.body = String::from_utf8_lossy(&self.buffer[end + 4..]).into_owned();
        Ok(answer)
    }

    async fn more(&mut self) -> std::io::Result<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

/// Percent-encodes all but the unreserved characters.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").unwrap();
        }
    }
    out
}

/// The value of a parameter of an address.
pub fn parameter(address: &str, name: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// Path and query of an absolute address.
pub fn path_of(address: &str) -> &str {
    let host = address.find("://").map_or(0, |at| at + 3);
    address[host..].find('/').map_or("/", |at| &address[host + at..])
}
