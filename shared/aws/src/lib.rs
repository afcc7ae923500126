pub mod convert;
pub mod dynamo;
pub mod schema;
