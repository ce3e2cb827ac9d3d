#define _GNU_SOURCE
#include "CSpawn.h"

#include <errno.h>
#include <spawn.h>

int cspawn_close_from(void *file_actions, int first) {
#ifdef __GLIBC__
  return posix_spawn_file_actions_addclosefrom_np(file_actions, first);
#else
  (void)file_actions;
  (void)first;
  return ENOSYS;
#endif
}
