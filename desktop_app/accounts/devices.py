"""The device's secret in the keyring of the operating system."""

from __future__ import annotations

from typing import Protocol

import keyring
from keyring.errors import KeyringError

from desktop_app.core.errors import DeviceError

_SERVICE = "jiceng"


class SecretKeeper(Protocol):
    """Where a device keeps secrets for a person who is logged in to it."""

    def get(self, name: str) -> str | None:
        """Return a secret, None if there is none.

        Raises:
            DeviceError: the device keeps no secrets.
        """
        ...

    def put(self, name: str, secret: str) -> None:
        """Keep a secret.

        Raises:
            DeviceError: the device keeps no secrets.
        """
        ...


class SystemKeyring:
    """Keychain, Credential Manager, Secret Service."""

    def get(self, name: str) -> str | None:
        """Return a secret, None if there is none.

        Raises:
            DeviceError: this system has no keyring, or it is locked (`device.keyring`).
        """
        try:
            found: str | None = keyring.get_password(_SERVICE, name)
        except KeyringError as error:
            raise DeviceError("device.keyring", type(error).__name__) from error
        return found

    def put(self, name: str, secret: str) -> None:
        """Keep a secret.

        Raises:
            DeviceError: this system has no keyring, or it is locked (`device.keyring`).
        """
        try:
            keyring.set_password(_SERVICE, name, secret)
        except KeyringError as error:
            raise DeviceError("device.keyring", type(error).__name__) from error
