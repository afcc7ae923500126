"""Reads the ledger table for the tests. The only place that knows how records look: JSON in the attribute `body`."""
import json


class Ledger:
    def __init__(self, dynamodb, table):
        self.dynamodb, self.table = dynamodb, table

    def records(self):
        """Every record: its keys and its body. The ledgers of tests are small."""
        rows, start = [], {}
        while True:
            page = self.dynamodb.scan(TableName=self.table, ConsistentRead=True, **start)
            for item in page["Items"]:
                row = {name: next(iter(value.values())) for name, value in item.items()}
                rows.append({**row, "body": json.loads(row.get("body") or "{}")})
            if "LastEvaluatedKey" not in page:
                return rows
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def count(self):
        return len(self.records())

    def states(self, kind):
        """The present state of every item of a kind, by the mark in its key: `INV`, `PAY`, `TSK`."""
        rows = (row for row in self.records() if row["sk"] == "STATE")
        return [row["body"]["state"] for row in rows if row["pk"].split("#")[1] == kind]

    def timeline(self, event):
        """The events of a kind, such as `cash_applied`; each commit has told one."""
        entries = (row["body"] for row in self.records() if row["sk"].startswith("T#"))
        return [entry["event"] for entry in entries if entry["event"]["is"] == event]

    def holds(self):
        """Every reason that was told for not chasing an item."""
        return {item["hold"] for event in self.timeline("dunning_held") for item in event["holds"]}
