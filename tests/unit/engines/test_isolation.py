import subprocess
import sys

import pytest

from desktop_app.engines import isolation

NATIVE = """
import ctypes, sys
from desktop_app.engines import isolation
isolation.enter()
libc = ctypes.CDLL(None, use_errno=True)
print([libc.socket(family, kind, 0) for family in (2, 10, 1) for kind in (1, 2)])
"""
PYTHON = """
from desktop_app.engines import isolation
isolation.enter()
import socket
try:
    socket.socket()
    print("open")
except PermissionError:
    print("refused")
"""
CORE = """
import resource
from desktop_app.engines import isolation
isolation.enter()
print(resource.getrlimit(resource.RLIMIT_CORE))
"""


def output(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


@pytest.mark.skipif(sys.platform != "linux", reason="the filter of system calls is Linux's")
def test_native_code_gets_no_socket() -> None:
    assert output(NATIVE).strip() == str([-1] * 6)


def test_python_code_gets_no_socket() -> None:
    assert output(PYTHON).strip() == "refused"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no core files")
def test_no_core_file_holds_what_was_said() -> None:
    assert output(CORE).strip() == "(0, 0)"


def test_secrets_and_proxies_are_left_out() -> None:
    before = {
        "JICENG_PASSPHRASE": "a",
        "JICENG_PIN": "b",
        "HF_TOKEN": "c",
        "https_proxy": "d",
        "HTTP_PROXY": "e",
        "DBUS_SESSION_BUS_ADDRESS": "f",
        "PATH": "/bin",
        "LANG": "zh_CN.UTF-8",
    }
    after = isolation.scrubbed(before)
    assert {name: after[name] for name in after if name in before} == {"PATH": "/bin", "LANG": "zh_CN.UTF-8"}
    assert after["HF_HUB_OFFLINE"] == "1"
