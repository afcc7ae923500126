//! The ports of `app` on AWS, and the run loops of the Lambda binaries. The one crate that knows the SDK, the
//! environment, the clock and the network.
pub mod bootstrap;
pub mod clock;
pub mod convert;
pub mod dynamo;
pub mod https;
pub mod not_given;
pub mod s3;
pub mod schema;
pub mod seal;
pub mod secrets;
pub mod serve;
pub mod ses;
pub mod sqs;
pub mod warm;
