#ifndef CSPAWN_H
#define CSPAWN_H

/* What Swift's module of the C library leaves out of <spawn.h>. */

/* Has the new process of these `posix_spawn_file_actions_t` close each descriptor from `first` on;
   answers 0, or an error number: ENOSYS where the system cannot. */
int cspawn_close_from(void *file_actions, int first);

#endif
