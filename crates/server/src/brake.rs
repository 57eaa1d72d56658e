//! A limit on how many questions one reader may ask, so that nobody can keep the server from the others.
//!
//! Readers are told apart by address; of an IPv6 address by its first 64 bits, because a household has all the rest.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::Problem;
use crate::problem::Kind;
use crate::settings::Settings;

/// So many seconds' worth of questions may come at once.
const AT_ONCE: u32 = 10;
/// After so many questions readers are forgotten who have not asked for a while.
const FORGET_EVERY: u32 = 10_000;
/// Where a proxy tells for whom it asks.
const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The limit of one server.
#[derive(Debug, Clone)]
pub(crate) struct Brake {
    limiter: Arc<DefaultKeyedRateLimiter<Household>>,
    asked: Arc<AtomicU32>,
    behind_proxy: bool,
}

impl Brake {
    /// The limit that the settings ask for.
    pub(crate) fn new(settings: &Settings) -> Option<Self> {
        let quota = quota(settings.questions_per_second?);
        let limiter = Arc::new(RateLimiter::keyed(quota));
        Some(Self { limiter, asked: Arc::default(), behind_proxy: settings.behind_proxy })
    }

    /// Nothing, or the refusal.
    fn check(&self, reader: Household) -> Option<Response> {
        if self.asked.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        self.limiter.check_key(&reader).err().map(|until| {
            let seconds = until.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
            let detail =
                format!("ask again in {seconds} s; whole releases come in one answer at /v1/releases/ID/package");
            let mut response = Problem::new(Kind::TooFast, detail).into_response();
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            response
        })
    }
}

fn quota(per_second: NonZeroU32) -> Quota {
    Quota::per_second(per_second).allow_burst(per_second.saturating_mul(NonZeroU32::MIN.saturating_add(AT_ONCE - 1)))
}

/// Lets a question through, or says when to ask again.
pub(crate) async fn brake(State(brake): State<Brake>, mut request: Request, next: Next) -> Response {
    let reader = address(request.headers(), request.extensions(), brake.behind_proxy);
    let reader = Household::of(reader.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)));
    request.extensions_mut().insert(reader);
    match brake.check(reader) {
        None => next.run(request).await,
        Some(refusal) => refusal,
    }
}

/// Who asks: whoever is connected, or for whom the proxy asks. A proxy adds its own reader at the end of the header; what
/// stands before that anybody may have written.
pub(crate) fn address(headers: &HeaderMap, extensions: &Extensions, behind_proxy: bool) -> Option<IpAddr> {
    let forwarded = || {
        let last = headers.get_all(FORWARDED).iter().next_back()?.to_str().ok()?;
        last.rsplit(',').next()?.trim().parse().ok()
    };
    let connected = || extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
    if behind_proxy { forwarded().or_else(connected) } else { connected() }
}

/// A reader, as far as readers are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Household(IpAddr);

impl Household {
    /// The one behind an address.
    pub(crate) fn of(address: IpAddr) -> Self {
        Self(match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(six) => match six.to_ipv4_mapped() {
                Some(four) => IpAddr::V4(four),
                None => IpAddr::V6(Ipv6Addr::from(u128::from(six) >> 64 << 64)),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_are_told_apart_by_what_they_cannot_choose() {
        for (address, reader) in
            [("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
        {
            assert_eq!(Household::of(address.parse().expect("an address")).0.to_string(), reader);
        }
        let headers = HeaderMap::from_iter([(FORWARDED, HeaderValue::from_static("198.51.100.7, 203.0.113.9"))]);
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo::<SocketAddr>("127.0.0.1:5".parse().expect("an address")));
        let of = |behind| address(&headers, &extensions, behind).map(|address| address.to_string());
        assert_eq!((of(false).as_deref(), of(true).as_deref()), (Some("127.0.0.1"), Some("203.0.113.9")));
        assert_eq!(address(&HeaderMap::new(), &extensions, true).map(|a| a.to_string()).as_deref(), Some("127.0.0.1"));
    }

    #[test]
    fn one_reader_does_not_use_up_what_another_has() {
        let settings = Settings { questions_per_second: NonZeroU32::new(2), ..Settings::default() };
        let brake = Brake::new(&settings).expect("a limit");
        let [one, other] = [1, 2].map(|last| Household::of(IpAddr::V4(Ipv4Addr::new(192, 0, 2, last))));
        let passed = (0..100).filter(|_| brake.check(one).is_none()).count();
        assert!((20..=22).contains(&passed), "{passed}");
        let refused = brake.check(one).expect("too fast");
        assert_eq!(refused.status(), axum::http::StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.headers()[header::RETRY_AFTER], "1");
        assert!(brake.check(other).is_none());
    }
}
