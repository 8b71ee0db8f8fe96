// Counts the bytes that a process asks of the C library's allocator: a shared object for
// LD_PRELOAD, whose malloc and its relatives stand before glibc's and give the work to them. A
// peer of bench/peers finds the two functions at the end by dlsym. While nobody counts, an
// allocation pays a branch.
//
// A block counts as many bytes as were asked for, one that changes its size all of its new ones.
// Freeing gives nothing back. Memory that a library maps itself is not seen.
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

// glibc's own, by names that need no dlsym, which would allocate itself.
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static atomic_bool counting;
static atomic_ullong allocated;

static inline void count(size_t size) {
    if (__builtin_expect(atomic_load_explicit(&counting, memory_order_relaxed), 0))
        atomic_fetch_add_explicit(&allocated, size, memory_order_relaxed);
}

void *malloc(size_t size) {
    count(size);
    return __libc_malloc(size);
}

void *calloc(size_t n, size_t size) {
    count(n * size);
    return __libc_calloc(n, size);
}

void *realloc(void *block, size_t size) {
    count(size);
    return __libc_realloc(block, size);
}

void *reallocarray(void *block, size_t n, size_t size) {
    size_t all;
    if (__builtin_mul_overflow(n, size, &all)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(block, all);
}

void *memalign(size_t alignment, size_t size) {
    count(size);
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

void *valloc(size_t size) { return memalign((size_t)sysconf(_SC_PAGESIZE), size); }

int posix_memalign(void **block, size_t alignment, size_t size) {
    if (alignment == 0 || alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
    const int before = errno; // is not this function's to set
    void *aligned = memalign(alignment, size);
    errno = before;
    if (aligned == NULL) return ENOMEM;
    *block = aligned;
    return 0;
}

// packedlstm_count_allocations counts from 0 on, or stops counting.
void packedlstm_count_allocations(int on) {
    if (on) atomic_store(&allocated, 0);
    atomic_store(&counting, on != 0);
}

// packedlstm_allocated_bytes returns what was counted last.
unsigned long long packedlstm_allocated_bytes(void) { return atomic_load(&allocated); }
