"""What requests take from the environment of the process: the way to a system, and nothing that is said there."""

import requests


def take_proxies_and_certificates(session: requests.Session, url: str) -> None:
    """Gives a session the proxies and certificates that the environment names for an address, and nothing else of it.

    Left to itself, requests takes a user name and a password for the address out of `~/.netrc` and puts them where the
    connector's own credentials belong. It also goes through all environment variables twice for every request, which is
    a fifth of the time that a person from Huma costs.

    Args:
        session: The session. What it has of its own wins.
        url: The only address it will be used for.
    """
    settings = session.merge_environment_settings(url, {}, None, None, None)
    session.proxies, session.verify, session.cert = settings["proxies"], settings["verify"], settings["cert"]
    session.trust_env = False
