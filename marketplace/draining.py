"""Whether this web server is about to stop: one flag that all its processes share, since they are forked from one."""

import ctypes
import multiprocessing

_begun = multiprocessing.RawValue(ctypes.c_bool, False)  # noqa: FBT003 - how ctypes is spelt


def begin() -> None:
    _begun.value = True


def has_begun() -> bool:
    return bool(_begun.value)
