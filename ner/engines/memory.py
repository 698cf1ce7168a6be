"""Gives freed memory back to the system."""

import ctypes


def return_freed_memory() -> None:
    """Gives the system what this process has freed and its C library keeps.

    glibc keeps most of it for the thread that freed it, which may never need as much again. Other C
    libraries have no such function; nothing happens there.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
