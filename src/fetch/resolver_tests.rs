//! Names answered by a name server of ours, and which of their addresses get through.

use std::net::UdpSocket;

use hickory_resolver::config::NameServerConfig;

use super::*;

/// The addresses each name has.
const ZONE: &[(&str, &[&str])] = &[
    ("public.test", &["93.184.215.14", "2606:2800:21f:cb07::1"]),
    ("private.test", &["10.0.0.5"]),
    ("private6.test", &["fd12::1"]),
    ("mapped.test", &["::ffff:127.0.0.1"]),
    ("metadata.test", &["169.254.169.254"]),
    ("mixed.test", &["127.0.0.1", "93.184.215.14"]),
];

/// Answers A and AAAA questions from the zone (RFC 1035 section 4).
fn name_server() -> u16 {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let mut buffer = [0u8; 1500];
        while let Ok((count, from)) = socket.recv_from(&mut buffer) {
            let _ = socket.send_to(&answer(&buffer[..count]), from);
        }
    });
    port
}

fn answer(query: &[u8]) -> Vec<u8> {
    let mut labels = Vec::new();
    let mut at = 12;
    while query[at] != 0 {
        let length = usize::from(query[at]);
        labels.push(String::from_utf8_lossy(&query[at + 1..=at + length]).to_ascii_lowercase());
        at += length + 1;
    }
    let kind = query[at + 2];
    let name = labels.join(".");
    let zone = ZONE.iter().find(|(known, _)| *known == name).map(|(_, list)| *list);
    let records: Vec<Vec<u8>> = zone
        .unwrap_or_default()
        .iter()
        .filter_map(|text| match (text.parse().unwrap(), kind) {
            (IpAddr::V4(address), 1) => Some(address.octets().to_vec()),
            (IpAddr::V6(address), 28) => Some(address.octets().to_vec()),
            _ => None,
        })
        .collect();
    let mut out = query[..2].to_vec();
    out.extend([0x81, if zone.is_some() { 0x80 } else { 0x83 }, 0, 1, 0]);
    out.push(u8::try_from(records.len()).unwrap());
    out.extend([0, 0, 0, 0]);
    out.extend(&query[12..at + 5]);
    for record in records {
        out.extend([0xc0, 12, 0, kind, 0, 1, 0, 0, 0, 60, 0]);
        out.push(u8::try_from(record.len()).unwrap());
        out.extend(record);
    }
    out
}

fn lookup() -> Lookup {
    let mut server = NameServerConfig::udp(Ipv4Addr::LOCALHOST.into());
    server.connections[0].port = name_server();
    let config = ResolverConfig::from_name_servers(vec![server]);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    builder.options_mut().ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
    Lookup(Arc::new(builder.build().unwrap()))
}

async fn resolve(lookup: &Lookup, policy: Policy, name: &str) -> Result<Vec<IpAddr>, LookupError> {
    let guarded = Guarded { lookup: lookup.clone(), policy };
    match guarded.resolve(name.parse().unwrap()).await {
        Ok(addresses) => Ok(addresses.map(|address| address.ip()).collect()),
        Err(error) => Err(*error.downcast_ref::<LookupError>().unwrap()),
    }
}

#[tokio::test]
async fn only_admitted_addresses_get_through() {
    let lookup = lookup();
    let all = |name: &str| -> Vec<IpAddr> {
        let (_, list) = ZONE.iter().find(|(known, _)| *known == name).unwrap();
        list.iter().map(|text| text.parse().unwrap()).collect()
    };
    let mut public = resolve(&lookup, Policy::Public, "public.test").await.unwrap();
    public.sort();
    assert_eq!(public, all("public.test"));
    let mixed = resolve(&lookup, Policy::Public, "mixed.test").await.unwrap();
    assert_eq!(mixed, ["93.184.215.14".parse::<IpAddr>().unwrap()]);
    let mixed = resolve(&lookup, Policy::PrivateOnly, "mixed.test").await.unwrap();
    assert_eq!(mixed, ["127.0.0.1".parse::<IpAddr>().unwrap()]);
    for name in ["private.test", "private6.test", "mapped.test", "metadata.test", "localhost"] {
        let refused = resolve(&lookup, Policy::Public, name).await;
        assert!(matches!(refused, Err(LookupError::Refused(_))), "{name}: {refused:?}");
    }
    for name in ["private.test", "private6.test", "mapped.test", "x.localhost", "localhost."] {
        assert!(resolve(&lookup, Policy::Any, name).await.is_ok(), "{name}");
    }
    let never = resolve(&lookup, Policy::Any, "metadata.test").await;
    assert!(matches!(never, Err(LookupError::Refused(_))), "{never:?}");
    let nowhere = resolve(&lookup, Policy::Any, "nowhere.test").await;
    assert!(matches!(nowhere, Err(LookupError::NotFound)), "{nowhere:?}");
}
