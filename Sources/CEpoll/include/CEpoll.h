#ifndef CEPOLL_H
#define CEPOLL_H

#include <stdint.h>

/* Linux's epoll, which Swift's Glibc module leaves out. No type of the C library is named here:
   a type that two modules declare belongs, for Swift, to whichever was loaded first. */

/* A descriptor on which something happened. */
struct cepoll_ready {
  uint32_t tag;
  uint8_t readable; /* or at its end, or failed: a read tells */
  uint8_t writable;
};

/* Makes an epoll descriptor; -1 and errno on failure. */
int cepoll_create(void);

/* Watches a descriptor for input, and for room to write where `writable` is not 0. */
int cepoll_add(int epoll, int descriptor, uint32_t tag, int writable);

/* Changes what a descriptor is watched for. */
int cepoll_change(int epoll, int descriptor, uint32_t tag, int writable);

/* Watches a descriptor no more. */
int cepoll_remove(int epoll, int descriptor);

/* Waits for at most `nanoseconds`; the number of descriptors put into `ready`, 0 when none. */
int cepoll_wait(int epoll, struct cepoll_ready *ready, int max, int64_t nanoseconds);

#endif
