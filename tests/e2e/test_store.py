"""The emulator's DynamoDB answers as the table in memory does, which the stories and the simulation stand on."""
import os
import subprocess

from bundle import programs

# More on demand: DUNLIN_SEQUENCES=10000.
SEQUENCES = os.environ.get("DUNLIN_SEQUENCES", "1000")


def test_the_store_is_equal(gateway):
    command = [str(programs()["dunlin"]), "contract", "--endpoint", gateway, "--sequences", SEQUENCES]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"equal: {SEQUENCES} sequences"), done.stdout
    print(done.stdout)
