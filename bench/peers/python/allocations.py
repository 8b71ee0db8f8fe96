"""What a call asks of the C library's allocator: bench/peers/allocations counts it, where it is preloaded."""

import ctypes


def during(call):
    """The bytes of a call, None where nobody counts."""
    try:
        program = ctypes.CDLL(None)
        count, allocated = program.packedlstm_count_allocations, program.packedlstm_allocated_bytes
    except (AttributeError, TypeError):  # TypeError: Windows has no such library
        return None
    allocated.restype = ctypes.c_ulonglong
    count(1)
    call()
    count(0)
    return allocated()
