// For comparison: the least that a Node function with the AWS SDK v3 does for one transaction.
import { DynamoDBClient, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";

const dynamodb = new DynamoDBClient({});
const runtime = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;
for (;;) {
  const event = await fetch(`${runtime}/next`);
  const requestId = event.headers.get("lambda-runtime-aws-request-id");
  await event.json();
  const put = {
    TableName: "ledger",
    Item: { pk: { S: "a" }, sk: { S: "b" } },
    ConditionExpression: "attribute_not_exists(pk)",
  };
  await dynamodb.send(new TransactWriteItemsCommand({ TransactItems: [{ Put: put }] }));
  await fetch(`${runtime}/${requestId}/response`, { method: "POST", body: "{}" });
}
