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

    def containing(self, *words):
        """Records whose keys or body name all the words, wherever they stand."""
        return [row for row in self.records() if all(word in json.dumps(row) for word in words)]

    def invoices(self):
        return [row for row in self.records() if row["pk"].split("#")[0].upper() in ("INV", "INVOICE")]

    def timeline(self, event):
        """Timeline entries of a kind of event, in either spelling: `CashApplied` or `cash_applied`."""
        snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in event).lstrip("_")
        spellings = {f'"{event}"', f'"{snake}"', f'"{snake.replace("_", "-")}"'}
        return [row for row in self.records() if any(name in json.dumps(row["body"]) for name in spellings)]
