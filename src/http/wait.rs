//! What somebody who tried too often is told.

use actix_web::HttpResponse;
use actix_web::http::header::RETRY_AFTER;

/// What a page says to somebody who has to wait.
pub(super) fn too_many(seconds: i64) -> String {
    format!("There were too many tries. Wait {}, then try again.", in_words(seconds))
}

/// Adds how long to wait to an answer.
pub(super) fn retry_after(mut response: HttpResponse, seconds: i64) -> HttpResponse {
    response.headers_mut().insert(RETRY_AFTER, seconds.into());
    response
}

fn in_words(seconds: i64) -> String {
    match seconds {
        1 => "1 second".to_owned(),
        ..=0 | 2..120 => format!("{seconds} seconds"),
        120..7_200 => format!("{} minutes", seconds.saturating_add(59).div_euclid(60)),
        _ => format!("{} hours", seconds.saturating_add(3_599).div_euclid(3_600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_said_in_words() {
        for (seconds, text) in [
            (1, "1 second"),
            (30, "30 seconds"),
            (119, "119 seconds"),
            (121, "3 minutes"),
            (7_201, "3 hours"),
        ] {
            assert_eq!(in_words(seconds), text);
        }
    }
}
