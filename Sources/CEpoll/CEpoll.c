#define _GNU_SOURCE
#include "CEpoll.h"

#include <stddef.h>
#include <sys/epoll.h>
#include <time.h>

enum { EVENTS_MAX = 1024 };

static int control(int epoll, int operation, int descriptor, uint32_t tag, int writable) {
  struct epoll_event event = {
      .events = EPOLLIN | (writable ? (uint32_t)EPOLLOUT : 0), .data.u32 = tag};
  return epoll_ctl(epoll, operation, descriptor, &event);
}

int cepoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int cepoll_add(int epoll, int descriptor, uint32_t tag, int writable) {
  return control(epoll, EPOLL_CTL_ADD, descriptor, tag, writable);
}

int cepoll_change(int epoll, int descriptor, uint32_t tag, int writable) {
  return control(epoll, EPOLL_CTL_MOD, descriptor, tag, writable);
}

int cepoll_remove(int epoll, int descriptor) {
  return epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL);
}

int cepoll_wait(int epoll, struct cepoll_ready *ready, int max, int64_t nanoseconds) {
  struct epoll_event events[EVENTS_MAX];
  struct timespec timeout = {nanoseconds / 1000000000, nanoseconds % 1000000000};
  int count = epoll_pwait2(epoll, events, max < EVENTS_MAX ? max : EVENTS_MAX, &timeout, NULL);
  for (int i = 0; i < count; i++) {
    ready[i].tag = events[i].data.u32;
    ready[i].writable = (events[i].events & EPOLLOUT) != 0;
    ready[i].readable = (events[i].events & ~(uint32_t)EPOLLOUT) != 0;
  }
  return count < 0 ? 0 : count;
}
