//! The port of systems whose hosts know no unix sockets: Windows.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::{TcpListener, TcpStream};

use crate::serve::environment::Environment;
use crate::serve::error::Error;

/// A TCP port of this machine alone.
#[derive(Debug)]
pub(in crate::serve) struct TcpPort {
    listener: TcpListener,
    address: SocketAddr,
}

impl TcpPort {
    /// Takes the first free port of PLUGIN_MIN_PORT to PLUGIN_MAX_PORT, or any when the host names none.
    pub(in crate::serve) fn bind(environment: &Environment) -> Result<Self, Error> {
        let ports = environment.ports.clone().unwrap_or(0..=0);
        let tried = format!("on ports {} to {}", ports.start(), ports.end());
        let mut last = io::Error::from(io::ErrorKind::InvalidInput);
        for port in ports {
            match bind_to(port) {
                Ok(bound) => return Ok(bound),
                Err(error) => last = error,
            }
        }
        let remedy = "Free one of them; Terraform chose the range.";
        Err(Error::Listen {
            tried,
            remedy,
            source: last,
        })
    }

    /// As the handshake and TF_REATTACH_PROVIDERS want it: network and address.
    pub(in crate::serve) fn address(&self) -> (&'static str, String) {
        ("tcp", self.address.to_string())
    }

    pub(super) async fn accept(&self) -> io::Result<TcpStream> {
        let stream = self.listener.accept().await?.0;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

fn bind_to(port: u16) -> io::Result<TcpPort> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    Ok(TcpPort {
        listener: TcpListener::from_std(listener)?,
        address,
    })
}

#[cfg(test)]
mod tests {
    use super::{Environment, TcpPort};

    fn bind(ports: Option<std::ops::RangeInclusive<u16>>) -> Result<TcpPort, super::Error> {
        TcpPort::bind(&Environment {
            ports,
            ..Environment::default()
        })
    }

    #[tokio::test]
    async fn a_taken_port_is_passed_over_and_a_taken_range_is_an_error() {
        let first = bind(None).unwrap();
        let taken = first.address.port();
        let (network, address) = first.address();
        assert_eq!((network, address), ("tcp", format!("127.0.0.1:{taken}")));
        let error = bind(Some(taken..=taken)).unwrap_err();
        assert!(
            error
                .to_string()
                .contains(&format!("on ports {taken} to {taken}")),
            "{error}"
        );
        let last = taken.saturating_add(50);
        let next = bind(Some(taken..=last)).unwrap();
        assert!((taken + 1..=last).contains(&next.address.port()));
        let client = tokio::net::TcpStream::connect(next.address);
        let (client, accepted) = tokio::join!(client, next.accept());
        assert_eq!(
            client.unwrap().local_addr().unwrap(),
            accepted.unwrap().peer_addr().unwrap()
        );
    }
}
