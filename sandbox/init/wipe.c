/* Memory that holds values: kept out of dumps and children, locked, and overwritten when it is done with. */
#include "frame.h"

#include <string.h>
#include <sys/mman.h>

void wipe(void *at, size_t length) {
    if (length == 0) return;
    memset(at, 0, length);
    __asm__ __volatile__("" : : "r"(at) : "memory");
}

bool equal_secret(const void *one, const void *other, size_t length) {
    const volatile uint8_t *a = one, *b = other;
    uint8_t differs = 0;
    for (size_t i = 0; i < length; i++) differs |= a[i] ^ b[i];
    return differs == 0;
}

void *secret_map(size_t length, bool fork) {
    void *at = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) return NULL;
    madvise(at, length, MADV_DONTDUMP);
    if (!fork) madvise(at, length, MADV_DONTFORK);
#ifdef MLOCK_ONFAULT
    /* Where the limit forbids it, swap is the host's matter. */
    if (mlock2(at, length, MLOCK_ONFAULT) == 0) return at;
#endif
    return at;
}

void secret_unmap(void *at, size_t length) {
    if (at == NULL) return;
    wipe(at, length);
    munmap(at, length);
}
