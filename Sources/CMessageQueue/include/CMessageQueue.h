#ifndef CMESSAGEQUEUE_H
#define CMESSAGEQUEUE_H

#include <stddef.h>
#include <stdint.h>

/* POSIX message queues (mq_overview(7)), as descriptors that epoll watches. Swift cannot call
   `mq_open`, which is variadic. No type of the C library is named here: a type that two modules
   declare belongs, for Swift, to whichever was loaded first. Each answers -1 and sets errno on
   failure; where the system has no such descriptors errno is ENOSYS. */

/* Opens a queue that is there, to receive from it or to send to it; neither ever blocks. */
int cmq_open_receiving(const char *name);
int cmq_open_sending(const char *name);

/* Makes a queue, which must not be there, to receive from; `mode` is not less the umask. */
int cmq_create(const char *name, unsigned mode, long messages_max, long message_bytes_max);

/* How many messages a queue holds, and of how many bytes. */
int cmq_limits(int queue, long *messages_max, long *message_bytes_max);

/* Receives the oldest message; its length. `size` is at least the queue's longest message. */
long cmq_receive(int queue, void *bytes, size_t size);

int cmq_send(int queue, const void *bytes, size_t count);
int cmq_unlink(const char *name);

/* Says that this process serves a queue that it may receive from, until it ends or closes it. */
int cmq_claim(int queue);

/* 1 where a process has claimed a queue, which this one may send to or receive from; else 0. */
int cmq_is_claimed(int queue);

/* A descriptor that is readable once it was rung, until it is hushed. */
int cmq_bell(void);
int cmq_ring(int bell);
int cmq_hush(int bell);

int cmq_watcher(void);

/* Watches for messages (or the bell), or no more. */
int cmq_watch(int watcher, int descriptor, uint64_t tag);
int cmq_rest(int watcher, int descriptor, int resting, uint64_t tag);

/* Watches, once, for room in a queue. */
int cmq_watch_room(int watcher, int queue, uint64_t tag, int is_new);

/* Waits for at most that long; puts the tags of those that are ready into `tags`. */
int cmq_wait(int watcher, uint64_t *tags, int max, int milliseconds);

#endif
