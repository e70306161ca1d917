"""How it runs. Production is everything but a developer's machine, a local run and the tests."""

from pathlib import Path

from marketplace.environment import CHECKOUT, Environment, default_data_dir

env = Environment()

BASE_DIR: Path = CHECKOUT
DEBUG: bool = env.flag("DEBUG", default=False)
LOCAL_RUN: bool = env.flag("LOCAL_RUN", default=False)
PRODUCTION: bool = not (DEBUG or LOCAL_RUN)
DATA_DIR: Path = env.folder("DATA_DIR", default_data_dir())
HOST: str = env.text("HOST", "127.0.0.1")
PORT: int = env.number("PORT", 8000, least=1, most=65535)
TRUSTED_PROXIES: int = env.number("TRUSTED_PROXIES", 0, most=5)  # how many reverse proxies stand in front
DEVELOPER_KEY = "a-key-that-everybody-knows-and-production-refuses"
SECRET_KEY: str = env.text("SECRET_KEY", DEVELOPER_KEY)
SECRET_KEY_FALLBACKS: list[str] = env.names("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS: list[str] = env.names("ALLOWED_HOSTS") or ([] if PRODUCTION else ["*"])
