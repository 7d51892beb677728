//! The rows of `0002_ways_in.sql`.

use coder_model::{template::AppHealth, token::HashedSecret};
use coder_store::{
    ReadConnection, agent_app_health,
    grants::{self, Grant},
};

use crate::initial::{at, id, key};

pub async fn read_back(read: &mut ReadConnection) {
    let grant = Grant {
        key: key("sessionkey"),
        hash: HashedSecret([5; 32]),
        scope: "terminal 00000000-0000-0000-0000-000000009001".to_owned(),
        expires_at: at(2000),
    };
    assert_eq!(grants::find(read, &key("grantkey01")).await.unwrap(), Some(grant));
    let health = agent_app_health::list(read, id(0x9001)).await.unwrap();
    assert_eq!(health, [("web".to_owned(), AppHealth::Unhealthy)]);
}
