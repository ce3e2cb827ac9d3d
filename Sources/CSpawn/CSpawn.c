#define _GNU_SOURCE
#include "CSpawn.h"

#include <errno.h>
#include <spawn.h>

/* In the GNU C library since 2.34. */
#if defined(__GLIBC__) && defined(__GLIBC_PREREQ)
#if __GLIBC_PREREQ(2, 34)
#define CSPAWN_CAN 1
#endif
#endif

int cspawn_close_from(void *file_actions, int first) {
#ifdef CSPAWN_CAN
  return posix_spawn_file_actions_addclosefrom_np(file_actions, first);
#else
  (void)file_actions;
  (void)first;
  return ENOSYS;
#endif
}
