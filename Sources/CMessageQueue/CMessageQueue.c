#define _GNU_SOURCE
#include "CMessageQueue.h"

#include <errno.h>

#ifdef __linux__

#include <fcntl.h>
#include <mqueue.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EVENTS_MAX = 64 };

int cmq_open_receiving(const char *name) {
  return (int)mq_open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

int cmq_open_sending(const char *name) {
  return (int)mq_open(name, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
}

int cmq_create(const char *name, unsigned mode, long messages_max, long message_bytes_max) {
  struct mq_attr limits = {.mq_maxmsg = messages_max, .mq_msgsize = message_bytes_max};
  int flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_CREAT | O_EXCL;
  int queue = (int)mq_open(name, flags, (mode_t)(mode & 0600), &limits);
  if (queue >= 0 && fchmod(queue, (mode_t)mode) != 0) {
    int fault = errno;
    mq_unlink(name);
    close(queue);
    errno = fault;
    return -1;
  }
  return queue;
}

int cmq_limits(int queue, long *messages_max, long *message_bytes_max) {
  struct mq_attr limits;
  if (mq_getattr((mqd_t)queue, &limits) != 0) return -1;
  *messages_max = limits.mq_maxmsg;
  *message_bytes_max = limits.mq_msgsize;
  return 0;
}

long cmq_receive(int queue, void *bytes, size_t size) {
  return (long)mq_receive((mqd_t)queue, bytes, size, NULL);
}

int cmq_send(int queue, const void *bytes, size_t count) {
  return mq_send((mqd_t)queue, bytes, count, 0);
}

int cmq_unlink(const char *name) { return mq_unlink(name); }

/* A lock for reading, which only who may receive can hold: a sender cannot pass for a server. */
int cmq_claim(int queue) {
  struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
  return fcntl(queue, F_SETLK, &lock);
}

/* Whose lock it is does not matter, and may not be told: a holder in another PID namespace, as in
   another container, has the number 0 here. A lock for writing is no server's. */
int cmq_is_claimed(int queue) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  if (fcntl(queue, F_GETLK, &lock) != 0) return -1;
  return lock.l_type == F_RDLCK;
}

int cmq_bell(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int cmq_ring(int bell) { return eventfd_write(bell, 1); }

int cmq_hush(int bell) {
  eventfd_t count;
  return eventfd_read(bell, &count);
}

int cmq_watcher(void) { return epoll_create1(EPOLL_CLOEXEC); }

static int control(int watcher, int operation, int descriptor, uint32_t events, uint64_t tag) {
  struct epoll_event event = {.events = events, .data.u64 = tag};
  return epoll_ctl(watcher, operation, descriptor, &event);
}

int cmq_watch(int watcher, int descriptor, uint64_t tag) {
  return control(watcher, EPOLL_CTL_ADD, descriptor, EPOLLIN, tag);
}

int cmq_rest(int watcher, int descriptor, int resting, uint64_t tag) {
  return control(watcher, EPOLL_CTL_MOD, descriptor, resting ? 0 : EPOLLIN, tag);
}

int cmq_watch_room(int watcher, int queue, uint64_t tag, int is_new) {
  int operation = is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  return control(watcher, operation, queue, EPOLLOUT | (uint32_t)EPOLLONESHOT, tag);
}

int cmq_wait(int watcher, uint64_t *tags, int max, int milliseconds) {
  struct epoll_event events[EVENTS_MAX];
  int count = epoll_wait(watcher, events, max < EVENTS_MAX ? max : EVENTS_MAX, milliseconds);
  for (int i = 0; i < count; i++) tags[i] = events[i].data.u64;
  return count;
}

#else

static int missing(void) {
  errno = ENOSYS;
  return -1;
}

int cmq_open_receiving(const char *name) { return (void)name, missing(); }
int cmq_open_sending(const char *name) { return (void)name, missing(); }
int cmq_create(const char *name, unsigned mode, long messages_max, long message_bytes_max) {
  return (void)name, (void)mode, (void)messages_max, (void)message_bytes_max, missing();
}
int cmq_limits(int queue, long *messages_max, long *message_bytes_max) {
  return (void)queue, (void)messages_max, (void)message_bytes_max, missing();
}
long cmq_receive(int queue, void *bytes, size_t size) {
  return (void)queue, (void)bytes, (void)size, missing();
}
int cmq_send(int queue, const void *bytes, size_t count) {
  return (void)queue, (void)bytes, (void)count, missing();
}
int cmq_unlink(const char *name) { return (void)name, missing(); }
int cmq_claim(int queue) { return (void)queue, missing(); }
int cmq_is_claimed(int queue) { return (void)queue, missing(); }
int cmq_bell(void) { return missing(); }
int cmq_ring(int bell) { return (void)bell, missing(); }
int cmq_hush(int bell) { return (void)bell, missing(); }
int cmq_watcher(void) { return missing(); }
int cmq_watch(int watcher, int descriptor, uint64_t tag) {
  return (void)watcher, (void)descriptor, (void)tag, missing();
}
int cmq_rest(int watcher, int descriptor, int resting, uint64_t tag) {
  return (void)watcher, (void)descriptor, (void)resting, (void)tag, missing();
}
int cmq_watch_room(int watcher, int queue, uint64_t tag, int is_new) {
  return (void)watcher, (void)queue, (void)tag, (void)is_new, missing();
}
int cmq_wait(int watcher, uint64_t *tags, int max, int milliseconds) {
  return (void)watcher, (void)tags, (void)max, (void)milliseconds, missing();
}

#endif
