//! The ports that a function was not given: using one fails and says so.
use app::ports::{Answer, Blobs, HandOff, Http, Mailer, OutgoingMail, Queue, Unavailable};
use app::queues::{Outgoing, QueueName};
use bytes::Bytes;
use connectors::call::{Request, Response};
use connectors::fault::Fault;

pub struct NotGiven;

const WHY: &str = "this function was not given this port";

impl Queue for NotGiven {
    fn send<'a>(&'a self, _: QueueName, _: Vec<Outgoing>) -> Answer<'a, Result<(), Unavailable>> {
        Box::pin(async { Err(Unavailable { what: "queue", why: WHY.into() }) })
    }
}

impl Http for NotGiven {
    fn send<'a>(&'a self, _: Request) -> Answer<'a, Result<Response, Fault>> {
        Box::pin(async { Err(Fault::before_send(WHY)) })
    }
}

impl Mailer for NotGiven {
    fn send<'a>(&'a self, _: OutgoingMail) -> Answer<'a, HandOff> {
        Box::pin(async { HandOff::NotSent { why: WHY.into(), is_permanent: false } })
    }
}

impl Blobs for NotGiven {
    fn put<'a>(&'a self, _: &'a str, _: &'a str, _: Bytes) -> Answer<'a, Result<(), Unavailable>> {
        Box::pin(async { Err(Unavailable { what: "bucket", why: WHY.into() }) })
    }

    fn get<'a>(&'a self, _: &'a str, _: &'a str) -> Answer<'a, Result<Option<Bytes>, Unavailable>> {
        Box::pin(async { Err(Unavailable { what: "bucket", why: WHY.into() }) })
    }
}
