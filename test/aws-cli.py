"""Runs commands of the AWS CLI in forks of one process that has loaded it: each by itself takes half a second to start.

python aws-cli.py serve SOCKET    says "ready", and listens there
python aws-cli.py call SOCKET …   is `aws …`: the same output, exit code, folder and environment
"""

import os
import sys


def call(path, arguments):
    # of which socket is made: to import that would double the time of a call, and json would take a quarter of it
    import _socket
    from array import array

    to = _socket.socket(_socket.AF_UNIX)
    to.connect(path)
    asked = {"arguments": arguments, "folder": os.getcwd(), "environment": dict(os.environ)}
    descriptors = (_socket.SOL_SOCKET, _socket.SCM_RIGHTS, array("i", [0, 1, 2]))
    to.sendmsg([repr(asked).encode()], [descriptors])
    to.shutdown(_socket.SHUT_WR)
    sys.exit(int(to.recv(3) or b"255"))


def serve(path):
    import ast
    import gc
    import signal
    import socket

    from awscli.clidriver import create_clidriver, main
    from botocore import hooks
    from botocore.loaders import JSONFileLoader, Loader

    load, kept = JSONFileLoader.load_file, {}

    def load_once(self, file):
        if file not in kept:
            kept[file] = load(self, file)
        return kept[file]

    list_services, listed = Loader.list_available_services, {}

    def list_once(self, type_name):
        asked = (type_name, *self.search_paths)
        if asked not in listed:
            listed[asked] = list_services(self, type_name)
        return listed[asked]

    alias, aliased = hooks.EventAliaser._alias_event_name, {}

    def alias_once(self, event_name):
        if event_name not in aliased:
            aliased[event_name] = alias(self, event_name)
        return aliased[event_name]

    JSONFileLoader.load_file = load_once
    Loader.list_available_services = list_once  # which looks into hundreds of folders
    # Each command registers hundreds of handlers anew, which takes half of its time: with names that are looked for in a
    # long list, and functions whose parameters are judged.
    hooks.EventAliaser._alias_event_name = alias_once
    hooks.accepts_kwargs = lambda _: True
    own_data = os.environ["AWS_DATA_PATH"]  # which the CLI has set

    session = create_clidriver().session  # loads the models, and the modules that are imported late
    session.create_client("kms", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    for type_name in ["service-2", "paginators-1", "waiters-2"]:
        session.get_component("data_loader").list_available_services(type_name)
    gc.freeze()  # or each fork would copy what it looks through for garbage

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(64)
    print("ready", flush=True)
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            text, descriptors, _, _ = socket.recv_fds(connection, 1 << 16, 3)
            while more := connection.recv(1 << 16):
                text += more
            asked = ast.literal_eval(text.decode())
            for number, descriptor in enumerate(descriptors):
                os.dup2(descriptor, number)
            os.chdir(asked["folder"])
            os.environ.clear()
            os.environ.update(asked["environment"])
            os.environ["AWS_DATA_PATH"] = os.pathsep.join(filter(None, [os.environ.get("AWS_DATA_PATH"), own_data]))
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            sys.argv = ["aws", *asked["arguments"]]
            code = main()
            sys.stdout.flush()
            sys.stderr.flush()
            connection.send(str(code).encode())
            os._exit(0)
        connection.close()


if __name__ == "__main__":
    serve(sys.argv[2]) if sys.argv[1] == "serve" else call(sys.argv[2], sys.argv[3:])
