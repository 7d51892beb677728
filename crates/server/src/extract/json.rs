//! A JSON body. Bounded by the router's body limit; errors name the place, never the content.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;

use crate::error::HttpError;

/// A JSON body, or a JSON answer.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = HttpError;

    async fn from_request(request: Request, state: &S) -> Result<Self, HttpError> {
        let body = Bytes::from_request(request, state).await.map_err(|rejection| unreadable(&rejection))?;
        let refused = |detail: String| {
            HttpError::new(StatusCode::BAD_REQUEST, "Request body must be valid JSON.").with_detail(detail)
        };
        // serde would also read an array as the fields of an object, in order.
        let parsed = if body.trim_ascii_start().starts_with(b"{") {
            serde_json::from_slice(&body).map(Self).map_err(|error| refused(place(&error)))
        } else {
            Err(refused("expected an object".to_owned()))
        };
        wipe(body);
        parsed
    }
}

/// The characters that begin markup are escaped inside strings, the only place where JSON can have them: an answer that is
/// mistaken for a page stays harmless.
impl<T: serde::Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        let text = match serde_json::to_vec(&self.0) {
            Ok(text) => text,
            Err(error) => {
                return HttpError::internal(format!("an answer cannot be written: {error}")).into_response();
            }
        };
        let mut body = Vec::with_capacity(text.len());
        for byte in text {
            match byte {
                b'<' => body.extend_from_slice(br"\u003c"),
                b'>' => body.extend_from_slice(br"\u003e"),
                b'&' => body.extend_from_slice(br"\u0026"),
                other => body.push(other),
            }
        }
        ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response()
    }
}

fn unreadable(rejection: &BytesRejection) -> HttpError {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            HttpError::new(StatusCode::PAYLOAD_TOO_LARGE, "Request body is too large.")
                .with_detail("Send less at once; the user guide lists the limits.")
        }
        status => HttpError::new(status, "Request body could not be read.")
            .with_detail("It ended early or came too slowly. Send the request again."),
    }
}

/// A secret may have been in the body. Where nothing else holds the buffer, it is wiped before it is freed.
fn wipe(body: Bytes) {
    if let Ok(mut buffer) = body.try_into_mut() {
        zeroize::Zeroize::zeroize(buffer.as_mut());
    }
}

/// What serde_json says, without what it found: `invalid type: string "hunter2", expected a boolean` would put a
/// misplaced secret into the answer and into people's logs.
fn place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match (error.classify(), text.split_once(", expected ")) {
        (serde_json::error::Category::Data, Some((_, expected))) => format!("expected {expected}"),
        (serde_json::error::Category::Data, None)
            if text.starts_with("unknown") || text.starts_with("invalid") =>
        {
            format!("a value is not of the expected kind at line {} column {}", error.line(), error.column())
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn errors_name_the_place_and_never_the_content() {
        #[derive(serde::Deserialize, Debug)]
        #[allow(dead_code)]
        struct Body {
            enabled: bool,
        }
        for (body, said) in [
            (r#"{"enabled":"hunter2"}"#, "expected a boolean at line 1 column 20"),
            (r#"{"enabled":true,"enabled":true}"#, "duplicate field `enabled` at line 1 column 25"),
            (r#"{"enabled":"hunter2"#, "EOF while parsing a string at line 1 column 19"),
        ] {
            let error = place(&serde_json::from_str::<Body>(body).unwrap_err());
            assert_eq!(error, said);
        }
    }
}
