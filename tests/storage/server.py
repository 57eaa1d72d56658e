"""An S3 server for the tests of warehouses in a bucket: moto, with signatures checked and conditional writes in order.

    python tests/storage/server.py PORT

makes the bucket `panoh-test`, prints what a shell must export to use it, and serves until it is ended. Port 0 takes a
free one. moto looks whether an object exists and then writes it; only because one request is answered after the other are
these one step here.
"""

import json
import os
import sys
from threading import Thread

# As many actions as `prepare` takes need no credentials; every later request is checked. Read when moto is imported.
os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "4"

import boto3
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

BUCKET = "panoh-test"
MAY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


class Quiet(WSGIRequestHandler):
    def log_request(self, *_: object) -> None:
        pass


def prepare(endpoint: str) -> dict[str, str]:
    """Makes the user and the bucket; the user's access key."""
    nobody = {"aws_access_key_id": "nobody", "aws_secret_access_key": "nothing", "region_name": "us-east-1"}
    iam = boto3.client("iam", endpoint_url=endpoint, **nobody)
    iam.create_user(UserName="panoh")
    key = iam.create_access_key(UserName="panoh")["AccessKey"]
    iam.put_user_policy(UserName="panoh", PolicyName="buckets", PolicyDocument=json.dumps(MAY))
    boto3.client("s3", endpoint_url=endpoint, **nobody).create_bucket(Bucket=BUCKET)
    return key


def main() -> None:
    app = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", int(sys.argv[1]), app, threaded=False, request_handler=Quiet)
    serving = Thread(target=server.serve_forever, daemon=True)
    serving.start()
    endpoint = f"http://127.0.0.1:{server.server_port}"
    key = prepare(endpoint)
    print(f"export PANOH_TEST_S3={endpoint}")
    print(f"export AWS_ACCESS_KEY_ID={key['AccessKeyId']}")
    print(f"export AWS_SECRET_ACCESS_KEY={key['SecretAccessKey']}", flush=True)
    serving.join()


if __name__ == "__main__":
    main()
