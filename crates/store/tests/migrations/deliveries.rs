//! The rows of `0003_deliveries.sql`.

use coder_model::workspace::DeliveryRecord;
use coder_store::{ReadConnection, agent_deliveries, builds};

use crate::initial::id;

pub async fn read_back(read: &mut ReadConnection) {
    let delivered = DeliveryRecord {
        id: id(0xc001),
        name: "api key".to_owned(),
        env_name: Some("API_KEY".to_owned()),
        file_path: Some("~/.key".to_owned()),
        value_revision: 2,
    };
    assert_eq!(agent_deliveries::list(read, id(0x9001)).await.unwrap(), [delivered]);
    assert!(builds::find(read, id(0xb105)).await.unwrap().unwrap().build.then_start);
}
