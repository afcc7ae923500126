//! Creates the tables for local use and tests; in an account the template does. Streams stay off.
use crate::convert;
use crate::dynamo::TableNames;
use app::store::limits::attribute;
use app::store::table::Index;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::client::Waiters;
use aws_sdk_dynamodb::error::{BuildError, DisplayErrorContext};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, TimeToLiveSpecification,
};
use std::time::Duration;

const READY_WITHIN: Duration = Duration::from_secs(60);
const INDEXES: [Index; 3] = [Index::Customer, Index::Due, Index::Pending];

/// Creates whichever of the three tables is not there yet, the ledger with its indexes, and waits until they
/// are ready. The error names the table.
pub async fn create_tables(client: &Client, names: &TableNames) -> Result<(), String> {
    create(client, &names.ledger, &INDEXES).await?;
    create(client, &names.connections, &[]).await?;
    if create(client, &names.idempotency, &[]).await? {
        expire(client, &names.idempotency).await?;
    }
    Ok(())
}

/// Answers whether the table is new.
async fn create(client: &Client, name: &str, indexes: &[Index]) -> Result<bool, String> {
    let built = |error: BuildError| format!("table {name}: {error}");
    let mut texts = vec![attribute::PK, attribute::SK];
    let mut request = client.create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
    for element in key_schema(attribute::PK, attribute::SK).map_err(built)? {
        request = request.key_schema(element);
    }
    for index in indexes {
        let schema = convert::index_schema(*index);
        texts.extend([schema.pk, schema.sk]);
        request = request.global_secondary_indexes(global_index(*index).map_err(built)?);
    }
    for text in texts {
        let definition =
            AttributeDefinition::builder().attribute_name(text).attribute_type(ScalarAttributeType::S);
        request = request.attribute_definitions(definition.build().map_err(built)?);
    }
    let is_new = match request.send().await {
        Ok(_) => true,
        Err(error) if error.as_service_error().is_some_and(|e| e.is_resource_in_use_exception()) => false,
        Err(error) => return Err(format!("table {name}: {}", DisplayErrorContext(&error))),
    };
    let ready = client.wait_until_table_exists().table_name(name).wait(READY_WITHIN).await;
    ready.map_err(|error| format!("table {name}: {}", DisplayErrorContext(&error)))?;
    Ok(is_new)
}

fn key_schema(pk: &str, sk: &str) -> Result<[KeySchemaElement; 2], BuildError> {
    let element = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
    Ok([element(pk, KeyType::Hash)?, element(sk, KeyType::Range)?])
}

fn global_index(index: Index) -> Result<GlobalSecondaryIndex, BuildError> {
    let schema = convert::index_schema(index);
    let projection = match index {
        Index::Due => Projection::builder()
            .projection_type(ProjectionType::Include)
            .non_key_attributes(attribute::SUMMARY),
        Index::Customer | Index::Pending => Projection::builder().projection_type(ProjectionType::KeysOnly),
    };
    GlobalSecondaryIndex::builder()
        .index_name(schema.name)
        .set_key_schema(Some(key_schema(schema.pk, schema.sk)?.to_vec()))
        .projection(projection.build())
        .build()
}

/// Lets the store remove expired records in its own time; readers still compare `expires_at`.
async fn expire(client: &Client, name: &str) -> Result<(), String> {
    let setting =
        TimeToLiveSpecification::builder().enabled(true).attribute_name(attribute::EXPIRES_AT).build();
    let setting = setting.map_err(|error| format!("table {name}: {error}"))?;
    let request = client.update_time_to_live().table_name(name).time_to_live_specification(setting);
    let sent = request.send().await;
    sent.map_err(|error| format!("table {name}: {}", DisplayErrorContext(&error)))?;
    Ok(())
}
