/* Loaded into a server before the C library (LD_PRELOAD), it fails what the server does to its
   disk. The variable FAULTY_DISK names a file; while that exists, its one line says what fails:

       CALL SUFFIX ERRNO

   where CALL is `write` or `sync`, and SUFFIX ends the names of the files that it is about. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* The error that the call is to fail with for that file; 0 for none. */
static int fault(const char *call, int descriptor) {
  const char *path = getenv("FAULTY_DISK");
  FILE *file = path ? fopen(path, "re") : NULL;
  if (!file) return 0;
  char wanted[16] = "", suffix[64] = "";
  int error = 0;
  int count = fscanf(file, "%15s %63s %d", wanted, suffix, &error);
  fclose(file);
  if (count != 3 || strcmp(wanted, call) != 0) return 0;
  char link[64], name[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, name, sizeof name - 1);
  if (length < 0) return 0;
  name[length] = 0;
  size_t size = strlen(suffix);
  return (size_t)length >= size && strcmp(name + length - size, suffix) == 0 ? error : 0;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
  static ssize_t (*next)(int, const void *, size_t, off_t);
  if (!next) next = (ssize_t(*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite");
  int error = fault("write", descriptor);
  if (error == 0) return next(descriptor, bytes, count, offset);
  errno = error;
  return -1;
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off_t offset) {
  return pwrite(descriptor, bytes, count, offset);
}

int fdatasync(int descriptor) {
  static int (*next)(int);
  if (!next) next = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  int error = fault("sync", descriptor);
  if (error == 0) return next(descriptor);
  errno = error;
  return -1;
}
